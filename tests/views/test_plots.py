"""Plots: the pixels show the values, and the description says them."""

import io
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from helpers.views import plots, style
from helpers.views.labels import spread
from helpers.views.pictures import show

FLOORS = {"uniform": 4.11, "unigram floor": 3.03, "bigram floor": 2.296, "exact floor": 0.327}


def history(*losses, gap=0.1):
    steps = [100 * i for i in range(len(losses))]
    return SimpleNamespace(
        steps=steps, val_loss=list(losses), train_loss=[loss - gap for loss in losses]
    )


def pixels(ax):
    return imread(io.BytesIO(show(ax).png))[..., :3]


def area(picture, colour):
    """How many pixels have this colour."""
    return int((abs(picture - np.array(to_rgb(colour))).max(-1) < 0.02).sum())


def boxes(ax):
    """The labels at the line ends, as drawn: (text, bounding box)."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return [(t.get_text(), text_box(t)) for t in ax.texts if t.get_text()]


def text_box(text):
    """Without the arrow that an annotation counts as its own."""
    return Text.get_window_extent(text)


def overlaps(labels):
    tall = sorted((box.y0, box.y1, text) for text, box in labels)
    return [(a[2], b[2]) for a, b in zip(tall, tall[1:], strict=False) if a[1] > b[0]]


# losses


def test_losses_says_start_end_floors_and_excess():
    alt = plots.losses(history(4.2, 2, 0.5), FLOORS, title="Run").get_label()
    assert alt.startswith("Run. Loss in nats per character over 200 steps: ")
    assert "validation from 4.20 to 0.500; training from 4.10 to 0.400." in alt
    assert (
        "Floors: uniform 4.11, unigram floor 3.03, bigram floor 2.30 and exact floor 0.327." in alt
    )
    assert alt.endswith("The last validation loss ends 0.173 above exact floor.")


def test_losses_below_the_floor_says_so():
    assert "ends 0.127 below exact floor" in plots.losses(history(4, 0.2), FLOORS).get_label()


def test_losses_compares_histories_by_name():
    ax = plots.losses({"pre-LN": history(4, 1), "post-LN": history(4, 2)}, {"floor": 0.5})
    assert "pre-LN from 4 to 1; post-LN from 4 to 2" in ax.get_label()
    assert "pre-LN ends 0.500 above floor; post-LN ends 1.50 above floor" in ax.get_label()
    assert [text for text, _ in boxes(ax)] == ["floor 0.500", "pre-LN 1", "post-LN 2"]


def test_losses_draws_the_measured_values_and_every_floor():
    ax = plots.losses(history(4.1, 2, 0.5), FLOORS)
    drawn = [list(line.get_ydata()) for line in ax.lines]
    assert drawn[: len(FLOORS)] == [[floor, floor] for floor in FLOORS.values()]
    assert np.allclose(drawn[-1], [4.1, 2, 0.5]) and np.allclose(drawn[-2], [4, 1.9, 0.4])
    picture = pixels(ax)
    assert area(picture, style.VERMILLION) > 500 and area(picture, style.BLUE) > 500


def test_losses_marks_the_excess_between_the_last_loss_and_the_lowest_floor():
    ax = plots.losses(history(4.1, 2, 0.5), FLOORS)
    assert "excess 0.173" in [text for text, _ in boxes(ax)]
    (arrow,) = [text for text in ax.texts if not text.get_text()]
    assert (arrow.xy[1], arrow.get_position()[1]) == (0.327, 0.5)


def test_losses_without_floors_marks_no_excess():
    ax = plots.losses(history(4, 1))
    assert [text for text, _ in boxes(ax)] == ["training 0.900", "validation 1"]
    assert "Floors" not in ax.get_label() and "ends" not in ax.get_label()


@pytest.mark.parametrize(
    "floors",
    [
        FLOORS,
        {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.501},
        {f"floor {i}": 0.4 + i / 99 for i in range(9)},
    ],
)
def test_labels_never_overlap(floors):
    labels = boxes(plots.losses(history(4.1, 2, 0.5, gap=0.001), floors))
    assert len(labels) == len(floors) + 3 and not overlaps(labels)


def test_labels_lie_inside_the_picture():
    ax = plots.losses(
        history(4.1, 2, 0.33), {"a floor with quite a long name": 4.1, "exact": 0.327}
    )
    for _, box in boxes(ax):
        assert box.x0 >= 0 and box.x1 <= ax.figure.bbox.x1
        assert box.y0 >= 0 and box.y1 <= ax.figure.bbox.y1


def test_a_history_of_one_measurement_can_be_drawn():
    assert "over 0 steps" in plots.losses(history(4.1), FLOORS).get_label()


@pytest.mark.parametrize("nothing", [history(), {}, {"run": history()}])
def test_losses_refuses_an_empty_history(nothing):
    with pytest.raises(ValueError, match="at least one measured step"):
        plots.losses(nothing, FLOORS)


# labels


def test_spread_moves_nothing_that_has_room():
    assert np.allclose(spread([30, 10, 50], gap=10, low=0, high=60), [30, 10, 50])


def test_spread_parts_neighbours_evenly_and_keeps_their_order():
    assert np.allclose(spread([20, 20, 20], gap=10, low=0, high=60), [10, 20, 30])
    assert np.allclose(spread([20.1, 20], gap=10, low=0, high=60), [25.05, 15.05])


def test_spread_stays_in_its_range_even_when_crowded():
    places = spread([0, 0, 0, 0, 0], gap=10, low=0, high=20)
    assert np.allclose(places, [0, 5, 10, 15, 20])
    assert np.allclose(spread([99, 99], gap=10, low=0, high=60), [50, 60])


# bars


def test_bars_says_and_draws_every_value():
    ax = plots.bars({"attention": 49536, "norms": 640}, title="Size", xlabel="parameters")
    assert ax.get_label() == "Size. Bar chart of parameters: attention 49,536 and norms 640."
    assert [patch.get_width() for patch in ax.patches] == [49536, 640]
    assert [text.get_text() for text in ax.texts] == ["49,536", "640"]
    assert area(pixels(ax), style.BLUE) > 5000


def test_bars_refuses_nothing():
    with pytest.raises(ValueError, match="at least one value"):
        plots.bars({})


# next character


def test_next_character_bars_says_the_top_three_of_each():
    ax = plots.next_character_bars("a\n b", [0.1, 0.2, 0.6, 0.1], torch.tensor([0, 0.3, 0.7, 0]))
    assert ax.get_label() == (
        "Next character, likeliest by the model: space 0.60, newline 0.20 and 'a' 0.10; "
        "likeliest by the truth: space 0.70, newline 0.30 and 'a' 0.00."
    )


def test_next_character_bars_pairs_heights_with_visible_characters():
    ax = plots.next_character_bars("a\n b", [0.1, 0.2, 0.6, 0.1], [0, 0.3, 0.7, 0], top=3)
    model, truth = ([bar.get_height() for bar in group] for group in ax.containers)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["␣", "↵", "a"]
    assert (model, truth) == ([0.6, 0.2, 0.1], [0.7, 0.3, 0])


def test_model_and_truth_differ_without_colour():
    ax = plots.next_character_bars("ab", [0.5, 0.5], [0.9, 0.1])
    model, truth = (group[0] for group in ax.containers)
    assert model.get_hatch() is None and truth.get_hatch()
    assert area(pixels(ax), style.BLUE) > 5000 and area(pixels(ax), style.ORANGE) > 500


def test_a_likely_character_of_the_truth_is_shown_though_the_model_misses_it():
    ax = plots.next_character_bars("abc", [0.6, 0.4, 0], [0, 0, 1], top=1)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["c"]


@pytest.mark.parametrize("probs", [[0.5], [[0.5, 0.5]], []])
def test_next_character_bars_refuses_other_lengths(probs):
    with pytest.raises(ValueError, match="one probability for each of the 2 characters"):
        plots.next_character_bars("ab", probs)


# heat maps


def test_heatmap_pixels_show_the_values():
    values = np.linspace(0, 1, 16).reshape(4, 4)
    picture = pixels(plots.heatmap(values))
    for value in values.flat:
        assert area(picture, matplotlib.colormaps[style.MAP](value)[:3]) > 1000


def test_heatmap_says_shape_range_and_largest_cell():
    ax = plots.heatmap([[0, 0.5], [0.25, 0]], "a\n", "b ", unit="weight", title="Head 1")
    assert ax.get_label() == (
        "Head 1. Heat map of weight, 2 rows by 2 columns, values from 0 to 0.500; "
        "largest cell: row 'a', column space."
    )
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "↵"]


def test_heatmap_leaves_missing_cells_grey():
    ax = plots.heatmap([[1.0, np.nan], [0.0, 1.0]])
    assert area(pixels(ax), "#BBBBBB") > 1000 and "from 0 to 1" in ax.get_label()
    assert "all empty" in plots.heatmap([[np.nan]]).get_label()


def test_65_tick_labels_do_not_overlap():
    ax = plots.heatmap(np.eye(65), ["M"] * 65, ["M"] * 65)
    ax.figure.savefig(io.BytesIO(), format="png")
    wide = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert all(a.x1 <= b.x0 for a, b in zip(wide, wide[1:], strict=False))


@pytest.mark.parametrize(
    "matrix, rows", [([1, 2], None), ([[1, 2]], "ab"), (np.ones((0, 2)), None)]
)
def test_heatmap_refuses_what_is_no_matrix_or_does_not_fit(matrix, rows):
    with pytest.raises(ValueError, match="needs a matrix"):
        plots.heatmap(matrix, rows)


# lines


def test_lines_says_ends_and_extremes_and_labels_each_line():
    ax = plots.lines([0, 1, 2], {"error": [3, 1, 2], "bound": torch.ones(3)}, xlabel="α")
    assert ax.get_label() == (
        "Line chart, α from 0 to 2: error goes from 3 to 2 (lowest 1 at 1, highest 3 at 0); "
        "bound goes from 1 to 1 (lowest 1 at 0, highest 1 at 0)."
    )
    assert [text for text, _ in boxes(ax)] == ["error", "bound"]
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 1, 2], [1, 1, 1]]


def test_lines_take_logarithmic_axes():
    ax = plots.lines([1, 10, 100], {"loss": [8, 4, 2]}, logx=True, logy=True)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log") and not overlaps(boxes(ax))


@pytest.mark.parametrize("ys", [{}, {"short": [1]}])
def test_lines_refuses_another_length(ys):
    with pytest.raises(ValueError, match="as many values as x"):
        plots.lines([1, 2], ys)


# every plot

PLOTS = {
    "losses": lambda ax: plots.losses(history(4, 1), FLOORS, ax=ax),
    "lines": lambda ax: plots.lines([0, 1], {"y": [0, 1]}, ax=ax),
    "bars": lambda ax: plots.bars({"a": 1}, ax=ax),
    "next_character_bars": lambda ax: plots.next_character_bars("ab", [0.5, 0.5], ax=ax),
    "heatmap": lambda ax: plots.heatmap([[0, 1]], ax=ax),
}


def test_every_plot_is_listed_here():
    assert set(PLOTS) == set(plots.__all__)


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_draws_on_given_axes_or_makes_its_own_and_describes_itself(name):
    given = Figure().subplots(1, 2)[0]
    assert PLOTS[name](given) is given and given.get_label()
    made = PLOTS[name](None)
    assert isinstance(made, Axes) and show(made).alt == made.get_label() == given.get_label()
