"""diversity_error as it is drawn: curves, star and points at their heights, parts end to end."""

import numpy as np
import pytest

from helpers.views.drawing import palette, svg
from helpers.views.widgets import diversity_error
from helpers.views.widgets import diversity_parts as parts
from tests.views.browser import from_browser
from tests.views.svg_seen import box, lines, shapes

C = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
THREE = np.array([[0.8, 0.5, 0.4, 0.6, 1.0], [0.9, 0.6, 0.7, 0.9, 1.0], [0.1, 0.1, 0.3, 0.3, 0.0]])
CHART = parts._main(parts.top([THREE]))


def drawn(measured=(), here=0.25):
    return svg.document(740, 526, parts.curves(C, THREE, dict(measured), here))


def test_every_curve_goes_through_its_values():
    for values, colour in zip(THREE, parts.COLOURS, strict=True):
        (curve,) = lines(drawn(), colour)
        there = [CHART.place(x, y) for x, y in zip(C, values, strict=True)]
        assert np.allclose(curve, there, atol=0.06)


def test_the_star_is_at_the_least_error_of_the_ensemble():
    (star,) = [p for p in shapes(drawn(), "path") if p.get("fill") == palette.INK]
    points = [tuple(map(float, p.split())) for p in star.get("d").strip("MZ").split("L")]
    middle = np.mean(points, axis=0)
    assert np.allclose(middle, CHART.place(0.5, 0.4), atol=0.1)


@pytest.mark.parametrize("here", [0.25, 0.75])
def test_a_line_and_three_marks_stand_at_this_c(here):
    markup = drawn(here=here)
    x, _ = CHART.place(here, 0)
    assert f'd="M{x:.1f} {CHART.y + CHART.height:.1f}L{x:.1f} {CHART.y:.1f}"' in markup
    _, y = CHART.place(here, np.interp(here, C, THREE[0]))
    assert any(
        float(p.get("cx")) == pytest.approx(x, abs=0.06)
        and float(p.get("cy")) == pytest.approx(y, abs=0.06)
        for p in shapes(markup, "circle")
    )


def test_a_measured_point_has_a_bar_of_one_standard_error_to_both_sides():
    row = (0.5, 0.8, 0.3, 0.02, 0.03, 0.04)
    new = [
        line
        for line in shapes(drawn({0.5: row}), "line")
        if line.get("x1") == line.get("x2") and line.get("stroke-width") == "1.8"
    ]
    found = [abs(float(line.get("y1")) - float(line.get("y2"))) for line in new]
    assert found == pytest.approx([2 * e / CHART.up[1] * CHART.height for e in row[3:]], abs=0.11)


def test_the_parts_of_the_error_lie_end_to_end_and_are_as_long_as_they_are_large():
    shares = (0.1, 0.3, 0.05)
    markup = svg.document(740, 526, parts.error_bar(shares, THREE))
    found = [box(r) for r in shapes(markup, "rect") if r.get("height") and box(r)[3] > 20][-3:]
    unit = 540 / parts.top([THREE])
    assert [b[2] for b in found] == pytest.approx([s * unit for s in shares], abs=0.11)
    assert [b[0] for b in found] == pytest.approx([56 + s * unit for s in (0, 0.1, 0.4)], abs=0.11)


def test_fewer_runs_than_were_made_are_shown_as_they_were():
    explorer, shown = diversity_error(c=0.1), []
    for runs in (10, 20, 10):
        from_browser(explorer.controls["runs"], value=runs)
        shown.append(explorer.picture)
    assert shown[0] == shown[2] != shown[1]
