"""The course in a real JupyterLab, and in Notebook 7, in a real browser: a key press changes
picture and words."""

import time

import pytest
from kernel_environment import ROOT

from tests.browser.driving import (
    book_of,
    first_widget,
    open_and_run,
    photograph,
    press_and_compare,
)

START = ROOT / "notebooks" / "00_start_here.ipynb"
SLIDER = """import ipywidgets
from helpers.views import plots
from helpers.views.drawing.picture import Picture, show
from helpers.views.widgets import Explorer

def draw(k):
    return show(plots.bars({"k": DRAWN}), alt="WORDS")

explorer = Explorer(draw, k=ipywidgets.IntSlider(3, 0, 9))
explorer"""


def wait_until(true, page, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        page.wait_for_timeout(100)


@pytest.fixture(params=["JupyterLab", "Notebook 7"])
def url(request, lab):
    """The address of a notebook in the one or in the other, by its name."""
    return lab.url if request.param == "JupyterLab" else lab.plain_url


def test_a_key_press_changes_the_first_picture_of_the_course(url, page):
    assert START.exists()
    open_and_run(page, url(START.name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 20)
    assert words and new_words and words != new_words
    assert pixels != new_pixels
    assert page.faults == [] or "/lab/" not in page.url  # Notebook 7 logs some of its own
    photograph(page, START.stem)


def test_a_widget_moves_when_its_notebook_is_opened_the_next_day(lab, url, page):
    """Saved and closed, without its kernel: the pictures that were stored, and no error."""
    drawn = SLIDER.replace("DRAWN", "k").replace("WORDS", "a bar")
    name = lab.put("next_day.ipynb", book_of(drawn + ".flipbook()"))
    open_and_run(page, url(name))
    first_widget(page)
    page.keyboard.press("Control+s")
    saved = lab.notebooks / name
    wait_until(lambda: "widget-state" in saved.read_text(encoding="utf-8"), page)
    lab.stop_kernels()
    page.goto("about:blank")
    page.goto(url(name))
    (_, before), (_, after) = press_and_compare(page, 60)
    assert before != after
    assert page.get_by_text("places are stored here").count() == 1
    assert page.get_by_text("Error displaying widget").count() == 0


@pytest.mark.parametrize(
    ("words", "drawn", "same_words", "same_pixels"),
    [
        ('f"value {k}"', "k", False, False),
        ('"a picture"', "k", True, False),
        ('"a picture"', "3", True, True),
    ],
    ids=["a widget that works", "words that stay", "a picture that stays"],
)
def test_the_check_above_sees_a_widget_that_is_deaf_or_mute(
    lab, page, words, drawn, same_words, same_pixels
):
    source = SLIDER.replace('"WORDS"', words).replace("DRAWN", drawn)
    name = lab.put(f"slider_{len(words)}{drawn}.ipynb", book_of(source))
    open_and_run(page, lab.url(name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 3)
    assert (words == new_words, pixels == new_pixels) == (same_words, same_pixels)
    assert page.faults == []


def test_a_key_in_a_widget_is_not_one_of_the_notebooks(lab, url, page):
    """With a slider focused b would insert a cell, and an arrow would leave the cell."""
    source = SLIDER.replace("DRAWN", "k").replace("WORDS", "a bar")
    open_and_run(page, url(lab.put("keys.ipynb", book_of(source))))
    slider, _ = first_widget(page)
    slider.focus()
    for key in ("b", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.locator(".jp-Cell").count() == 1
    assert slider.evaluate("node => node.getRootNode().activeElement === node")
