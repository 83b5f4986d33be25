"""Plots of mixtures: the pixels show who answers, and the description says it."""

import matplotlib
import numpy as np
import pytest
import torch

from helpers.views import plots
from helpers.views.drawing import palette
from tests.views.drawn import area, boxes, overlaps, pixels

AT = [-1.0, 0.0, 1.0]
MEANS = [[-1.0, 0.0], [1.0, -1.0], [3.0, -2.0]]
X, Y = [-0.5, 0.5, 0.8], [-0.5, 2.0, -2.0]
H = [[0.1, 0.9], [1.0, 0.0], [0.0, 1.0]]


def draw(h=H, means=MEANS, deviations=(0.2, 0.4), **options):
    return plots.experts(X, Y, h, AT, means, deviations, **options)


# experts


def test_experts_say_their_lines_their_noise_and_their_share():
    assert draw(title="Two").get_label() == (
        "Two. 3 points and 2 experts, x from -1 to 1: expert 1 goes from -1 to 3, deviation 0.200, "
        "and answers for 37%; expert 2 goes from 0 to -2, deviation 0.400, and answers for 63%."
    )


def test_experts_draw_every_line_with_a_band_of_two_deviations():
    ax = draw()
    assert [line.get_ydata().tolist() for line in ax.lines] == np.transpose(MEANS).tolist()
    bands = [c for c in ax.collections if c.get_alpha() == 0.14]
    for m, band in enumerate(bands):
        heights = band.get_paths()[0].vertices[:, 1]
        line = np.array(MEANS)[:, m]
        width = 2 * (0.2, 0.4)[m]
        assert heights.min() == pytest.approx((line - width).min())
        assert heights.max() == pytest.approx((line + width).max())


def test_a_point_has_the_mixed_colour_and_the_marker_of_its_owner():
    ax = draw()
    groups = [c for c in ax.collections if len(c.get_offsets()) and c.get_alpha() == 0.75]
    first, second = (group.get_offsets().tolist() for group in groups)
    assert first == [[0.5, 2.0]] and second == [[-0.5, -0.5], [0.8, -2.0]]
    blue, red = (np.array(matplotlib.colors.to_rgb(c)) for c in palette.PALETTE[:2])
    assert np.allclose(groups[0].get_facecolors()[0, :3], blue)
    assert np.allclose(groups[1].get_facecolors()[:, :3], [0.1 * blue + 0.9 * red, red])
    assert len(groups[0].get_paths()[0]) != len(groups[1].get_paths()[0])  # round and square


def test_experts_are_named_at_their_ends_without_overlap_even_far_outside():
    steep = [[0.0, 0.0, 0.0]] * 2 + [[90.0, 80.0, -70.0]]
    ax = draw(h=[[1, 0, 0]] * 3, means=steep, deviations=[1, 1, 1])
    names = boxes(ax)
    assert [text for text, _ in names] == ["expert 1", "expert 2", "expert 3"]
    assert overlaps(names) == []
    assert max(ax.get_ylim()) < 3  # the data decide how high, not the lines


def test_experts_of_equal_height_can_be_drawn():
    ax = plots.experts([0, 1], [2, 2], [[1], [1]], [0, 1], [[2], [2]], [0.0])
    assert area(pixels(ax), palette.BLUE) > 300


@pytest.mark.parametrize(
    ("h", "means", "deviations"),
    [(H[:2], MEANS, [1, 1]), (H, MEANS[:2], [1, 1]), (H, MEANS, [1]), ([0, 1, 1], MEANS, [1, 1])],
)
def test_experts_that_do_not_fit_are_refused(h, means, deviations):
    with pytest.raises(ValueError, match="must fit together; got shapes"):
        draw(h, means, deviations)


# gates


def test_gates_say_and_draw_every_probability():
    probs = torch.tensor([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
    ax = plots.gates(AT, probs)
    said = "Gate at x = -1, 0 and 1: expert 1 0.90, 0.50, 0.20; expert 2 0.10, 0.50, 0.80."
    assert ax.get_label() == said
    assert np.allclose([line.get_ydata() for line in ax.lines], probs.T)
    assert len({str(line.get_linestyle()) for line in ax.lines}) == 2


# density


def test_density_puts_each_value_at_its_place():
    values = np.zeros((4, 3))
    values[3, 0], values[0, 1], values[2, 2] = 2.0, 1.0, 0.5
    ax = plots.density(AT, [10, 11, 12, 13], values)
    assert ax.get_label() == (
        "Density of y given x, up to 2: at x = -1 highest at y = 13; at x = 0 highest at y = 10; "
        "at x = 1 highest at y = 12."
    )
    image = ax.images[0]
    assert image.get_extent() == [-1.5, 1.5, 9.5, 13.5] and image.origin == "lower"
    picture = pixels(ax)
    dark = np.argwhere(abs(picture - np.array(palette.MAP(1.0)[:3])).max(-1) < 0.02)
    rows, columns = dark[dark[:, 1] < picture.shape[1] * 0.7].T
    assert rows.mean() < picture.shape[0] / 3 and columns.mean() < picture.shape[1] / 3


def test_density_shows_points_and_the_mean_on_top():
    ax = plots.density(AT, [0, 1], np.ones((2, 3)), points=(X, Y), mean=[0, 0.5, 1])
    assert np.allclose(ax.collections[0].get_offsets(), np.transpose([X, Y]))
    assert ax.lines[0].get_ydata().tolist() == [0, 0.5, 1]
    assert ax.get_ylim() == (-0.5, 1.5)


# points


def test_points_and_named_curves():
    ax = plots.points(X, Y, AT, {"line": [0, 1, 2], "other": [1, 1, 1]})
    assert ax.get_label() == (
        "3 points, x from -0.500 to 0.800, y from -2 to 2. "
        "At x = -1, 0, 1: line 0, 1, 2; other 1, 1, 1."
    )
    assert np.allclose(ax.collections[0].get_offsets(), np.transpose([X, Y]))
    assert [line.get_ydata().tolist() for line in ax.lines] == [[0, 1, 2], [1, 1, 1]]
    assert [text for text, _ in boxes(ax)] == ["line", "other"]


@pytest.mark.parametrize(
    ("x", "y", "curves"), [([0, 1], [0], {}), ([], [], {}), (X, Y, {"short": [0, 1]})]
)
def test_points_refuse_other_lengths(x, y, curves):
    with pytest.raises(ValueError, match="as many x as y, and a height of every curve"):
        plots.points(x, y, AT, curves)
