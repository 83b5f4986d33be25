"""Charts by hand: a point lies where its numbers say, and nothing leaves the axes unasked."""

import pytest

from helpers.views.drawing.chart import Chart, key, sample, star, stroke, ticks
from tests.views.svg_seen import said, shapes

CHART = Chart(100, 50, 200, 100, (0, 10), (-1, 1))
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def test_a_point_lies_where_its_numbers_say():
    assert CHART.place(0, -1) == (100, 150) and CHART.place(10, 1) == (300, 50)
    assert CHART.place(2.5, 0) == (150, 100)


def test_a_line_goes_through_its_points_and_a_band_there_and_back():
    assert 'd="M100.0 150.0L300.0 50.0"' in CHART.line([0, 10], [-1, 1], "#0072B2")
    band = CHART.band([0, 10], [-1, -1], [0, 1], "#0072B2")
    assert 'd="M100.0 150.0L300.0 150.0L300.0 50.0L100.0 100.0Z"' in band


def test_the_first_line_is_solid_and_the_others_dashed_in_different_ways():
    looks = [
        CHART.line([0, 1], [0, 1], "red", i).partition("stroke-dasharray")[2] for i in range(4)
    ]
    assert looks[0] == "" and len(set(looks)) == 4


@pytest.mark.parametrize("kind", range(4))
def test_every_kind_of_mark_surrounds_its_point(kind):
    mark = CHART.mark(5, 0, "#D55E00", kind, 4)
    assert mark.endswith('fill="#D55E00"/>') and shapes(
        SVG.format(mark), "path" if kind else "circle"
    )
    assert len({CHART.mark(5, 0, "red", other) for other in range(4)}) == 4


def test_what_is_inside_is_cut_at_the_axes():
    cut = SVG.format(CHART.inside([CHART.mark(5, 9, "red")]))
    inner = shapes(cut, "svg")[1]
    assert inner.get("viewBox") == "100 50 200 100"
    assert [inner.get(name) for name in ("x", "y", "width", "height")] == [
        "100",
        "50",
        "200",
        "100",
    ]


def test_a_frame_names_its_ticks_where_they_stand():
    frame = CHART.frame({5: "five"}, {0: "zero", 1: "one"}, "x", "y", "title")
    markup = SVG.format("".join(frame))
    assert said(markup) == ["five", "zero", "one", "x", "title", "y"]
    places = {text.text: (text.get("x"), text.get("y")) for text in shapes(markup, "text")}
    assert places["five"] == ("200.00", "169.00") and places["zero"] == ("91.00", "104.50")


def test_ticks_are_round_lie_between_the_ends_and_are_written_alike():
    assert ticks(0.1, 99) == {25: "25", 50: "50", 75: "75"}
    assert [*ticks(-0.01, 0.02).values()] == ["−0.01", "0.00", "0.01", "0.02"]
    assert [*ticks(0, 0.003).values()] == ["0.000", "0.001", "0.002", "0.003"]


def test_a_stroke_has_both_ends():
    assert stroke((1, 2, 3, 4), "red") == (
        '<line x1="1.0" y1="2.0" x2="3.0" y2="4.0" stroke="red" stroke-width="1"/>'
    )


def test_a_bar_stands_on_the_lower_end_and_nothing_has_none():
    bar = CHART.bar(5, 0, 2, 'fill="red"')
    assert bar == '<rect x="180.0" y="100.0" width="40.0" height="50.0" fill="red"/>'
    assert CHART.bar(5, -1, 2, "") == ""


def test_names_at_the_ends_lie_apart_and_point_to_their_heights():
    markup = SVG.format("".join(CHART.ends([(0.9, "high", "red"), (0.88, "low", "blue")])))
    names = {text.text: float(text.get("y")) for text in shapes(markup, "text")}
    assert names["low"] - names["high"] == pytest.approx(18, abs=0.01)
    ends = [float(line.get("y1")) for line in shapes(markup, "line")]
    assert ends == pytest.approx([CHART.place(0, 0.9)[1], CHART.place(0, 0.88)[1]])


def test_a_level_goes_across_and_an_upright_line_up():
    assert 'd="M100.0 100.0L300.0 100.0"' in CHART.level(0)
    assert 'd="M200.0 150.0L200.0 50.0"' in CHART.upright(5)


def test_a_key_has_a_sample_before_each_name_and_none_overlap():
    markup = SVG.format("".join(key(10, 20, [(sample("red", 1, 2), "one"), ("", "three")])))
    first, second = shapes(markup, "text")
    assert (first.text, second.text) == ("one", "three")
    assert float(second.get("x")) > float(first.get("x")) + 3 * 8 + 24


def test_a_star_has_five_points_around_its_middle():
    path = shapes(SVG.format(star(50, 60, "black")), "path")[0].get("d")
    points = [tuple(map(float, p.split())) for p in path.strip("MZ").split("L")]
    far = [((x - 50) ** 2 + (y - 60) ** 2) ** 0.5 for x, y in points]
    assert far[::2] == pytest.approx([8] * 5, abs=0.1) and max(far[1::2]) < 4
