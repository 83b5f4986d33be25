"""The plot of a ladder: a dot for every seed, means, floors, and words that say the same."""

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing.palette import BLUE, VERMILLION
from tests.views.drawn import boxes

LOSSES = {"one head": [2.0, 2.2], "blocks": [1.0, 1.1], "no residuals": [2.5, 2.7], "norm": [1.2]}
FLOORS = {"exact": 0.25, "bigram": 2.28}


def draw(**options):
    return plots.ladder(LOSSES, FLOORS, aside=["no residuals"], **options)


def dots(ax):
    """(x, row) of every line without a dash, by line."""
    return [line.get_xydata().tolist() for line in ax.lines if line.get_linestyle() == "None"]


def test_every_seed_has_its_dot_in_its_models_row():
    assert dots(draw()) == [
        [[2.0, 0], [2.2, 0]],
        [[1.0, 1], [1.1, 1]],
        [[2.5, 2], [2.7, 2]],
        [[1.2, 3]],
    ]


def test_the_first_model_stands_on_top_under_its_name():
    ax = draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == list(LOSSES)
    assert ax.yaxis_inverted()


def test_a_line_joins_the_means_of_the_ladder_and_leaves_out_what_stands_aside():
    (joined,) = [line for line in draw().lines if line.get_alpha() == 0.45]
    assert np.allclose(joined.get_xydata(), [[2.1, 0], [1.05, 1], [1.2, 3]])


def test_the_mean_stands_beside_the_dots_and_every_floor_has_its_line_and_name():
    ax = draw()
    written = [text for text, _ in boxes(ax)]
    assert written == ["2.10", "1.05", "2.60", "1.20", "exact 0.250", "bigram 2.28"]
    upright = [line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1]
    assert set(FLOORS.values()) <= set(upright)


def test_what_stands_aside_has_another_colour_and_another_mark():
    rows = [line for line in draw().lines if line.get_linestyle() == "None"]
    assert [line.get_marker() for line in rows] == ["o", "o", "s", "o"]
    assert [line.get_color() for line in rows] == [BLUE, BLUE, VERMILLION, BLUE]


def test_the_words_say_means_spreads_and_floors():
    assert draw(title="The ladder").get_label() == (
        "The ladder. Validation loss in nats per character by model, mean over seeds: "
        "one head 2.10 (from 2 to 2.20); blocks 1.05 (from 1 to 1.10); "
        "no residuals 2.60 (from 2.50 to 2.70); norm 1.20. "
        "Floors: exact 0.250 and bigram 2.28."
    )


def test_the_title_stands_above_the_names_of_the_floors():
    ax = draw(title="The ladder")
    ax.figure.draw_without_rendering()
    title = ax._left_title.get_window_extent()
    assert all(box.y1 < title.y0 for text, box in boxes(ax) if text.split()[0] in FLOORS)


@pytest.mark.parametrize("nothing", [{}, {"one head": []}, {"one head": 2.0}])
def test_a_model_without_a_loss_is_refused(nothing):
    with pytest.raises(ValueError, match="a loss for each of its seeds|a list of finite numbers"):
        plots.ladder(nothing)


def test_the_axis_and_the_words_say_what_is_measured():
    ax = plots.ladder(LOSSES, unit="nats per character", what="excess over the truth")
    assert ax.get_xlabel() == "excess over the truth (nats per character)"
    assert draw().get_xlabel() == "validation loss (nats per character)"
