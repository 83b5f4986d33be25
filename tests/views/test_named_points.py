"""named_points: every point where it belongs, the marked ones named, no two names on each other."""

import numpy as np
import pytest

from helpers.views import plots
from tests.views.drawn import boxes

VALUES = {"a": (0.0, 0.0), "b": (1.0, 2.0), "c": (1.01, 2.0), "d": (1.0, 4.0), "e": (0.99, 2.01)}


def places(ax, marker):
    found = [np.array(line.get_xydata()) for line in ax.lines if line.get_marker() == marker]
    return np.concatenate([*found, np.zeros((0, 2))]).tolist()


def test_plain_points_are_dots_and_marked_ones_squares():
    ax = plots.named_points(VALUES, ["b", "d"])
    assert places(ax, "o") == [[0, 0], [1.01, 2], [0.99, 2.01]]
    assert places(ax, "s") == [[1, 2], [1, 4]]


def test_names_of_neighbours_do_not_overlap():
    labels = boxes(plots.named_points(VALUES, ["b", "c", "d", "e"]))
    assert sorted(name for name, _ in labels) == ["b", "c", "d", "e"]
    for i, (_, one) in enumerate(labels):
        assert not any(one.overlaps(other) for _, other in labels[i + 1 :])


def test_the_order_of_names_is_that_of_the_points():
    names = dict(boxes(plots.named_points(VALUES, ["b", "c", "e"])))
    assert names["e"].x0 < names["b"].x0 < names["c"].x0


def test_the_words_name_the_marked_points():
    ax = plots.named_points(VALUES, ["d"], xlabel="weight", ylabel="nats")
    assert ax.get_label() == "5 points, weight against nats: d at 1, 4."
    assert (
        plots.named_points({"a": (0, 0.5)}).get_label() == "1 points, x against y: a at 0, 0.500."
    )


@pytest.mark.parametrize(("values", "marked"), [({}, []), (VALUES, ["z"])])
def test_it_refuses_no_points_and_unknown_names(values, marked):
    with pytest.raises(ValueError, match="A point needs a name.*Try named_points"):
        plots.named_points(values, marked)
