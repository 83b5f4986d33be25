"""Each kind of control on the page: it says where it goes, stands where it is put, has a name."""

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer, stops
from tests.browser.stage import Played, explorer

KINDS = {
    "slider": ipywidgets.IntSlider(1, 0, 4),
    "chosen": ipywidgets.Dropdown(options=["a", "b", "c"]),
    "pills": ipywidgets.ToggleButtons(options=["p", "q", "r"]),
    "tick": ipywidgets.Checkbox(value=False),
    "text": ipywidgets.Text("one two"),
    "area": ipywidgets.Textarea("three\nfour"),
}


def every_kind(**touched):
    def draw(**state):
        return Picture(f"{state}", markup=f"<p>{[*state.values()]}</p>")

    fresh = {name: type(c)(**_start(c)) for name, c in KINDS.items()}
    return Explorer(draw, **fresh, **touched)


def _start(control):
    kept = ("options", "value", "min", "max")
    return {name: getattr(control, name) for name in kept if hasattr(control, name)}


def field(page, name):
    return page.locator(f"[data-name={name}]")


MOVES = {
    "slider": (lambda f: f.press("ArrowRight"), "2"),
    "chosen": (lambda f: f.select_option("b"), "b"),
    "pills": (lambda f: f.locator("[value=q]").click(), "q"),
    "tick": (lambda f: f.click(), "yes"),
    "text": (lambda f: f.press_sequentially("x"), "xone two"),
    "area": (lambda f: f.press_sequentially("y"), "ythree\nfour"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_field_tells_where_it_goes_at_once_and_stays_there(page, name):
    played, (move, stop) = Played(page, every_kind()), MOVES[name]
    if name in ("text", "area"):
        field(page, name).press("Control+Home")
    move(field(page, name))
    assert [message["moves"] for message in played.sent()] == [{name: stop}]
    played.answer()
    assert played.explorer.stops[name] == stop


STANDS = {
    "slider": ("4", "node => node.ariaValueText", "4"),
    "chosen": ("c", "node => node.selectedOptions[0].textContent", "c"),
    "pills": ("r", "node => node.querySelector(':checked').value", "r"),
    "tick": ("yes", "node => String(node.checked)", "true"),
    "text": ("new", "node => node.value", "new"),
    "area": ("n\nm", "node => node.value", "n\nm"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_field_stands_where_python_puts_it(page, name):
    played, (stop, seen, due) = Played(page, every_kind()), STANDS[name]
    stops.take(played.explorer.controls[name], stop)
    played.tell()
    assert field(page, name).evaluate(seen) == due


def test_every_field_has_its_name_and_what_is_touched_in_the_picture_has_no_row(page):
    Played(page, every_kind(cells=stops.hidden("1")))
    names = page.locator(".controls [data-name]").evaluate_all("n => n.map(n => n.ariaLabel)")
    assert names == [*KINDS, "cells"]
    assert page.locator(".name").filter(visible=True).all_text_contents() == [*KINDS]


def test_a_slider_shows_its_number_beside_it(page):
    played = Played(page, explorer())
    played.press()
    assert page.locator(".said").text_content() == "2"


def test_the_caret_stays_where_one_types(page):
    played = Played(page, every_kind())
    text = field(page, "text")
    text.press("Control+Home")
    for _ in range(3):
        text.press("ArrowRight")
    text.press("x")
    played.answer()
    assert text.evaluate("node => [node.value, node.selectionStart]") == ["onex two", 4]


def test_a_list_whose_options_change_is_rebuilt_and_a_slider_is_the_same_one(page):
    def draw(k, word):
        return Picture(word, markup=f"<p>{word}</p>")

    def follow(explorer):
        words = ["ab"[i] * (1 + explorer.controls["k"].value) for i in range(2)]
        if explorer.controls["word"].options != tuple(words):
            explorer.controls["word"].options = words

    controls = {"k": ipywidgets.IntSlider(0, 0, 3), "word": ipywidgets.Dropdown(options=["a", "b"])}
    played = Played(page, Explorer(draw, adjust=follow, **controls))
    played.slider.evaluate("node => (window.first = node)")
    played.press()
    played.answer()
    assert field(page, "word").locator("option").all_text_contents() == ["aa", "bb"]
    assert played.slider.evaluate("node => node === window.first") and played.focused() == "k"


def test_keys_in_a_widget_reach_nothing_else_on_the_page(page):
    played = Played(page, explorer())
    page.evaluate("window.keys = 0; document.addEventListener('keydown', () => window.keys++)")
    played.press()
    assert page.evaluate("window.keys") == 0
    assert page.locator("#el > div").get_attribute("data-lm-suppress-shortcuts") == "true"


def test_focus_is_seen(page):
    played = Played(page, explorer())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert played.focused() == "k"
    look = "node => { const s = getComputedStyle(node); return [s.outlineStyle, s.outlineWidth]; }"
    assert played.slider.evaluate(look) == ["solid", "3px"]
