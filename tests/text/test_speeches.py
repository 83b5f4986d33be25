"""Speeches: the answers after one opening, with the Playwright's own probabilities."""

import math
from collections import Counter

import pytest

from helpers.text import playwright
from helpers.text.playwright import speeches
from helpers.text.playwright.speeches import (
    KINDS,
    OPENING,
    applause,
    draw,
    log2_prob,
    speech_kind,
    without_fault,
)

EXAMPLES = {
    "The golden lion holds the": "couplet",
    "Ajax, where are the": "ask",
    "Two and one crowns: how": "sum",
    "By bababa, I curse": "oath",
    "Hey, bababa, sing bababa": "song",
    "Have mercy!": "cry",
    "Alas, that lion of": "lament",
    "Well met, Beatrix.": "greet",
}


@pytest.mark.parametrize("answer", EXAMPLES)
def test_each_kind_is_known_by_its_first_words(answer):
    assert speech_kind(answer) == EXAMPLES[answer] and without_fault(answer)


def test_the_examples_are_all_kinds():
    assert set(EXAMPLES.values()) == set(KINDS) and len(KINDS) == 8


@pytest.mark.parametrize("answer", ["", "H", "Kent, where", "Exeunt.", "hey, bababa"])
def test_what_begins_no_speech_of_kents_is_none(answer):
    # He does not ask himself; "H" may yet become "Hey" or "Have mercy".
    assert speech_kind(answer) == "none"


def test_a_fault_after_the_first_words_leaves_the_kind_and_costs_the_applause():
    assert speech_kind("Hey, you!") == "song" and not without_fault("Hey, you!")
    answers = ("Hey, bababa,", "Hey, you!", "Come away!", "By bababa, I")
    assert list(map(applause, answers)) == [2, -1, 2, 0]


def test_drawn_answers_are_the_playwrights_in_its_proportions():
    answers = draw(3000, 20, seed=0)
    assert {len(a) for a in answers} == {20} and all(map(without_fault, answers))
    # A kind may not be decided after 20 characters only if its first words are longer: none is.
    shares = Counter(map(speech_kind, answers))
    for name, p in playwright.SPEECHES.items():
        assert abs(shares[name] / 3000 - p) < 4 * math.sqrt(p * (1 - p) / 3000), name


def test_drawn_answers_carry_the_bits_that_the_playwright_gives_them():
    """The mean of -log2 P agrees with the entropy found by adding up surprisals at every step."""
    answers = draw(400, 8, seed=1)
    bits = [-log2_prob(a) for a in answers]
    again = []
    for answer in answers:
        text = OPENING
        for character in answer:
            again.append(-math.log2(playwright.next_char_probs(text)[character]))
            text += character
    assert sum(bits) == pytest.approx(sum(again))


def test_log2_prob_is_conditional_on_the_opening():
    assert log2_prob("") == 0
    assert log2_prob("By ") == pytest.approx(math.log2(0.10))  # no other speech begins so
    with pytest.raises(ValueError, match="position"):
        log2_prob("Xylophone")


def test_the_same_seed_the_same_answers():
    assert draw(5, 12, seed=3) == draw(5, 12, seed=3) != draw(5, 12, seed=4)


def test_the_opening_is_the_playwrights():
    assert playwright.writable_length(OPENING) == len(OPENING)
    assert speeches.FIXED["third"].title() in OPENING and "KENT" in OPENING
