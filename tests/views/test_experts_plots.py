"""The selector lets one answer through, and a tree multiplies along its ways."""

import pytest

from helpers.views import plots
from helpers.views.drawing.palette import VERMILLION


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("chosen", [0, 2])
def test_only_the_chosen_expert_is_joined_to_the_answer(chosen):
    ax = plots.stochastic_selector([0.2, 0.7, 0.1], chosen)
    lit = [line.get_xdata() for line in ax.lines if line.get_color() == VERMILLION]
    places = {w: text.get_position()[0] for w, text in zip(words(ax), ax.texts, strict=True)}
    assert {x[0] for x in lit} | {x[-1] for x in lit} == {
        places[f"expert {chosen + 1}"],
        places["answer y"],
    }
    assert f"selector to expert {chosen + 1}, whose answer is y." in ax.get_label()
    assert {"0.20", "0.70", "0.10"} <= set(words(ax))


def test_a_leaf_has_the_product_along_its_way():
    ax = plots.expert_tree([0.25, 0.75], [[0.4, 0.6], [0.2, 0.8]], title="Four leaves")
    assert ax.get_label() == (
        "Four leaves. A top gate over 2 gates over 2 experts each: expert 11 0.25 · 0.40 = 0.10; "
        "expert 12 0.25 · 0.60 = 0.15; expert 21 0.75 · 0.20 = 0.15; expert 22 0.75 · 0.80 = 0.60."
    )
    assert {"0.75 · 0.80 = 0.60", "top gate", "gate 2", "expert 21"} <= set(words(ax))


def test_a_likelier_way_is_drawn_thicker():
    ax = plots.expert_tree([0.25, 0.75], [[0.4, 0.6], [0.2, 0.8]])
    widths = [line.get_linewidth() for line in ax.lines]
    assert widths[0] < widths[3] and widths[4] < widths[5]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.stochastic_selector([0.5, 0.6], 0), "be 0 or more and sum to 1"),
        (lambda: plots.stochastic_selector([0.5, 0.5], 2), "one of 2 experts, from 0; got 2"),
        (lambda: plots.expert_tree([1.0], [[0.5, 0.5], [1.0, 0.0]]), "a row of leaves"),
        (lambda: plots.expert_tree([0.5, 0.5], [[0.5, 0.4], [1.0, 0.0]]), "sum to 1"),
    ],
)
def test_what_is_no_gate_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
