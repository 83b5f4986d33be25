"""Diagrams of recurrent networks: what is written, which arrows there are, what is said."""

from collections import Counter

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from helpers.views import plots
from helpers.views.drawing import palette
from tests.views.drawn import area, pixels


def arrows(ax):
    """Every arrow as ((x, y) of its start, (x, y) of its end), with its colour."""
    drawn = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    return [(*patch._posA_posB, to_hex(patch.get_edgecolor()).upper()) for patch in drawn]


def written(ax):
    return [t.get_text() for t in ax.texts if t.get_text().strip()]


def test_unrolled_says_and_writes_what_is_read_and_foretold():
    ax = plots.unrolled("a b", " bc", title="In time")
    assert ax.get_label() == (
        "In time. Diagram: a recurrent network reads 'a', space and 'b'; every state h is made "
        "from the token x below it, by W, and the state before it, by U, and foretells the token "
        "above it: space, 'b' and 'c'."
    )
    tokens = [text for text in written(ax) if text in {"a", "b", "c", "␣"}]
    assert tokens == ["a", "␣", "b", "␣", "b", "c"]


def test_unrolled_has_the_letters_of_the_formula():
    counted = Counter(written(plots.unrolled("abc", "bcd")))
    assert {name: counted[name] for name in ("h₁", "h₂", "h₃", "W", "U")} == {
        "h₁": 1, "h₂": 1, "h₃": 1, "W": 3, "U": 2,
    }  # fmt: skip
    assert {"reads x", "state h", "expects"} <= set(counted)


def test_unrolled_arrows_go_up_and_to_the_right():
    found = arrows(plots.unrolled("abc", "bcd"))
    across = [(start, end) for start, end, colour in found if colour == palette.BLUE]
    up = [(start, end) for start, end, colour in found if colour == palette.INK]
    assert len(across) == 2 and all(a[0] < b[0] and a[1] == b[1] for a, b in across)
    assert len(up) == 6 and all(a[1] < b[1] and a[0] == b[0] for a, b in up)


def test_the_bottleneck_is_one_red_arrow_from_the_last_state_read_to_the_first_written():
    ax = plots.encoder_decoder("abc", "xy")
    red = [(start, end) for start, end, colour in arrows(ax) if colour == palette.VERMILLION]
    assert len(red) == 1
    (start, end) = red[0]
    assert (start[0], end[0]) == (2, 3) and start[1] < end[1]
    assert area(pixels(ax), palette.VERMILLION) > 200
    assert ax.get_label().endswith("That state is the only road between them.")


def test_lines_of_attention_join_the_states_and_grow_with_the_weight():
    weights = torch.tensor([[0.9, 0.1, 0.0], [0.0, 0.2, 0.8]])
    ax = plots.encoder_decoder("abc", "xy", weights)
    found = zip(arrows(ax), ax.patches, strict=True)
    looks = {
        (start[0], end[0]): patch.get_linewidth()
        for (start, end, colour), patch in found
        if colour == palette.GREEN
    }
    # writers stand in columns 3 and 4, readers in 0, 1 and 2; a weight of 0 has no line
    assert set(looks) == {(3, 0), (3, 1), (4, 1), (4, 2)}
    assert looks[3, 0] / looks[3, 1] == pytest.approx(9) and looks[4, 2] > looks[4, 1]
    assert ax.get_label().endswith("writing 'x' mostly at 'a' and 'y' mostly at 'c'.")


@pytest.mark.parametrize(("inputs", "outputs"), [("", ""), ("ab", "a")])
def test_unrolled_refuses_what_does_not_pair(inputs, outputs):
    with pytest.raises(ValueError, match=f"got {len(inputs)} and {len(outputs)} tokens"):
        plots.unrolled(inputs, outputs)


@pytest.mark.parametrize(("target", "weights"), [("", None), ("xy", np.ones((3, 2)))])
def test_encoder_decoder_refuses_nothing_and_weights_that_do_not_fit(target, weights):
    with pytest.raises(ValueError, match=r"weights of shape \(T, S\)"):
        plots.encoder_decoder("abc", target, weights)
