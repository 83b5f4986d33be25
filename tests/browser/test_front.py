"""The front end by itself, beside a kernel that is played by the test: late, silent, or busy."""

import json

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer
from helpers.views.widgets.board import MODULE

PAGE = """<!doctype html><meta charset=utf-8><body><div id=el></div><script type=module>
{module}
const state = {state}, heard = [];
window.sent = [];
window.model = {{
  get: (name) => state[name],
  set: (name, value) => (state[name] = value),
  save_changes: () => window.sent.push(structuredClone(state.wish)),
  send: (content) => window.sent.push(content),
  on: (event, listener) => heard.push(listener),
}};
window.answer = (scene) => {{ state.scene = scene; heard.forEach((listener) => listener()); }};
live(window.model, document.getElementById("el"));
window.ready = true;
</script>"""


def explorer(**options):
    def draw(k, name):
        if (k, name) == (3, "b"):
            raise ValueError("k must be less; got 3. Try 2.")
        return Picture(f"k is {k} for {name}", markup=f"<p>{k} {name}</p>")

    controls = {"k": ipywidgets.IntSlider(1, 0, 3), "name": ipywidgets.Dropdown(options=["a", "b"])}
    return Explorer(draw, play=["k"], **options, **controls)


class Played:
    """A page with the front end of an explorer, and this explorer as a kernel that is asked."""

    def __init__(self, page, explorer):
        self.page, self.explorer, front = page, explorer, explorer.front
        names = ("board", "actions", "scene", "wish", "book")
        state = json.dumps({name: getattr(front, name) for name in names})
        page.set_content(PAGE.format(module=MODULE, state=state))
        page.wait_for_function("window.ready")
        self.slider, self.status = page.locator("[data-name=k]"), page.locator(".status")
        self.picture, self.answered = page.locator(".picture"), 0

    def press(self, key="ArrowRight"):
        self.slider.press(key)

    def sent(self):
        return self.page.evaluate("window.sent")

    def answer(self, number=None):
        """The kernel answers the message of this number; by default all that it has not."""
        messages = self.sent()[self.answered :] if number is None else [self.sent()[number]]
        for message in messages:
            self.explorer.front.wish = message
            self.page.evaluate("scene => window.answer(scene)", self.explorer.front.scene)
        self.answered = len(self.sent())

    def focused(self):
        root = "document.activeElement.shadowRoot.activeElement"
        return self.page.evaluate(f"{root}?.closest('[data-name]')?.dataset.name")

    def shown(self):
        return self.slider.get_attribute("aria-valuetext"), self.picture.text_content()


@pytest.fixture
def played(page):
    return Played(page, explorer())


def test_a_move_is_told_and_the_answer_shown(played):
    assert played.shown() == ("1", "1 a")
    played.press()
    assert played.sent() == [{"seq": 1, "moves": {"k": "2"}}]
    assert played.shown() == ("2", "1 a")  # the handle moves at once
    played.answer()
    assert played.shown() == ("2", "2 a")


def test_a_state_that_was_seen_is_shown_before_the_kernel_answers(played):
    played.press()
    played.answer()
    played.press("ArrowLeft")
    assert played.shown() == ("1", "1 a") and len(played.sent()) == 2  # and the kernel is told


def test_an_answer_to_an_earlier_move_never_takes_the_handle_back(played):
    played.press()
    played.press()
    played.answer(number=0)
    assert played.shown() == ("3", "2 a")
    assert played.sent()[1] == {"seq": 2, "moves": {"k": "3"}}
    played.answer(number=1)
    assert played.shown() == ("3", "3 a")


def test_moves_that_are_not_answered_yet_are_told_again_with_the_next(played):
    played.press()
    played.page.locator("[data-name=name]").select_option("b")
    assert played.sent()[1] == {"seq": 2, "moves": {"k": "2", "name": "b"}}
    played.answer(number=1)  # the first was lost
    assert played.shown() == ("2", "2 b")


def test_an_answer_to_an_earlier_move_leaves_the_later_one_open(played):
    played.press()
    played.press()
    played.answer(number=0)
    played.page.locator("[data-name=name]").select_option("b")
    assert played.sent()[2] == {"seq": 3, "moves": {"k": "3", "name": "b"}}


def test_a_kernel_that_takes_its_time_is_said_to_and_the_old_picture_is_pale(played):
    played.press()
    played.page.wait_for_function(
        "() => el.firstChild.shadowRoot.querySelector('.status').textContent.includes('waiting')"
    )
    assert "old" in played.picture.get_attribute("class")
    played.answer()
    assert played.status.text_content() == ""
    assert "old" not in played.picture.get_attribute("class")


