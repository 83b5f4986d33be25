"""Every widget of the course in a real JupyterLab: each control is moved by keyboard and by mouse.

A widget's cell stands in tests/browser/widgets; it is small, and ends with the widget. The same
cell runs in the test's own process and says what the page must show after every move.
"""

from pathlib import Path

import pytest
from kernel_environment import ROOT

from helpers.views import widgets
from tests.browser.conftest import new_page
from tests.browser.driving import book_of, open_and_run, open_notebook, photograph, run_cell
from tests.browser.pair import drive
from tests.browser.reference import widget_of

FILES = sorted((Path(__file__).parent / "widgets").glob("*.py"))
CELLS = {path.stem: path.read_text(encoding="utf-8") for path in FILES}
NOT_MOVED = {"Explorer", "LiveLoss"}  # the frame of all the others; a picture without controls
SLIDER = """import ipywidgets
from helpers.views import plots
from helpers.views.drawing.picture import show
from helpers.views.widgets import Explorer

def draw(k):
    return show(plots.bars({"k": DRAWN}), alt=f"k is {SAID}")

Explorer(draw, k=ipywidgets.IntSlider(3, 0, 9))"""


def test_every_widget_of_the_course_is_driven():
    every = {name for name, value in vars(widgets).items() if callable(value)}
    assert every - NOT_MOVED == set(CELLS)


@pytest.fixture(scope="module")
def notebook(lab, browser):
    """A page with a notebook that has them all: one page and one kernel serve every widget."""
    with new_page(browser) as page:
        open_notebook(page, lab.url(lab.put("every_widget.ipynb", book_of(*CELLS.values()))))
        yield page


@pytest.mark.parametrize("name", CELLS)
def test_every_move_shows_what_the_widget_computes_there(notebook, name, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    notebook.faults.clear()
    place = run_cell(notebook, list(CELLS).index(name))
    photograph(place, name)
    assert drive(place, widget_of(CELLS[name])) == []
    assert notebook.faults == []


@pytest.mark.parametrize(
    ("drawn", "said", "wrong"),
    [
        ("k", "k", ""),
        ("k + (k != 3)", "k", "drawing"),  # a neighbour's picture after the first move
        ("k", "k + (k != 3)", "words"),
        ("3", "3", "words and drawing"),  # a slider that nobody listens to
    ],
    ids=["right", "a neighbour's drawing", "a neighbour's words", "deaf"],
)
def test_the_check_above_sees_a_picture_of_another_state(lab, page, drawn, said, wrong):
    def cell(drawn, said):
        return SLIDER.replace("DRAWN", drawn).replace("SAID", said)

    name = lab.put(f"slider_{len(drawn)}_{len(said)}_{drawn[0]}.ipynb", book_of(cell(drawn, said)))
    open_and_run(page, lab.url(name))
    faults = drive(page, widget_of(cell("k", "k")), patience=2)
    hands = ("k by_keyboard", "k by_mouse")
    assert faults == [f"{hand}: not the twin's {wrong}" for hand in hands if wrong]


@pytest.mark.parametrize("slider", ["FloatSlider(0.33", "FloatLogSlider(3.15"])
def test_a_start_between_two_steps_is_the_same_in_python_and_on_the_page(lab, page, slider):
    """The page moves such a slider to a step as it opens."""
    control = f"ipywidgets.{slider}, min=0, max=1, step=0.1)"
    source = SLIDER.replace("ipywidgets.IntSlider(3, 0, 9)", control)
    source = source.replace("DRAWN", "k").replace("SAID", "k:.6g")
    open_and_run(page, lab.url(lab.put(f"{slider[:8]}.ipynb", book_of(source))))
    assert drive(page, widget_of(source)) == []


def test_the_check_above_sees_a_picture_that_never_changes(lab, page):
    source = SLIDER.replace("DRAWN", "3").replace("SAID", "3")
    open_and_run(page, lab.url(lab.put("still.ipynb", book_of(source))))
    hands = ("k by_keyboard", "k by_mouse")
    expected = [f"{hand}: words or drawing stay" for hand in hands]
    assert drive(page, widget_of(source), patience=2) == expected
