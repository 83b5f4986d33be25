"""plots.cuts: bars in order, hatched where the truth writes nothing, a bracket for each cut."""

import pytest
from matplotlib.colors import to_hex

from helpers.views import plots
from helpers.views.drawing.palette import BLUE

PROBS = {"b": 0.2, "a": 0.7, "\n": 0.1}


def draw(**kept):
    return plots.cuts(PROBS, kept, possible={"a", "\n"}, title="Where?")


def test_the_likeliest_token_stands_first_and_only_the_possible_are_filled():
    bars = draw().patches
    assert [round(bar.get_height(), 2) for bar in bars] == [0.7, 0.2, 0.1]
    assert [to_hex(bar.get_facecolor(), False).upper() == BLUE for bar in bars] == [
        True,
        False,
        True,
    ]


def test_a_bracket_ends_under_the_last_token_that_its_cut_keeps():
    ax = draw(narrow=1, wide=3)
    ends = [max(line.get_xdata()) for line in ax.lines if line.get_color() != "#5C5C5C"][::2]
    assert ends == pytest.approx([0.4, 2.4])
    assert {text.get_text() for text in ax.texts} >= {"narrow keeps 1", "wide keeps 3", "↵"}


def test_the_description_says_the_likeliest_and_what_each_cut_keeps():
    said = "Likeliest a 0.70, b 0.20 and ↵ 0.10; 2 tokens of 3 possible. narrow keeps 1."
    assert draw(narrow=1).get_label() == f"Where? {said}"


@pytest.mark.parametrize("n", [0, 4])
def test_it_refuses_a_cut_that_keeps_nothing_or_more_than_there_is(n):
    with pytest.raises(ValueError, match="A cut keeps 1 to 3 tokens"):
        draw(wrong=n)
