"""attention_scale: what it says and draws is what the weights are."""

import math
import re

import numpy as np
import pytest
import torch

from helpers.theory.sharpness import Sharpness, random_scores, sharpness
from helpers.views.drawing import palette, svg
from helpers.views.drawing.palette import BLUE, GREEN, VERMILLION
from helpers.views.widgets import attention_scale
from helpers.views.widgets.attention_scale import MEANS, SCALES, SEED, WIDTHS, _curves, weights_of
from tests.views.browser import from_browser
from tests.views.svg_seen import bars, lines, shapes

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


def test_the_bars_are_as_high_as_the_weights():
    explorer = attention_scale(width=256, scale=ROOT)
    for scale in (ROOT, NONE):
        explorer.controls["scale"].value = scale
        weights = weights_of(SCORES, scale)[WIDTHS.index(256), 0]
        heights = bars(explorer.picture.markup, palette.BLUE)
        assert heights == pytest.approx((weights / 1.02 * 231).tolist(), abs=0.06)


def test_each_curve_shows_the_mean_of_its_name_and_the_place_is_marked():
    means = [Sharpness(math.log(16) * i / 10, i / 20, i / 40) for i in range(10)]
    markup = svg.document(740, 350, _curves(means, place=3))
    wanted = {BLUE: 20, VERMILLION: 10, GREEN: 40}  # largest weight, entropy / ln 16, gradient
    for colour, part in wanted.items():
        (curve,) = lines(markup, colour)
        there = [MEANS.place(i, i / part) for i in range(10)]
        assert np.allclose(curve, there, atol=0.06)
    (band,) = [p for p in shapes(markup, "path") if p.get("fill") == palette.QUIET]
    assert band.get("d").startswith(f"M{MEANS.place(2.9, 0)[0]:.1f} ")


def test_the_curves_move_with_the_scale_and_the_mark_with_the_width():
    explorer, right = attention_scale(width=2), []
    for control, value in (("scale", ROOT), ("width", 512), ("scale", NONE)):
        explorer.controls[control].value = value
        right += lines(explorer.picture.markup, BLUE)
    scaled, marked, steep = right
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
