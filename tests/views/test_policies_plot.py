"""Policies, frontiers and images: what is drawn, what is said, what is refused."""

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing import palette
from tests.views.drawn import area, boxes, pixels

TWO = {"π_ref": [0.5, 0.3, 0.2], "π*": [0.1, 0.2, 0.7]}


def test_each_distribution_has_its_bars_and_its_words():
    ax = plots.policies(["a", "b", "c"], TWO)
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    assert heights == list(TWO.values())
    assert ax.get_label() == (
        "Probabilities: π_ref a 0.500, b 0.300 and c 0.200; π* c 0.700, b 0.200 and a 0.100."
    )
    # Beside each other, the first one left: no bar hides another.
    for left, right in zip(*ax.containers, strict=True):
        assert left.get_x() + left.get_width() <= right.get_x()
    assert area(pixels(ax), palette.BLUE) > 3000 and area(pixels(ax), palette.ORANGE) > 300


def test_distributions_differ_without_colour():
    ax = plots.policies("ab", {"x": [1, 0], "y": [0, 1], "z": [0.5, 0.5]})
    assert len({group[0].get_hatch() for group in ax.containers}) == 3


def test_the_bars_stand_where_the_tick_of_their_answer_is():
    ax = plots.policies("ab", TWO | {"π_ref": [0.5, 0.5], "π*": [0, 1]})
    for i in range(2):
        middle = np.mean([g[i].get_x() + g[i].get_width() / 2 for g in ax.containers])
        assert middle == pytest.approx(ax.get_xticks()[i])


@pytest.mark.parametrize("probs", [{}, {"a": [0.5]}, {c: [0.5, 0.5] for c in "abcd"}])
def test_policies_refuses_what_does_not_fit(probs):
    with pytest.raises(ValueError, match="one to three distributions over the 2 answers"):
        plots.policies("ab", probs)


def test_a_frontier_draws_a_line_for_each_repeat_and_says_the_best_place():
    kl, true = [[0, 1, 4], [0, 1, 9]], [[0.0, 2, -1], [0.0, 1, -2]]
    ax = plots.frontier(kl, {"proxy": [[0, 1, 2], [0, 1, 3]], "true": true})
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]
    assert drawn[2:] == list(zip(kl, true, strict=True)) and len(drawn) == 4
    assert "true starts at 0, is highest, 1.50, at a KL of 1, and ends at -1.50." in ax.get_label()
    assert "KL up to 9 nats (means of 2 repeats)" in ax.get_label()
    assert [text for text, _ in boxes(ax)] == ["proxy", "true"]


def test_distances_are_spaced_by_their_square_roots():
    ax = plots.frontier([0, 1, 4], {"r": [0, 1, 2]})
    x = [ax.transData.transform((far, 0))[0] for far in (0, 1, 4)]
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])


@pytest.mark.parametrize(
    ("end", "ticks"),
    [
        (102, [0, 1, 5, 10, 20, 50, 100]),
        (7, [0, 0.1, 0.5, 1, 2, 5]),
        (0.05, [0, 0.0005, 0.002, 0.005, 0.01]),
    ],
)
def test_their_ticks_are_round_numbers_with_room_between(end, ticks):
    ax = plots.frontier([0, 1, 4], {"r": [0, 1, 2]})
    ax.set_xlim(0, end)
    assert list(ax.get_xticks())[: len(ticks)] == pytest.approx(ticks)
    roots = np.sqrt(ax.get_xticks())
    assert np.diff(roots).min() >= 0.089 * np.sqrt(end) and len(roots) > 5


def test_a_frontier_refuses_other_lengths():
    with pytest.raises(ValueError, match="needs a value for each distance"):
        plots.frontier([0, 1], {"r": [1]})


def test_images_show_their_pixels_and_the_cuts():
    sheet = np.zeros((4, 4))
    sheet[0, 0] = 1
    ax = plots.images([sheet, 1 - sheet], ["a", "b"], patch_size=2)
    first, second = ax.figure.axes[:2]
    assert (np.asarray(first.images[0].get_array()) == sheet).all()
    assert (np.asarray(second.images[0].get_array()) == 1 - sheet).all()
    assert [first.get_title(), second.get_title()] == ["a", "b"]
    assert sorted(line.get_ydata()[0] for line in first.lines)[-1] == 1.5  # between rows 1 and 2
    assert ax.get_label() == (
        "2 images of 4×4 pixels, cut into patches of 2×2: a and b; 50% of the pixels are ink."
    )


def test_ink_is_dark():
    picture = pixels(plots.images([np.ones((2, 2)), np.zeros((2, 2))]))
    half = picture.shape[1] // 4
    assert picture[:, :half].mean() < picture[:, half : 2 * half].mean()


def test_many_images_stand_in_rows_and_empty_places_stay_empty():
    ax = plots.images(np.zeros((10, 2, 2)), [str(i) for i in range(10)])
    shown = [axes for axes in ax.figure.axes if axes.images]
    assert len(shown) == 10 and len(ax.figure.axes) == 16


@pytest.mark.parametrize(
    ("sheets", "titles"), [([], None), ([[1, 0]], None), ([[[1]]], ["a", "b"])]
)
def test_images_refuses_what_is_no_row_of_images(sheets, titles):
    with pytest.raises(ValueError, match=r"needs \(n, H, W\) with n ≥ 1 and a title for each"):
        plots.images(sheets, titles)
