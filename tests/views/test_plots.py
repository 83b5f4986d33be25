"""Plots: the pixels show the values, and the description says them."""

import io
import itertools

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.views import plots
from helpers.views.drawing import palette
from helpers.views.drawing.picture import show
from tests.views.drawn import FLOORS, area, boxes, history, overlaps, pixels

# bars


def test_bars_says_and_draws_every_value():
    ax = plots.bars({"attention": 49536, "norms": 640}, title="Size", xlabel="parameters")
    assert ax.get_label() == "Size. Bar chart of parameters: attention 49,536 and norms 640."
    assert [patch.get_width() for patch in ax.patches] == [49536, 640]
    assert [text.get_text() for text in ax.texts] == ["49,536", "640"]
    assert area(pixels(ax), palette.BLUE) > 5000


@pytest.mark.parametrize(
    ("title", "said"), [("Is it large?", "Is it large?"), ("Size.", "Size."), ("Size", "Size.")]
)
def test_a_title_is_one_sentence_of_the_description(title, said):
    assert plots.bars({"a": 1}, title=title).get_label().startswith(f"{said} Bar chart")


def test_bars_refuses_nothing():
    with pytest.raises(ValueError, match="at least one value"):
        plots.bars({})


# heat maps


def test_heatmap_pixels_show_the_values():
    values = np.linspace(0, 1, 16).reshape(4, 4)
    picture = pixels(plots.heatmap(values))
    for value in values.flat:
        assert area(picture, palette.MAP(value)[:3]) > 1000


@pytest.mark.parametrize("limits", [{}, {"vmin": -4, "vmax": 1}])
def test_in_a_heatmap_with_negative_cells_zero_is_white_and_the_signs_have_colours(limits):
    image = plots.heatmap([[-1.0, 0.0, 4.0]], **limits).images[0]
    below, zero, above = image.cmap(image.norm(image.get_array()))[0, :, :3]
    assert zero.min() > 0.99 and below[0] > below[2] and above[2] > above[0]  # brown, white, blue


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


@pytest.mark.parametrize("draw", [plots.lines, lambda x, ys: plots.repeats(x, {"a": [ys["a"]]})])
def test_a_short_axis_of_whole_numbers_such_as_layers_has_no_ticks_between_them(draw):
    ax = draw(range(5), {"a": [0.1, 0.5, 0.7, 0.8, 0.9]})
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_lines_take_logarithmic_axes():
    ax = plots.lines([1, 10, 100], {"loss": [8, 4, 2]}, logx=True, logy=True)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log") and not overlaps(boxes(ax))


def test_a_long_logarithmic_axis_is_written_in_powers_of_ten_and_not_as_a_formula():
    ax = plots.lines([0, 1, 2], {"gradient": [1, 1e-4, 1e-8]}, logy=True)
    pixels(ax)  # as it is drawn
    written = [label.get_text() for label in ax.get_yticklabels()]
    assert {"10⁰", "10⁻⁴", "10⁻⁸"} <= {*written} and "$" not in "".join(written)


def test_a_logarithmic_axis_over_one_decade_has_plain_numbers_that_do_not_touch():
    ax = plots.lines([0.25, 0.5, 1, 2, 4], {"KL": [4, 2, 1, 2, 4]}, logx=True)
    ax.figure.draw_without_rendering()
    ticks = [t for t in ax.get_xticklabels(which="both") if t.get_text()]
    shown = [t for t in ticks if 0.25 <= float(t.get_text()) <= 4]
    assert [t.get_text() for t in shown] == ["0.5", "1", "2"]
    spans = [t.get_window_extent().intervalx for t in shown]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize("ys", [{}, {"short": [1]}])
def test_lines_refuses_another_length(ys):
    with pytest.raises(ValueError, match="as many values as x"):
        plots.lines([1, 2], ys)


# every plot

