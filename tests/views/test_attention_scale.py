"""attention_scale: what it says and draws is what the weights are."""

import math
import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from helpers.theory.sharpness import Sharpness, random_scores, sharpness
from helpers.views.drawing import palette
from helpers.views.widgets import attention_scale
from helpers.views.widgets.attention_scale import KEYS, SCALES, SEED, WIDTHS, Curves, weights_of
from tests.views.browser import from_browser
from tests.views.svg_seen import drawn

NONE, ROOT, WHOLE, MODEL = SCALES
SCORES = random_scores([*WIDTHS], 16, 1000, SEED)
TOLD = r"largest weight ([\d.]+), entropy ([\d.]+) of at most 2.77 nats, (\d+)% of the gradient"


def told(explorer):
    """The means a description tells: largest weight, entropy, gradient left in percent."""
    return tuple(float(n) for n in re.search(TOLD, explorer.picture.alt).groups())


def test_the_scales_are_what_their_names_say():
    factors = {name: scale(64) for name, scale in SCALES.items()}
    expected = {NONE: 1, ROOT: 1 / 8, WHOLE: 1 / 64, MODEL: 1 / math.sqrt(384)}
    assert factors == pytest.approx(expected)


@pytest.mark.parametrize("scale", SCALES)
def test_weights_are_the_softmax_of_scaled_scores_at_every_width(scale):
    weights = weights_of(SCORES, scale)
    for width, scores, row in zip(WIDTHS, SCORES, weights, strict=True):
        torch.testing.assert_close(row, (scores * SCALES[scale](width)).softmax(-1))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [1, 16, 512])
def test_the_description_tells_the_means_of_the_chosen_place(width, scale):
    explorer = attention_scale(width, scale)
    mean = sharpness((SCORES[WIDTHS.index(width)] * SCALES[scale](width)).softmax(-1))
    expected = (mean.largest, mean.entropy, 100 * mean.gradient)
    assert told(explorer) == pytest.approx(expected, abs=0.51)
    assert told(explorer)[:2] == pytest.approx(expected[:2], abs=0.0051)
    assert explorer.picture.alt.startswith(f"Width d_k = {width}, scores times {scale}.")


def test_the_description_names_the_keys_that_the_query_looks_at():
    explorer = attention_scale(width=16, scale=NONE, query=3)
    weights = SCORES[WIDTHS.index(16), 2].softmax(-1)
    value, key = weights.max(-1)
    assert f"Query 3 gives most to key {key + 1} {value:.2f}," in explorer.picture.alt


def test_the_bars_and_the_curves_are_drawn():
    explorer = attention_scale(width=256, scale=ROOT)
    even = heights(explorer.picture)
    explorer.controls["scale"].value = NONE
    sharp = heights(explorer.picture)
    assert len(even) == len(sharp) == KEYS
    # The weights sum to 1, so the bars, whatever they are, are as high as the panel together.
    assert sum(even) == pytest.approx(sum(sharp), abs=1) and max(sharp) > 2 * max(even)
    for tint in (palette.GREEN, palette.VERMILLION):
        assert drawn(explorer.picture.markup, tint)


def heights(picture):
    """How high the blue bars are: closed paths of four corners."""
    closed = [path for path in drawn(picture.markup, palette.BLUE) if len(path) == 4]
    return [float(np.ptp(path[:, 1])) for path in closed]


def test_each_curve_shows_the_mean_that_its_name_says_and_the_place_is_marked():
    means = [Sharpness(math.log(16) * i / 10, i / 20, i / 40) for i in range(10)]
    curves = Curves(Figure().add_subplot())
    curves.move(means, place=3)
    shown = {line.get_label(): list(line.get_ydata()) for line in curves.lines}
    assert shown["entropy / ln 16"] == pytest.approx([i / 10 for i in range(10)])
    assert shown["largest weight"] == [i / 20 for i in range(10)]
    assert shown["gradient left"] == [i / 40 for i in range(10)]
    assert curves.here.get_xdata() == [3, 3]
    assert [t.get_text() for t in curves.ax.get_xticklabels()] == [str(w) for w in WIDTHS]


def test_the_curves_move_with_the_scale_and_the_mark_with_the_width():
    explorer, right = attention_scale(width=2), []
    for control, value in (("scale", ROOT), ("width", 512), ("scale", NONE)):
        explorer.controls[control].value = value
        right.append(
            [path for path in drawn(explorer.picture.markup, palette.BLUE) if len(path) == 10]
        )
    scaled, marked, steep = (np.concatenate(paths) for paths in right)
    assert (scaled == marked).all() and (marked != steep).any()
    # At width 512 the blue curve, the largest weight, stands high without a scale and low with it.
    assert steep[9, 1] < marked[9, 1] - 60


def test_every_move_in_the_browser_changes_the_picture():
    explorer = attention_scale()
    for name, state in (("width", {"index": 8}), ("scale", {"index": 1}), ("query", {"value": 5})):
        before = explorer.picture
        from_browser(explorer.controls[name], **state)
        assert explorer.picture.alt != before.alt and explorer.picture.markup != before.markup
        assert explorer.front.scene["html"] == explorer.picture.inline


def test_the_same_place_shows_the_same_pixels_wherever_one_was_before():
    explorer = attention_scale()
    first = explorer.picture
    explorer.sweep()
    assert explorer.picture == first and explorer.state == {"width": 64, "scale": NONE, "query": 1}


def test_a_sweep_sees_thirteen_different_pictures():
    # Five widths, four scales and five queries; the first scale and the first query are the start.
    assert len({line.split(": ", 1)[1] for line in attention_scale().sweep()}) == 13


@pytest.mark.parametrize("start", [{"width": 3}, {"scale": "√d_k"}, {"query": 0}, {"query": 13}])
def test_it_refuses_an_impossible_start(start):
    with pytest.raises(ValueError, match=r"starts at a width in .* Try attention_scale\(\)"):
        attention_scale(**start)