def test_an_error_stands_beside_the_last_picture(played):
    played.page.locator("[data-name=name]").select_option("b")
    played.answer()
    before = played.picture.bounding_box()
    played.press()
    played.press()
    with pytest.raises(ValueError, match="k must be less"):
        played.answer()
    played.page.evaluate("scene => window.answer(scene)", played.explorer.front.scene)
    alarm = played.page.locator(".alarm")
    assert "k must be less; got 3. Try 2." in alarm.text_content() and alarm.is_visible()
    assert played.shown() == ("3", "2 b") and played.picture.bounding_box()["height"] > 0
    assert played.picture.bounding_box()["height"] == before["height"]


def test_a_button_makes_the_page_forget_what_it_remembers(page):
    played = Played(page, explorer(actions={"again": lambda explorer: None}))
    page.get_by_role("button", name="again", exact=True).click()
    assert played.sent() == [{"click": "again", "seq": 1, "moves": {}}]
    played.explorer.front._clicked(None, played.sent()[0], [])
    page.evaluate("scene => window.answer(scene)", played.explorer.front.scene)
    played.press()
    played.explorer.front.wish = played.sent()[1]
    page.evaluate("scene => window.answer(scene)", played.explorer.front.scene)
    assert played.shown() == ("2", "2 a")


def test_a_click_takes_along_the_moves_that_it_may_overtake(page):
    heard = []
    clicked = {"again": lambda explorer: heard.append(explorer.controls["k"].value)}
    played = Played(page, explorer(actions=clicked))
    played.press()
    page.get_by_role("button", name="again", exact=True).click()
    assert played.sent()[1] == {"click": "again", "seq": 2, "moves": {"k": "2"}}
    played.explorer.front._clicked(None, played.sent()[1], [])  # the wish has not come yet
    assert heard == [2]


def test_a_silent_kernel_is_replaced_by_the_book_and_a_late_one_takes_over_again(page):
    played = Played(page, explorer().flipbook())
    played.press()
    page.get_by_text("places are stored here").wait_for()
    assert played.shown() == ("2", "2 a") and played.focused() == "k"
    played.press("ArrowLeft")
    assert played.shown() == ("1", "1 a") and len(played.sent()) == 1
    played.answer()
    assert played.focused() == "k"
    assert played.status.text_content() == "" and played.shown() == ("2", "2 a")
    played.press()
    assert len(played.sent()) == 2


def test_a_process_is_played_to_its_end_and_stops_with_its_page(played):
    button = played.page.get_by_role("button", name="play k", exact=True)
    button.click()
    for stop in ("2", "3"):
        played.page.wait_for_function(
            "stop => el.firstChild.shadowRoot.querySelector('input').ariaValueText === stop",
            arg=stop,
        )
    played.page.wait_for_timeout(800)
    assert button.text_content() == "▶" and len(played.sent()) == 2
    button.click()  # from the end it begins anew
    assert played.sent()[2]["moves"]["k"] == "0"
    played.page.evaluate("el.replaceChildren()")
    played.page.wait_for_timeout(800)
    assert len(played.sent()) == 3


def test_readers_without_motion_step_by_step(page):
    page.emulate_media(reduced_motion="reduce")
    played = Played(page, explorer())
    page.get_by_role("button", name="play k", exact=True).click()
    page.wait_for_timeout(800)
    assert len(played.sent()) == 1


def test_a_touched_place_keeps_the_focus_in_the_new_picture(page):
    def draw(k):
        places = (
            f"<g data-set='{{\"k\": \"{i}\"}}'><rect x='{9 * i}' width='8' height='8'/></g>"
            for i in range(3)
        )
        return Picture(f"k is {k}", markup=f"<svg>{''.join(places)}<text>{k}</text></svg>")

    played = Played(page, Explorer(draw, k=ipywidgets.IntSlider(1, 0, 2)))
    place = "document.activeElement.shadowRoot.activeElement?.dataset.set"
    page.locator("[data-set] rect").nth(2).click()
    page.locator("[data-set]").nth(2).focus()
    played.answer()
    assert played.shown()[0] == "2" and page.evaluate(place) == '{"k": "2"}'
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert played.sent()[1]["moves"] == {"k": "1"}


def test_words_of_a_reader_stay_words(page):
    """What looks like a colour in a text is none."""

    def draw(text):
        return Picture("a", markup=f'<svg><text fill="#222222">{text}</text></svg>')

    shown = Explorer(draw, text=ipywidgets.Text("#222222 fill: #5c5c5c"))
    page.set_content(
        PAGE.format(
            module=MODULE,
            state=json.dumps(
                {n: getattr(shown.front, n) for n in ("board", "actions", "scene", "wish", "book")}
            ),
        )
    )
    page.locator(".picture text").wait_for()
    assert page.locator(".picture text").text_content() == "#222222 fill: #5c5c5c"
    assert page.locator(".picture text").get_attribute("fill") == "var(--ink)"
