"""The Playwright's probabilities are those of its text, and what it cannot write is refused."""

import math
import random
import re

import pytest

from helpers.text import playwright

SONG = (
    "The market. Enter Ajax, Duke and Kent.\n\n"
    "KENT:\nHey, noleja, sing noleja,\nand ever noleja!\n\nDUKE:\nHo, noleja, Kent, noleja.\n\n"
)


# Probabilities


def test_the_probability_of_a_text_is_that_of_its_choices():
    zipf = [1 / (rank + 8) for rank in range(12)]
    expected = (
        zipf[4] / sum(zipf)  # the market is the fifth of twelve places
        * 1 / (24 * 23 * 22)  # three different people of 24
        * 1 / 2  # Duke or Kent: Ajax entered first
        * 0.12  # a song
        * 1 / 80**3  # three syllables of 16 consonants and 5 vowels
        * 1 / 2  # Ajax or Duke answers
        * 0.4  # the last exchange
    )  # fmt: skip
    assert playwright.log2_prob(SONG + "Exeunt.\n\n") == pytest.approx(math.log2(expected))


def test_the_nonsense_word_comes_back_with_probability_1():
    bits = playwright.surprisals(SONG)
    first = SONG.index("noleja")
    assert sum(bits[first : first + 6]) == pytest.approx(3 * math.log2(80))
    again = [m.start() for m in re.finditer("noleja", SONG)][1:]
    assert len(again) == 4
    assert all(bits[start : start + 6] == [0.0] * 6 for start in again)


@pytest.mark.parametrize(
    ("prefix", "following"),
    [
        (SONG[: SONG.index("KENT")], {"D": 1 / 2, "K": 1 / 2}),
        (SONG[: SONG.index("oleja")], {v: 1 / 5 for v in "aeiou"}),
        (SONG[: SONG.index("oleja") + 5], {",": 1.0}),
        (SONG[: SONG.index("DUKE")], {"A": 1 / 2, "D": 1 / 2}),
        (SONG, {"E": 0.4, "A": 0.6 / 2, "K": 0.6 / 2}),  # Duke spoke last
    ],
)
def test_the_next_character_has_its_probability_by_hand(prefix, following):
    assert playwright.next_char_probs(prefix) == pytest.approx(following)


def test_one_of_sixteen_consonants_costs_four_bits_to_the_last_digit():
    bits = playwright.surprisals(SONG)
    first = SONG.index("noleja")
    assert [bits[first + k] for k in (0, 2, 4)] == [
        4.0
    ] * 3  # a sum in order gives 3.999999999999998


def test_the_probability_of_a_text_is_the_sum_of_its_surprisals(text, bits):
    short = text[:20_000]
    surprisals = playwright.surprisals(short)
    assert playwright.log2_prob(short) == pytest.approx(-sum(surprisals))
    assert surprisals == bits[:20_000].tolist()
    assert min(surprisals) >= 0


def test_the_next_character_is_as_likely_as_its_surprisal_says(text, bits):
    rng = random.Random(0)
    for _ in range(100):
        cut = rng.randrange(5_000)
        probs = playwright.next_char_probs(text[:cut])
        assert sum(probs.values()) == pytest.approx(1)
        assert min(probs.values()) > 0
        assert probs[text[cut]] == pytest.approx(2 ** -bits[cut])


def test_a_character_with_no_probability_cannot_be_written(text):
    cut = text.index("where") + 3
    for character in set(playwright.characters()) - playwright.next_char_probs(text[:cut]).keys():
        assert playwright.writable_length(text[:cut] + character) == cut


# Refusals


@pytest.mark.parametrize("at", [0, 1, 25, 300, 4_000])
def test_the_first_impossible_character_is_refused_by_its_position(text, at):
    wrong = text[:at] + "#" + text[at + 1 :]
    for ask in (playwright.surprisals, playwright.log2_prob, playwright.next_char_probs):
        with pytest.raises(ValueError, match=f"at position {at}, .* it has '#'"):
            ask(wrong)
    assert playwright.writable_length(wrong) == at


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("KENT:", "LEAR:"),  # not on stage
        ("KENT:", "AJAX:"),  # entered first
        ("sing noleja", "sing noleje"),
        ("Ho, noleja", "Ho, nolejo"),
        ("Kent, noleja.", "Ajax, noleja."),  # answers another than who sang
    ],
)
def test_what_contradicts_the_scene_is_impossible(right, wrong):
    differs = next(i for i, (a, b) in enumerate(zip(right, wrong, strict=True)) if a != b)
    start = SONG.rindex(right)
    text = SONG[:start] + wrong + SONG[start + len(right) :]
    assert playwright.writable_length(text) == start + differs


def test_a_wrong_sum_is_impossible():
    text = SONG + "KENT:\nOne and two keys: how many, Duke?\n\nDUKE:\n"
    assert playwright.next_char_probs(text) == {"T": 1.0}
    assert playwright.writable_length(text + "Three") == len(text) + 5
    assert playwright.writable_length(text + "Two") == len(text) + 1


def test_a_text_that_begins_within_a_scene_is_refused(text):
    rng, end = random.Random(1), text.index("Exeunt.\n\n")
    for start in (rng.randrange(1, end) for _ in range(30)):
        assert playwright.writable_length(text[start:2_000]) < 2_000 - start


def test_a_writable_text_is_writable_to_its_end(text):
    assert playwright.writable_length("") == 0
    assert playwright.writable_length(text[:3_210]) == 3_210
