"""The front end by itself, beside a kernel that is played by the test: late, silent, or busy."""

import pytest

from tests.browser.stage import Played, explorer


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


def test_an_answer_to_an_earlier_move_does_not_cover_a_picture_that_is_remembered(played):
    played.press()
    played.answer()
    played.press()
    played.press("ArrowLeft")
    played.press("ArrowLeft")
    assert played.shown() == ("1", "1 a")
    played.answer(number=1)  # that of 3
    assert played.shown() == ("1", "1 a")


def test_what_is_answered_is_not_told_again(played):
    played.press()
    played.answer()
    played.choose("b")
    assert played.sent()[1] == {"seq": 2, "moves": {"name": "b"}}


def test_the_kernel_has_the_last_word_on_where_a_control_stands(page):
    """A slider's limits may follow another control: the page goes on from where it was put."""
    wide = explorer()
    wide.adjust = lambda explorer: setattr(
        wide.controls["k"], "max", 2 + (wide.state["name"] == "a")
    )
    played = Played(page, wide)
    played.press()
    played.press()
    played.answer()
    played.choose("b")
    played.answer()
    assert played.shown() == ("2", "2 b") and played.page.locator(".said").text_content() == "2"
    assert played.slider.evaluate("node => [node.value, node.max]") == ["2", "2"]
    played.choose("a")
    assert played.shown()[0] == "2"  # not the 3 that was wished once
    played.answer()
    assert played.shown() == ("2", "2 a") and played.slider.get_attribute("max") == "3"
    played.press("End")
    assert played.sent()[-1]["moves"] == {"k": "3"}


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
    played.waits()
    assert played.pale()
    played.answer()
    assert played.status.text_content() == "" and not played.pale()


def test_a_picture_that_is_remembered_is_not_pale_while_the_kernel_is_waited_for(played):
    played.press()
    played.answer()
    played.press("ArrowLeft")
    played.waits()
    assert played.shown() == ("1", "1 a") and not played.pale()


def test_a_quick_answer_leaves_nothing_to_be_waited_for(played):
    played.press()
    played.answer()
    played.page.wait_for_timeout(500)
    assert played.status.text_content() == ""


def test_a_kernel_that_has_answered_and_is_busy_now_is_not_called_gone(page):
    played = Played(page, explorer().flipbook())
    played.press()
    played.answer()
    played.press()
    page.wait_for_timeout(2900)
    assert "waiting" in played.status.text_content() and played.shown() == ("3", "2 a")


def test_without_a_kernel_or_a_book_a_reader_is_told_to_run_the_cell(played):
    played.press()
    played.page.get_by_text("No kernel answers: run this cell").wait_for()
    assert played.pale()


def erring(played):
    """The same page, where the kernel has just refused a move."""
    played.choose("b")
    played.press()
    played.answer()
    played.height = played.picture.bounding_box()["height"]
    played.press()
    with pytest.raises(ValueError, match="k must be less"):
        played.answer()
    played.tell()
    played.answered = len(played.sent())
    return played


def test_an_error_stands_beside_the_last_picture_which_is_pale(played):
    assert played.alarm.is_hidden()
    erring(played)
    assert "k must be less; got 3. Try 2." in played.alarm.text_content()
    assert played.alarm.is_visible() and played.pale()
    assert played.shown() == ("3", "2 b")
    assert played.picture.bounding_box()["height"] == played.height > 0


def test_an_error_goes_with_the_next_answer_and_is_not_remembered(played):
    erring(played).press("ArrowLeft")
    played.answer()
    assert played.alarm.is_hidden() and not played.pale() and played.shown() == ("2", "2 b")
    played.press()
    assert played.alarm.is_hidden()  # the kernel is asked again


def test_a_button_makes_the_page_forget_what_it_remembers(page):
    played = Played(page, explorer(actions={"again": lambda explorer: None}))
    played.press()
    played.answer()
    page.get_by_role("button", name="again", exact=True).click()
    assert played.sent()[1] == {"click": "again", "seq": 2, "moves": {}}
    played.explorer.front._clicked(None, played.sent()[1], [])
    played.tell()
    played.press("ArrowLeft")
    assert played.shown() == ("1", "2 a")  # what 1 looked like may have changed
    played.explorer.front.wish = played.sent()[2]
    played.tell()
    assert played.shown() == ("1", "1 a")


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
    assert [message["moves"] for message in played.sent()[2:]] == [{"k": "0"}]
    played.page.evaluate("el.replaceChildren()")
    played.page.wait_for_timeout(800)
    assert len(played.sent()) == 3


def test_a_hand_on_the_slider_and_a_second_press_end_the_playing(played):
    button = played.page.get_by_role("button", name="play k", exact=True)
    for end in (button.click, lambda: played.slider.dispatch_event("pointerdown")):
        button.click()
        assert button.text_content() == "❚❚"
        end()
        assert button.text_content() == "▶"
    told = len(played.sent())
    played.page.wait_for_timeout(900)
    assert len(played.sent()) == told


def test_readers_without_motion_step_by_step(page):
    page.emulate_media(reduced_motion="reduce")
    played = Played(page, explorer())
    page.get_by_role("button", name="play k", exact=True).click()
    assert len(played.sent()) == 1  # at once
    page.wait_for_timeout(900)
    assert len(played.sent()) == 1
