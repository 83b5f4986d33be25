"""Arcs over a text: they begin and end at the right tokens, and the description says so."""

import re

import pytest

from helpers.views.pictures.text_arcs import LEFT, WIDEST, text_arcs

TOKENS = list("to be")


def ends(picture):
    """Where each arc begins and ends, in tokens."""
    found = re.findall(r"M([\d.]+) \d+ Q[\d.]+ [-\d.]+ ([\d.]+) ", picture.markup)
    return [tuple(int((float(x) - LEFT) / WIDEST) for x in pair) for pair in found]


def test_an_arc_leads_from_the_token_that_looks_to_the_one_it_sees():
    assert ends(text_arcs(TOKENS, [(4, 1, 0.9), (3, 0, 0.1)])) == [(4, 1), (3, 0)]


def test_the_larger_weight_has_the_thicker_arc():
    picture = text_arcs(TOKENS, [(4, 1, 0.9), (3, 0, 0.1)])
    strong, faint = (
        float(w) for w in re.findall(r'stroke-width="([\d.]+)" stroke-o', picture.markup)
    )
    assert strong > faint > 0


def test_the_description_names_the_strongest_arcs_and_what_is_said():
    alt = text_arcs(TOKENS, [(3, 0, 0.1), (4, 2, 0.9)], "A look", said="So it is.").alt
    assert alt == (
        "A look: 5 tokens, 2 arcs; 'e' (4) looks at space (2) with 0.90 and 'b' (3) looks at "
        "'t' (0) with 0.10. So it is."
    )


def test_what_tokens_were_told_stands_in_a_second_line():
    bare, told = text_arcs(TOKENS, []), text_arcs(TOKENS, [], told=["", "t", "", "", "b"])
    assert "was told" in told.markup and "was told" not in bare.markup
    assert (
        told.markup.count("<text") == bare.markup.count("<text") + 3
    )  # two tokens and the caption


@pytest.mark.parametrize(("tokens", "arc"), [("", None), ("a" * 61, None), ("ab", (1, 2, 0.5))])
def test_it_refuses_what_does_not_fit(tokens, arc):
    with pytest.raises(ValueError, match="1 to 60 tokens.*got.*Try"):
        text_arcs(list(tokens), [arc] if arc else [])