PLOTS = {
    "losses": lambda ax: plots.losses(history(4, 1), FLOORS, ax=ax),
    "lines": lambda ax: plots.lines([0, 1], {"y": [0, 1]}, ax=ax),
    "bars": lambda ax: plots.bars({"a": 1}, ax=ax),
    "heatmap": lambda ax: plots.heatmap([[0, 1]], ax=ax),
    "density": lambda ax: plots.density([0, 1], [0, 1], [[1, 0], [0, 1]], ax=ax),
    "experts": lambda ax: plots.experts([0, 1], [0, 1], [[1], [1]], [0, 1], [[0], [1]], [1], ax=ax),
    "gates": lambda ax: plots.gates([0, 1], [[1, 0], [0, 1]], ax=ax),
    "points": lambda ax: plots.points([0, 1], [0, 1], ax=ax),
    "diversity": lambda ax: plots.diversity([0, 1], ([0, 1], [1, 1], [1, 0]), ax=ax),
    "error_parts": lambda ax: plots.error_parts({"two": (0.1, 0.2, 0.3)}, ax=ax),
    "named_points": lambda ax: plots.named_points({"a": (1, 2)}, ax=ax),
    "architectures": lambda ax: plots.architectures(ax=ax),
    "forward_pass": lambda ax: plots.forward_pass("7", ["<start>", "<end>"], 8, 43, 1, ax=ax),
    "family_tree": lambda ax: plots.family_tree({"A": (2017, "a", "")}, ax=ax),
    "mask_panels": lambda ax: plots.mask_panels({"m": ([[1]], "a", "b")}, ax=ax),
    "token_graphs": lambda ax: plots.token_graphs("ab", {"g": [[0, 0], [1, 0]]}, ax=ax),
    "encoder_decoder": lambda ax: plots.encoder_decoder("ab", "ab", ax=ax),
    "unrolled": lambda ax: plots.unrolled("ab", "bc", ax=ax),
    "cuts": lambda ax: plots.cuts({"a": 0.7, "b": 0.3}, {"top-k 1": 1}, ["a"], ax=ax),
    "stochastic_selector": lambda ax: plots.stochastic_selector([0.3, 0.7], 1, ax=ax),
    "expert_tree": lambda ax: plots.expert_tree([0.3, 0.7], [[0.5, 0.5]] * 2, ax=ax),
    "training_stages": lambda ax: plots.training_stages(ax=ax),
    "ladder": lambda ax: plots.ladder({"a": [1.0, 2.0]}, ax=ax),
    "power_laws": lambda ax: plots.power_laws(
        [1, 9], {"a": [[2], [1]]}, {"a": (0, 2, 1)}, 0, ax=ax
    ),
    "repeats": lambda ax: plots.repeats([0, 1], {"y": [[0, 1]]}, ax=ax),
    "policies": lambda ax: plots.policies("ab", {"p": [0.4, 0.6]}, ax=ax),
    "frontier": lambda ax: plots.frontier([0, 1], {"true": [0, 1]}, ax=ax),
}
PANELS = {  # these fill a figure of their own
    "block_flows": lambda: plots.block_flows(["plain", "pre-norm"]),
    "images": lambda: plots.images([[[0, 1], [1, 0]]]),
    "heatmaps": lambda: plots.heatmaps({"a": [[0, 1]]}),
    "diversity_panels": lambda: plots.diversity_panels({"a": ([0, 1], ([0, 1], [1, 1], [1, 0]))}),
}


def test_every_plot_is_listed_here():
    every = {name for name, value in vars(plots).items() if callable(value)}
    assert set(PLOTS) | set(PANELS) == every


@pytest.mark.parametrize("name", PANELS)
def test_panels_describe_themselves(name):
    assert isinstance(made := PANELS[name](), Axes) and len(show(made).alt) > 40


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_draws_on_given_axes_or_makes_its_own_and_describes_itself(name):
    given = Figure().subplots(1, 2)[0]
    assert PLOTS[name](given) is given and given.get_label()
    made = PLOTS[name](None)
    assert isinstance(made, Axes) and show(made).alt == made.get_label() == given.get_label()
