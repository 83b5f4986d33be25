"""The picture on the page: read out, touched, in the colours of the page, never jumping."""

import json

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer
from tests.browser.stage import Played, explorer

HERE = "document.activeElement.shadowRoot.activeElement?.dataset.set"


def test_the_words_are_read_out_only_where_one_stays(page):
    played = Played(page, explorer())
    page.wait_for_timeout(700)
    read = "new MutationObserver(() => window.read.push(node.textContent))"
    played.words.evaluate(
        f"node => {{ window.read = []; {read}.observe(node, {{childList: true}}) }}"
    )
    played.press()
    played.answer()
    assert played.picture.get_attribute("aria-label") == "k is 2 for a"  # at once
    played.press()
    played.answer()
    assert page.evaluate("window.read") == []
    page.wait_for_timeout(800)
    assert page.evaluate("window.read") == ["k is 3 for a"]
    assert played.words.get_attribute("aria-live") == "polite"
    assert played.words.bounding_box()["width"] <= 1  # heard, not seen


def places(asked):
    """A grid of squares, 3 across and 2 down, each of which asks for something."""

    def draw(k):
        squares = (
            f"<g data-set='{json.dumps(asked(i))}'>"
            f"<rect x='{20 * (i % 3)}' y='{20 * (i // 3)}' width='16' height='16'/></g>"
            for i in range(6)
        )
        markup = f"<svg xmlns='http://www.w3.org/2000/svg'>{''.join(squares)}<text>{k}</text></svg>"
        return Picture(f"k is {k}", markup=markup)

    return Explorer(draw, k=ipywidgets.IntSlider(1, 0, 5))


def touching(page, asked=lambda i: {"k": str(i)}):
    return Played(page, places(asked))


def at(page):
    return json.loads(page.evaluate(HERE))["k"]


def test_a_touched_place_keeps_the_focus_in_the_new_picture(page):
    played = touching(page)
    page.locator("[data-set] rect").nth(2).click()
    page.locator("[data-set]").nth(2).focus()
    played.answer()
    assert played.shown()[0] == "2" and at(page) == "2"


def test_a_touched_place_keeps_the_focus_where_places_move(page):
    played = touching(page)
    played.explorer.draw = places(lambda i: {"k": str(5 - i)}).draw
    page.locator("[data-set]").nth(2).focus()
    page.keyboard.press("Enter")
    played.answer()  # what asks for 2 stood third, and stands fourth now
    assert at(page) == "2"


def test_a_place_that_asks_for_something_new_keeps_the_focus_too(page):
    """A cell that is switched off asks to be switched on again."""
    played = touching(page)
    played.explorer.draw = places(lambda i: {"k": str(i + 7)}).draw
    page.locator("[data-set]").nth(4).focus()
    page.keyboard.press("Enter")
    played.answer()
    assert at(page) == "11"


@pytest.mark.parametrize(
    ("key", "there"),
    [("ArrowLeft", "3"), ("ArrowRight", "5"), ("ArrowUp", "1"), ("ArrowDown", "4")],
)
def test_arrows_go_to_the_next_place_that_way(page, key, there):
    touching(page)
    page.locator("[data-set]").nth(4).focus()
    page.keyboard.press(key)
    assert at(page) == there


def test_an_arrow_goes_straight_before_it_goes_far(page):
    """From the upper left, right is the neighbour, though the corner below is nearer to its end."""
    touching(page)
    page.locator("[data-set]").nth(0).focus()
    for key, there in (("ArrowRight", "1"), ("ArrowRight", "2"), ("ArrowDown", "5")):
        page.keyboard.press(key)
        assert at(page) == there


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_place_is_touched_by_key(page, key):
    played = touching(page)
    page.locator("[data-set]").nth(3).focus()
    page.keyboard.press(key)
    assert [message["moves"] for message in played.sent()] == [{"k": "3"}]


def test_a_picture_is_one_stop_of_the_tab_key_and_its_places_are_buttons(page):
    touching(page)
    look = "nodes => nodes.map(node => [node.tabIndex, node.role])"
    assert page.locator("[data-set]").evaluate_all(look) == [[0, "button"]] + 5 * [[-1, "button"]]


def test_what_a_widget_does_not_have_is_not_asked_for(page):
    played = touching(page, lambda i: {"k": str(i), "other": "1"} if i else {"other": "1"})
    for i in (0, 2):
        page.locator("[data-set] rect").nth(i).click()
    assert [message["moves"] for message in played.sent()] == [{"k": "2"}]


def drawn(page, markup):
    """The attributes of what is drawn, by its tag, in a page's picture of this markup."""
    picture = Picture("a", markup=f'<svg xmlns="http://www.w3.org/2000/svg">{markup}</svg>')
    Played(page, Explorer(lambda k: picture, k=ipywidgets.IntSlider(1, 0, 3)))
    return page.locator(".picture svg > *").first


@pytest.mark.parametrize("tint", ["#222222", "#5C5C5C", "#e4e4e4"])
def test_ink_of_a_picture_becomes_the_pages(page, tint):
    shape = drawn(page, f'<text fill="{tint}" style="stroke: {tint}">fill: {tint}</text>')
    assert shape.get_attribute("fill").startswith("var(--")
    assert shape.get_attribute("style").startswith("stroke: var(--")
    assert shape.text_content() == f"fill: {tint}"  # what a reader typed stays as it is


def test_white_paper_becomes_the_pages_and_white_letters_stay(page):
    assert drawn(page, '<circle r="3" fill="white"/>').get_attribute("fill") == "var(--paper)"
    assert drawn(page, '<text fill="white">a</text>').get_attribute("fill") == "white"


def test_a_link_leads_to_the_notebook_and_by_key_too(page):
    shape = drawn(page, '<a href="06_attention.ipynb#One"><text>there</text></a>')
    assert shape.get_attribute("href") == "06_attention.ipynb#One"
    shape.evaluate(
        "node => node.addEventListener('click', (e) => { e.preventDefault(); window.went = 1 })"
    )
    shape.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("window.went") == 1


def growing(page):
    def draw(k):
        return Picture(f"{k}", markup=f'<div style="height:{60 * k}px">{k}</div>')

    return Played(page, Explorer(draw, k=ipywidgets.IntSlider(3, 1, 3)))


def test_a_lower_picture_leaves_the_page_where_it_is(page):
    played = growing(page)
    before = played.picture.bounding_box()["height"]
    played.press("Home")
    played.answer()
    assert played.picture.bounding_box()["height"] == before == 180


def test_a_page_of_another_width_begins_anew(page):
    played = growing(page)
    played.press("Home")
    played.answer()
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(200)
    assert played.picture.bounding_box()["height"] == 60


def test_a_wide_picture_is_scrolled_and_its_type_keeps_its_size(page):
    picture = Picture("w", markup='<svg width="900" height="40" viewBox="0 0 900 40"></svg>')
    page.set_viewport_size({"width": 420, "height": 900})
    Played(page, Explorer(lambda k: picture, k=ipywidgets.IntSlider(1, 0, 3)))
    assert page.locator(".picture > svg").bounding_box()["width"] == 900
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_an_old_picture_is_seen_to_be_old(page):
    played = Played(page, explorer())
    played.press()
    played.waits()
    assert float(played.picture.evaluate("node => getComputedStyle(node).opacity")) < 0.6
