"""The plot of losses: it says start, end, floors and gap, and its labels never overlap."""

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing import palette
from helpers.views.drawing.labels import spread
from tests.views.drawn import FLOORS, area, boxes, history, overlaps, pixels

# losses


def test_losses_says_start_end_floors_and_gap():
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
    assert area(picture, palette.VERMILLION) > 500 and area(picture, palette.BLUE) > 500


@pytest.mark.parametrize(("steps", "apart"), [(3, 1), (40, 5), (300, 50), (1200, 200), (5000, 500)])
def test_losses_counts_steps_in_round_whole_numbers(steps, apart):
    ax = plots.losses(history(4.1, 3, 2, 1))
    ax.set_xlim(0, steps)
    assert ax.get_xticks().tolist() == list(range(0, steps + 1, apart))


def test_losses_marks_the_gap_between_the_last_loss_and_the_lowest_floor():
    ax = plots.losses(history(4.1, 2, 0.5), FLOORS)
    assert "gap 0.173" in [text for text, _ in boxes(ax)]
    (arrow,) = [text for text in ax.texts if not text.get_text()]
    assert (arrow.xy[1], arrow.get_position()[1]) == (0.327, 0.5)


def test_losses_without_floors_marks_no_gap():
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
