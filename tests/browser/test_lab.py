"""The course in a real JupyterLab in a real browser: a key press changes picture and words."""

import time

import pytest
from kernel_environment import ROOT

from tests.browser.driving import (
    first_widget,
    one_cell,
    open_and_run,
    photograph,
    press_and_compare,
)

START = ROOT / "notebooks" / "00_start_here.ipynb"
SLIDER = """import base64, io
import ipywidgets
from PIL import Image

slider = ipywidgets.IntSlider(value=3, max=9)
view = ipywidgets.HTML()

def draw(_=None):
    file = io.BytesIO()
    Image.new("L", (90, 90), slider.value * 20).save(file, "png")
    pixels = base64.b64encode(file.getvalue()).decode()
    view.value = f'<img alt="{words}" src="data:image/png;base64,{pixels}">'"""


def wait_until(true, page, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        page.wait_for_timeout(100)


def test_a_key_press_changes_the_first_picture_of_the_course(lab, page):
    assert START.exists()
    open_and_run(page, lab.url(START.name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 20)
    assert words and new_words and words != new_words
    assert pixels != new_pixels
    assert page.faults == []
    photograph(page, START.stem)


def test_a_widget_is_there_when_its_notebook_is_opened_the_next_day(lab, page):
    """Saved and closed, without its kernel: the picture that was stored, and no error."""
    drawn = SLIDER.replace("{words}", "a picture") + "\n\ndraw()\nipywidgets.VBox([slider, view])"
    name = lab.put("next_day.ipynb", one_cell(drawn))
    open_and_run(page, lab.url(name))
    first_widget(page)
    page.keyboard.press("Control+s")
    saved = lab.notebooks / name
    wait_until(lambda: "widget-state" in saved.read_text(encoding="utf-8"), page)
    lab.stop_kernels()
    page.goto("about:blank")
    page.goto(lab.url(name))
    first_widget(page)
    assert page.get_by_text("Error displaying widget").count() == 0


@pytest.mark.parametrize(
    ("words", "observed", "same_words", "same_pixels"),
    [
        ("value {slider.value}", True, False, False),
        ("a picture", True, True, False),
        ("value {slider.value}", False, True, True),
    ],
    ids=["a widget that works", "words that stay", "a slider that nobody listens to"],
)
def test_the_check_above_sees_a_widget_that_is_deaf_or_mute(
    lab, page, words, observed, same_words, same_pixels
):
    listen = 'slider.observe(draw, "value")\n' if observed else ""
    source = (
        SLIDER.replace("{words}", words) + f"\n\n{listen}draw()\nipywidgets.VBox([slider, view])"
    )
    name = lab.put(f"slider_{words[:1]}{observed}.ipynb", one_cell(source))
    open_and_run(page, lab.url(name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 3)
    assert (words == new_words, pixels == new_pixels) == (same_words, same_pixels)
    assert page.faults == []
