"""The course in a real JupyterLab in a real browser: a key press changes picture and words."""

import pytest
from kernel_environment import ROOT

from tests.browser.driving import one_cell, open_and_run, photograph, press_and_compare

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


def test_a_key_press_changes_the_first_picture_of_the_course(lab, page):
    assert START.exists()
    open_and_run(page, lab.url(START.name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 20)
    assert words and new_words and words != new_words
    assert pixels != new_pixels
    assert page.faults == []
    photograph(page, START.stem)


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
