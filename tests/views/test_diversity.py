"""Pictures of error and diversity: their words come from the data, and the pixels show them."""

import math

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing.palette import BLUE, GREEN, VERMILLION
from helpers.views.drawing.picture import show
from tests.views.drawn import area, boxes, overlaps, pixels

C = np.linspace(0, 1, 101)
CURVES = (0.5 - 0.4 * C + 0.9 * C**2, 0.5 + 0.5 * C, 0.9 * C - 0.9 * C**2)
POINTS = {0.2: (0.45, 0.6, 0.15, 0.02, 0.03, 0.01), 0.6: (0.6, 0.8, 0.2, 0.02, 0.03, 0.01)}


def test_the_description_gives_the_curves_and_the_least_error():
    alt = plots.diversity(C, CURVES).get_label()
    assert alt.startswith("At c = 0, 0.250, 0.500 and 1: ensemble error 0.500, 0.456, 0.525 and 1;")
    assert "ambiguity 0, 0.169, 0.225 and 0." in alt
    assert alt.endswith("The ensemble error is least at c = 0.220: 0.456.")


def test_the_three_curves_are_drawn_in_three_colours_and_styles():
    picture = pixels(plots.diversity(C, CURVES))
    assert all(area(picture, colour) > 500 for colour in (BLUE, VERMILLION, GREEN))
    solid, dotted, dashed = plots.diversity(C, CURVES).get_lines()[:3]
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert dotted.get_linestyle() in (":", "--") and dotted._unscaled_dash_pattern[1] == (1, 1.5)
    assert np.allclose(solid.get_ydata(), CURVES[0]) and np.allclose(dashed.get_ydata(), CURVES[2])


def test_the_star_stands_on_the_least_error():
    (star,) = [line for line in plots.diversity(C, CURVES).get_lines() if line.get_marker() == "*"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (C[22], CURVES[0][22])


def test_the_marked_c_has_a_point_on_each_curve():
    ax = plots.diversity(C, CURVES, here=0.505)
    points = [line for line in ax.get_lines() if line.get_marker() in ("o", "s", "^")]
    heights = [np.interp(0.505, C, curve) for curve in CURVES]
    assert [line.get_ydata()[0] for line in points] == pytest.approx(heights)


def test_measured_points_have_their_means_and_errors_and_are_said():
    ax = plots.diversity(C, CURVES, POINTS)
    bars = {c.lines[0].get_color(): c for c in ax.containers}
    assert list(bars[BLUE].lines[0].get_ydata()) == [0.45, 0.6]
    assert list(bars[GREEN].lines[0].get_ydata()) == [0.15, 0.2]
    (low, high), _ = bars[VERMILLION].lines[2][0].get_segments()[0], None
    assert high[1] - low[1] == pytest.approx(2 * 0.03)
    assert ax.get_label().endswith("0.450 ± 0.0200 at c = 0.200 and 0.600 ± 0.0200 at c = 0.600.")


def test_labels_do_not_overlap_and_stay_inside_when_curves_leave_the_picture():
    ax = plots.diversity(C, (10 * CURVES[0], 10 * CURVES[1], CURVES[2]))
    assert overlaps(boxes(ax)) == [] and ax.get_ylim()[1] == pytest.approx(3.15)


def test_panels_share_one_scale_and_both_describe_themselves():
    ax = plots.diversity_panels(
        {"strong": (C, [2 * curve for curve in CURVES]), "weak": (C, CURVES)}, {"weak": POINTS}
    )
    left, right = ax.figure.axes
    assert left.get_ylim() == right.get_ylim() == pytest.approx((0, 2.1))
    alt = show(ax).alt
    assert alt.startswith("strong. At c = 0,") and "weak. At c = 0," in alt and "Simulated" in alt


def test_repeats_are_marked_their_means_joined_and_the_floor_drawn():
    ys = {"one": [[1, 2, 3], [3, 2, 5]], "two": [[0.5, 0.6, 0.7]]}
    ax = plots.repeats([0, 0.5, 1], ys, {"exact floor": 0.25}, "c", "nats")
    floor, mean, marks, *_ = ax.get_lines()
    assert list(mean.get_ydata()) == [2, 2, 4] and list(floor.get_ydata()) == [0.25, 0.25]
    assert sorted(zip(*marks.get_data(), strict=True))[:2] == [(0, 1), (0, 3)]
    assert ax.get_label() == (
        "Means of 2 repeats at c = 0, 0.500 and 1: one 2, 2 and 4; two 0.500, 0.600 and 0.700. "
        "Exact floor 0.250."
    )
    assert overlaps(boxes(ax)) == []


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.diversity(C, CURVES[:2]),
        lambda: plots.diversity(C[:5], CURVES),
        lambda: plots.diversity([], [[], [], []]),
    ],
)
def test_curves_that_do_not_fit_are_refused(draw):
    with pytest.raises(
        ValueError, match=r"one value for each of the .* shares c; got .* Try learn"
    ):
        draw()


PARTS = {"one": (0.1, 0.2, 0.4), "many": (0.1, 0.2, 0.0)}


def test_the_parts_of_an_error_follow_each_other_and_are_said_with_their_sum():
    ax = plots.error_parts(PARTS)
    reach = [[bar.get_x() + bar.get_width() for bar in part] for part in ax.containers]
    assert np.allclose(reach, [[0.1, 0.1], [0.3, 0.3], [0.7, 0.3]])
    assert "one: error 0.700 = what all ignore 0.100, what pairs share 0.200 and" in ax.get_label()
    assert [text.get_text() for text in ax.texts] == ["0.700", "0.300"]


def test_an_error_beyond_the_picture_keeps_its_number_inside():
    ax = plots.error_parts({"huge": (1, 2, 100)})
    (text,) = ax.texts
    assert text.get_text() == "103" and text.xy[0] < ax.get_xlim()[1] < 4


def test_an_error_needs_three_parts():
    with pytest.raises(ValueError, match=r"three parts of its error; got .*\(2,\).* Try {'K = 2'"):
        plots.error_parts({"two": (0.1, 0.2)})


def test_no_panels_and_ragged_repeats_are_refused():
    with pytest.raises(ValueError, match="needs a system; got none"):
        plots.diversity_panels({})
    with pytest.raises(ValueError, match=r"repeats of 2 values, \(R, 2\); got .*'a': \(2,\)"):
        plots.repeats([0, 1], {"a": [1, 2]})
    assert math.isfinite(plots.repeats([0, 1], {"a": [[1, 2]]}).get_ylim()[1])
