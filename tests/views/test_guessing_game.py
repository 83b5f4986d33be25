"""guessing_game: every guess is answered, and you, GPT and the truth pay what is right."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from helpers.text.tokenizers import CharTokenizer
from helpers.views.pictures.guessed_text import guessed_text
from helpers.views.widgets import guessing_game
from helpers.views.widgets.guessing_game import GUESS_FOR_ME, LINE, NO_IDEA, PASS, UNDO, bet
from tests.views.browser import from_browser

TEXT = "abba\nab"
TOKENIZER = CharTokenizer.from_text(TEXT)  # \n, a, b
TRUTH = {"\n": 0.25, "a": 0.25, "b": 0.5}


class Uniform(nn.Module):
    """A model that expects b with 1/2, the others with 1/4."""

    config = SimpleNamespace(block_size=8, vocab_size=3)

    def forward(self, idx):
        return torch.tensor([0.25, 0.25, 0.5]).log().expand(*idx.shape, 3), None


def play(guesses="", start=1, truth=lambda read: TRUTH):
    return guessing_game(Uniform(), TOKENIZER, TEXT, truth, start, guesses)


def test_a_right_guess_costs_its_certainty_and_a_wrong_one_what_is_left():
    alt = play("ba").picture.alt  # after a comes b: right; after ab comes b: wrong
    mine = -math.log2(0.9) - math.log2(0.1 / 2)
    assert alt.startswith("2 characters guessed, 1 right.")
    assert f"Bits in all: you {mine:.1f}, GPT 2.0, the truth 2.0." in alt
    assert "Guessed a, it is b. Bits for it: you 4.32, GPT 1.00, the truth 1.00." in alt


def test_what_gpt_and_the_truth_pay_belongs_to_the_character_that_comes():
    sure = dict.fromkeys("\nab", 0.0) | {"b": 1.0}
    told = play("b", truth=lambda read: sure).picture.alt
    assert "GPT 1.00, the truth 0.00" in told


def test_the_bet_is_a_distribution():
    for guess in ("a", "b", NO_IDEA):
        assert sum(bet(c, guess, 0.7, 3) for c in "\nab") == pytest.approx(1)


def test_whoever_is_less_sure_pays_less_for_a_mistake():
    game = play("a")
    from_browser(game.controls["sure"], value=0.4)
    assert "you 1.74" in game.picture.alt  # -log2(.6 / 2)


def test_typing_one_more_character_answers_it():
    game = play()
    assert game.picture.alt.startswith("0 characters guessed, 0 right.")
    from_browser(game.controls["guesses"], value="b")
    assert game.picture.alt.startswith("1 character guessed, 1 right.")


def test_the_buttons_play_without_a_keyboard_and_the_box_holds_no_new_line():
    game = play("bba")
    for label in (GUESS_FOR_ME, PASS, UNDO):
        game.click(label)
    assert game.controls["guesses"].value == "bbab"
    newline = guessing_game(Always("\n"), TOKENIZER, TEXT, lambda read: TRUTH, 4)
    newline.click(GUESS_FOR_ME)
    assert newline.controls["guesses"].value == LINE
    assert newline.picture.alt.startswith("1 character guessed, 1 right.")


class Always(Uniform):
    """A model that is nearly sure of one character."""

    def __init__(self, character):
        super().__init__()
        self.logits = 9 * torch.eye(3)[TOKENIZER.encode(character)[0]]

    def forward(self, idx):
        return self.logits.expand(*idx.shape, 3), None


def test_nothing_is_shown_beyond_the_guesses_nor_asked_beyond_the_text():
    assert "ab</" not in play("b").picture.markup
    game = play("bba" + LINE + "abaaa")
    game.click(GUESS_FOR_ME)
    assert game.picture.alt.startswith("6 characters guessed, 6 right.")


def test_every_control_changes_the_picture():
    assert min(play("ba").answers().values()) > 1


def test_a_place_outside_the_text_is_refused():
    for start in (0, len(TEXT)):
        with pytest.raises(ValueError, match="start must be a place between 1 and 6; got"):
            play(start=start)


def test_a_guess_for_each_character_is_needed():
    with pytest.raises(ValueError, match="for each of 2 characters; got 1"):
        guessed_text("a", "bb", "b", {"you": [1, 2]})
