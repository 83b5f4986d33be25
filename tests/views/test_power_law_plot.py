"""Power laws drawn: a dot for every size and seed, the curve of the law, the truth as a line."""

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing.labels import plain
from tests.views.drawn import boxes, overlaps

SIZES = [1e3, 1e4, 1e5]
LOSSES = {"short": [[2.0, 2.1], [1.5, 1.5], [1.2, 1.3]], "long": [[1.8], [1.2], [0.9]]}
LAWS = {"short": (1.0, 10.0, 0.3), "long": (0.4, 8.0, 0.25)}


def drawn():
    return plots.power_laws(SIZES, LOSSES, LAWS, floor=0.25)


def test_every_seed_is_a_dot_and_every_law_its_curve():
    dots = [line for line in drawn().lines if line.get_linestyle() == "None"]
    curves = [line for line in drawn().lines if len(line.get_xdata()) == 200]
    assert dots[0].get_xdata().tolist() == [1e3, 1e3, 1e4, 1e4, 1e5, 1e5]
    assert dots[0].get_ydata().tolist() == [2.0, 2.1, 1.5, 1.5, 1.2, 1.3]
    assert dots[1].get_ydata().tolist() == [1.8, 1.2, 0.9]
    for curve, (limit, factor, exponent) in zip(curves, LAWS.values(), strict=True):
        x = curve.get_xdata()
        assert curve.get_ydata() == pytest.approx(limit + factor / x**exponent)
        assert x.max() == pytest.approx(1e7) and np.all(np.diff(curve.get_ydata()) < 0)


def test_the_limits_and_the_truth_are_named_at_the_end_without_overlap():
    labels = boxes(drawn())
    assert [text for text, _ in labels] == [
        "short: limit 1.00",
        "long: limit 0.40",
        "the truth 0.25",
    ]
    assert overlaps(labels) == []


def test_it_says_the_means_the_limits_and_the_truth():
    assert drawn().get_label() == (
        "Loss in nats per character of models from 1,000 to 100,000 parameters: short from 2.05 "
        "to 1.25, law with the limit 1 and long from 1.80 to 0.900, law with the limit 0.400. "
        "The truth: 0.250."
    )


def test_losses_that_do_not_match_the_sizes_are_refused():
    with pytest.raises(ValueError, match="losses for each of the 2 sizes"):
        plots.power_laws(SIZES[:2], LOSSES, LAWS, 0.25)
    with pytest.raises(ValueError, match="and a law"):
        plots.power_laws(SIZES, LOSSES, {"short": LAWS["short"]}, 0.25)


def test_the_powers_of_ten_at_the_axis_are_no_formulas():
    ax = drawn()
    plain(ax.figure).draw_without_rendering()
    written = [tick.label1.get_text() for tick in ax.xaxis.get_major_ticks()]
    assert "10⁵" in written and not any("$" in text for text in written)
