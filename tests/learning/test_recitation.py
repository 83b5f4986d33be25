"""Recitation: runs that stand in another text, letter by letter as a search by hand finds them."""

import random

import pytest

from helpers.learning.recitation import longest_runs, recited_share
from helpers.text import playwright


def by_hand(written, text, start):
    """The longest piece from a place on that the text has, too, tried one length after another."""
    return max(n for n in range(len(written) - start + 1) if written[start : start + n] in text)


@pytest.mark.parametrize("seed", range(5))
def test_every_run_is_the_longest_there_is(seed):
    dice = random.Random(seed)
    text, written = ("".join(dice.choices("ab", k=k)) for k in (40, 60))
    assert longest_runs(written, text) == [by_hand(written, text, i) for i in range(60)]


def test_a_piece_of_the_text_is_recited_and_the_seam_between_two_pieces_is_not():
    text = playwright.write(2_000, 1)
    assert recited_share(text[300:400], text) == 1
    both = text[300:370] + "§" + text[800:840]  # 70 characters, a mark, 40 characters
    assert recited_share(both, text) == 70 / 111
    assert recited_share(both, text, least=40) == 110 / 111
    assert recited_share(both, text, least=71) == 0


def test_runs_that_overlap_are_counted_once():
    # "abcd" and "cdef" stand in the text, "abcdef" does not: six characters, all inside a run
    assert longest_runs("abcdef", "abcd-cdef") == [4, 3, 4, 3, 2, 1]
    assert recited_share("abcdef", "abcd-cdef", least=4) == 1


def test_what_nobody_wrote_is_not_recited():
    assert longest_runs("xyz", "abc") == [0, 0, 0]
    assert recited_share("", "abc") == recited_share("xyz", "abc", 1) == 0


def test_it_refuses_no_text_and_runs_of_nothing():
    with pytest.raises(ValueError, match="text must have at least one character"):
        longest_runs("abc", "")
    with pytest.raises(ValueError, match="least must be a whole number from 1 on"):
        recited_share("abc", "abc", 0)
