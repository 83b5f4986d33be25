"""next_character_bars: who is likeliest in words and as bars, and what comes next in its box."""

import pytest
import torch

from helpers.views.drawing import palette, svg
from helpers.views.pictures.next_bars import next_character_bars
from tests.views.svg_seen import bars, said, shapes


def drawn(*arguments, **options):
    alt, parts = next_character_bars(*arguments, **options)
    return alt, svg.document(740, 430, parts)


def test_it_says_the_top_three_of_each():
    alt, _ = drawn("a\n b", [0.1, 0.2, 0.6, 0.1], torch.tensor([0, 0.3, 0.7, 0]))
    assert alt == (
        "Next character, likeliest by the model: space 0.60, newline 0.20 and 'a' 0.10; "
        "likeliest by the truth: space 0.70, newline 0.30 and 'a' 0.00."
    )


def test_it_pairs_heights_with_visible_characters():
    _, markup = drawn("a\n b", [0.1, 0.2, 0.6, 0.1], [0, 0.3, 0.7, 0], top=3)
    unit = 269 / 1.1
    model, truth = (bars(markup, fill)[:-1] for fill in (palette.BLUE, "url(#h)"))
    assert model == pytest.approx([0.6 * unit, 0.2 * unit, 0.1 * unit], abs=0.06)
    assert truth == pytest.approx([0.7 * unit, 0.3 * unit], abs=0.06)  # and no bar for nothing
    names = [text for text in said(markup) if text in "␣↵ab"]
    assert names == ["␣", "↵", "a"]


def test_a_likely_character_of_the_truth_is_shown_though_the_model_misses_it():
    _, markup = drawn("abc", [0.6, 0.4, 0], [0, 0, 1], top=1)
    assert [text for text in said(markup) if text in "abc"] == ["c"]


def test_what_comes_next_stands_in_a_box():
    boxes = {}
    for coming in "ab":
        _, markup = drawn("ab", [0.6, 0.4], coming=coming)
        tinted = [t.text for t in shapes(markup, "text") if t.get("fill") == palette.VERMILLION]
        assert tinted == [coming]
        (box,) = [r for r in shapes(markup, "rect") if r.get("stroke") == palette.VERMILLION]
        boxes[coming] = float(box.get("x"))
    assert boxes["a"] < boxes["b"]


@pytest.mark.parametrize(("likeliest", "scale"), [(0.15, 0.2), (0.3, 0.5), (0.9, 1)])
def test_small_probabilities_fill_the_picture(likeliest, scale):
    rest = (1 - likeliest) / 9
    _, markup = drawn("abcdefghij", [likeliest, *[rest] * 9])
    assert f"{scale:g}" in said(markup)
    assert bars(markup, palette.BLUE)[0] == pytest.approx(269 * likeliest / 1.1 / scale, abs=0.06)


@pytest.mark.parametrize("probs", [[0.5], [[0.5, 0.5]], []])
def test_it_refuses_other_lengths(probs):
    with pytest.raises(ValueError, match="one probability for each of the 2 characters"):
        next_character_bars("ab", probs)
