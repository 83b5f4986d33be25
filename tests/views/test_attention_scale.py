"""attention_scale: what it says and draws is what the weights are."""

import math
import re
from io import BytesIO

import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread

from helpers.theory.sharpness import Sharpness, random_scores, sharpness
from helpers.views.drawing import palette
from helpers.views.widgets import attention_scale
from helpers.views.widgets.attention_scale import SCALES, SEED, WIDTHS, Curves, weights_of
from tests.views.browser import from_browser
from tests.views.drawn import area

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
    even = imread(BytesIO(explorer.picture.png))[..., :3]
    explorer.controls["scale"].value = NONE
    sharp = imread(BytesIO(explorer.picture.png))[..., :3]
    left = (slice(None), slice(0, even.shape[1] * 9 // 20))  # the bars, without the curves
    blue = [area(picture[left], palette.BLUE) for picture in (even, sharp)]
    # Sixteen bars whose heights sum to 1, drawn 230 pixels high and 13 wide: as much blue always.
    assert min(blue) > 2000 and abs(blue[0] / blue[1] - 1) < 0.15
    assert tall(sharp[left]) > 2 * tall(even[left])
    assert area(sharp, palette.GREEN) > 100 and area(sharp, palette.VERMILLION) > 100


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
        picture = imread(BytesIO(explorer.picture.png))[..., :3]
        right.append(picture[:, picture.shape[1] // 2 :])
    scaled, marked, steep = right
    assert (scaled != marked).any() and (marked != steep).any()
    # At width 512 the blue curve, the largest weight, stands high without a scale and low with it.
    assert highest(steep) < highest(marked) - 100


def highest(picture):
    """The topmost row, below the legend, that holds blue."""
    blue = abs(picture[75:] - torch.tensor(to_rgb(palette.BLUE)).numpy()).max(-1) < 0.02
    return int(blue.any(1).argmax())


def tall(picture):
    """The height in pixels of the tallest blue bar."""
    blue = abs(picture - torch.tensor(to_rgb(palette.BLUE)).numpy()).max(-1) < 0.02
    return int(blue.sum(0).max())


def test_every_move_in_the_browser_changes_the_picture():
    explorer = attention_scale()
    for name, state in (("width", {"index": 8}), ("scale", {"index": 1}), ("query", {"value": 5})):
        before = explorer.picture
        from_browser(explorer.controls[name], **state)
        assert explorer.picture.alt != before.alt and explorer.picture.png != before.png
        assert explorer.view.value == explorer.picture.html


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
