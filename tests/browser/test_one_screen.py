"""Every widget fits one screen with its controls, and nothing below it moves when it is moved.

At 1400 by 900 pixels JupyterLab leaves a cell some 1150 in width and 779 in height.
"""

import pytest
from kernel_environment import ROOT

from helpers.views.widgets import stops
from helpers.views.widgets.sweep import moves
from tests.browser.reference import widget_of
from tests.browser.stage import Played

CELLS = {path.stem: path for path in (ROOT / "tests/browser/widgets").glob("*.py")}
WIDTH, HIGHEST = 1150, 700
HEIGHT = "el.firstChild.offsetHeight"


@pytest.mark.parametrize("name", sorted(CELLS))
def test_a_widget_fits_one_screen_and_what_lies_below_it_stays(name, page, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    page.set_viewport_size({"width": WIDTH, "height": 900})
    explorer = widget_of(CELLS[name].read_text(encoding="utf-8"))
    played, heights = Played(page, explorer), {}
    page.wait_for_function("el.firstChild.shadowRoot.querySelector('.picture').offsetHeight")
    heights[page.evaluate(HEIGHT)] = "at first"
    for place in everywhere(explorer):
        played.tell()
        heights.setdefault(page.evaluate(HEIGHT), place)
    assert len(heights) == 1, heights
    assert max(heights) <= HIGHEST


def everywhere(explorer):
    """Each control to some of its stops, as a sweep goes; a text is the reader's own."""
    start = explorer.stops
    for name, control in explorer.controls.items():
        if stops.shape(control) in ("text", "hidden"):
            continue
        for stop in moves(control):
            explorer.bring({name: stop})
            yield f"{name} = {stop}"
        for _ in range(2):  # a control's limits may follow another control
            explorer.bring(start)
