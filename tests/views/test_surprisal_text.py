"""Text coloured by surprise: every character is there, its level is its colour."""

import html
import re

import numpy as np
import pytest
import torch

from helpers.views.pictures.surprisal_text import OPACITY, surprisal_text


def strips(picture):
    """The text of every strip, without its markup."""
    found = re.findall(r"<pre[^>]*>(.*?)</pre>", picture.markup, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", strip)) for strip in found]


def background(picture, character):
    """The opacity under a character that stands alone in its run."""
    return float(re.search(rf",([\d.]+)\)[^>]*>{character}</", picture.markup).group(1))


def test_no_character_is_lost_and_newlines_are_seen():
    text = 'a <b> & "c"\n\nd'
    picture = surprisal_text(text, np.arange(len(text)) % 10)
    assert strips(picture) == [text.replace("\n", "↵\n")]


def test_more_bits_are_darker_and_certain_characters_stay_bare():
    picture = surprisal_text("abcdefg", [0, 0.2, 0.7, 1, 2, 5, 9])
    assert [background(picture, c) for c in "bcdefg"] == list(OPACITY[1:])
    assert re.search(r"<pre[^>]*>a<", picture.markup)


def test_a_rounding_error_below_an_edge_changes_no_colour():
    picture = surprisal_text("abc", [4 - 2e-15, 2 - 1e-12, 1.9])
    assert [background(picture, c) for c in "abc"] == [OPACITY[5], OPACITY[4], OPACITY[3]]


def test_surprising_characters_are_also_bold():
    picture = surprisal_text("abc", [3.9, 4, float("inf")])
    assert re.findall(r"<b [^>]*>(\w)</b>", picture.markup) == ["b", "c"]


def test_the_description_says_totals_and_the_three_most_surprising():
    picture = surprisal_text("to be\nor", torch.tensor([4, 0, 1, 2, 0, 0, 3, 0]), title="Truth")
    assert picture.alt == (
        "Truth, 8 characters. 10 bits in all, 1.25 per character, 50% of the characters cost "
        "nothing, most surprising 't' after '' (4 bits), 'o' after 'to be\\n' (3 bits) and "
        "'b' after 'to ' (2 bits)."
    )
    assert "10 bits in all, 1.25 per character" in picture.markup and picture.alt


def test_two_strips_stand_below_each_other_with_their_names():
    picture = surprisal_text("ab", {"the truth": [1, 0], "the model": [1, 1]})
    assert strips(picture) == ["ab", "ab"]
    assert "the truth: 1 bits in all" in picture.alt and "the model: 2 bits in all" in picture.alt
    assert "<b>the truth</b>" in picture.markup and "<b>the model</b>" in picture.markup


def test_names_and_titles_are_escaped():
    picture = surprisal_text("a", {"<i>": [1]}, title="<u>")
    assert "<i>" not in picture.markup and "<u>" not in picture.markup


def test_colours_leave_the_ink_to_the_theme():
    styles = " ".join(re.findall(r'style="([^"]*)"', surprisal_text("ab", [0, 9]).markup))
    assert not re.search(r"(^|[; ])color:", styles)


@pytest.mark.parametrize(
    "text, bits", [("ab", [1]), ("ab", [1, -0.1]), ("ab", [1, np.nan]), ("", [])]
)
def test_it_refuses_bits_that_do_not_fit(text, bits):
    with pytest.raises(ValueError, match="one number of bits ≥ 0 for each of the"):
        surprisal_text(text, bits)
