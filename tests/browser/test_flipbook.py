"""A stored widget on a page without a kernel: it moves, and shows what Python drew there."""

import ipywidgets
import pytest
from kernel_environment import ROOT

from helpers.views.drawing import svg
from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer, stops
from tests.browser.driving import CONTROLS, PICTURE
from tests.browser.hands import readings
from tests.browser.pair import DRAWN, SAME_MARKUP, themed
from tests.browser.reference import widget_of

CELLS = ROOT / "tests" / "browser" / "widgets"


def opened(page, folder, explorer):
    """The page of this explorer's flipbook, as an export or the book shows it."""
    file = folder / "widget.html"
    stored = explorer.flipbook()._repr_mimebundle_()["text/html"]
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{stored}", encoding="utf-8")
    page.requests = []
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(file.as_uri())
    page.locator(PICTURE).wait_for()
    return page.locator(CONTROLS)


def faults(page, fields, explorer):
    """What the page shows otherwise than the explorer at the same stops."""
    names = [n for n, control in explorer.controls.items() if stops.shape(control) != "hidden"]
    explorer.bring(dict(zip(names, readings(fields), strict=True)))
    picture, shown = explorer.picture, page.locator(PICTURE)
    now = shown.get_attribute("aria-label"), shown.evaluate(DRAWN)
    markup = themed(picture.inline).replace(".ipynb#", ".html#")  # as this page's own name ends
    due = picture.alt, page.evaluate(SAME_MARKUP, markup)
    return [what for what, a, b in zip(("words", "drawing"), now, due, strict=True) if a != b]


@pytest.mark.parametrize("name", ["one_look", "window_reach", "concept_map", "moe_routing"])
def test_every_control_moves_and_shows_what_python_draws_there(name, page, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    explorer = widget_of((CELLS / f"{name}.py").read_text(encoding="utf-8"))
    fields = opened(page, tmp_path, explorer)
    assert faults(page, fields, explorer) == []
    for i in range(fields.count()):
        if fields.nth(i).is_disabled():
            continue
        seen = set()
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "Space"):
            fields.nth(i).press(key)
            seen.add(readings(fields)[i])
            assert faults(page, fields, explorer) == []
        assert len(seen) > 1
    assert len({url.partition(":")[0] for url in page.requests} - {"file", "data", "blob"}) == 0
    assert page.faults == []


def two_sliders():
    def draw(a, b, words):
        return Picture(f"a {a} b {b}", markup=f"<p>{a} {b}</p>")

    controls = {name: ipywidgets.IntSlider(1, 0, 3) for name in "ab"}
    return Explorer(draw, **controls, words=ipywidgets.Text("fixed"))


def test_a_move_that_is_not_stored_brings_another_control_back_and_says_so(page, tmp_path):
    fields = opened(page, tmp_path, two_sliders())
    fields.nth(0).press("ArrowRight")
    assert readings(fields)[:2] == ["2", "1"]
    fields.nth(1).press("ArrowRight")  # a = 2 with b = 2 is no state that a control reaches alone
    assert readings(fields)[:2] == ["1", "2"]
    assert "With this move, a is at 1." in page.locator(".status").text_content()
    assert page.locator(PICTURE).text_content() == "1 2"


def test_a_move_goes_to_the_stored_place_that_agrees_in_most_controls(page, tmp_path):
    explorer = two_sliders()
    explorer.pairs = [("a", "b")]
    fields = opened(page, tmp_path, explorer)
    fields.nth(1).press("End")
    fields.nth(0).press("ArrowRight")
    assert readings(fields)[:2] == ["2", "3"] and page.locator(PICTURE).text_content() == "2 3"
    assert "With this move" not in page.locator(".status").text_content()


def test_a_touch_that_asks_for_what_is_not_stored_says_so(page, tmp_path):
    touched = svg.document(40, 40, [svg.touched([svg.rect(0, 0, 20, 20, "red")], k=9)])
    picture = Picture("a square", markup=touched)
    opened(page, tmp_path, Explorer(lambda k: picture, k=ipywidgets.IntSlider(1, 0, 3)))
    page.locator("[data-set] rect").click()
    assert "This place is not stored: run the cell." in page.locator(".status").text_content()


def test_what_needs_a_kernel_is_disabled_and_says_so(page, tmp_path):
    fields = opened(page, tmp_path, two_sliders())
    assert fields.nth(2).is_disabled() and fields.nth(2).get_attribute("title") == "needs a kernel"
    assert "7 places are stored here" in page.locator(".status").text_content()
