"""Heat maps side by side."""

import numpy as np
import pytest

from helpers.views import plots
from helpers.views.drawing import palette
from helpers.views.drawing.picture import show
from tests.views.drawn import area, pixels

MIDDLE, HIGH = palette.MAP(0.5)[:3], palette.MAP(1.0)[:3]


def test_the_description_names_each_map_in_order():
    row = plots.heatmaps({"first": [[0, 1]], "second": [[3, 2]]}, unit="weight")
    assert show(row).alt == (
        "first. Heat map of weight, 1 rows by 2 columns, values from 0 to 1; largest cell: row 0, "
        "column 1. second. Heat map of weight, 1 rows by 2 columns, values from 2 to 3; largest "
        "cell: row 0, column 0."
    )


def test_one_scale_for_all_paints_the_same_value_alike():
    one, other = np.full((2, 2), 5.0), np.full((2, 2), 10.0)
    shared = pixels(plots.heatmaps({"a": one, "b": other}, vmin=0, vmax=10))
    assert area(shared, MIDDLE) > 5000 and area(shared, HIGH) > 5000


def test_each_map_has_its_own_labels_and_only_the_first_names_its_rows():
    labels = {"a": ("xy", "uv"), "b": ("yx", "vu")}
    maps = {name: np.eye(2) for name in labels}
    figure = plots.heatmaps(maps, labels, ylabel="rows", xlabel="columns").figure
    first, second = (ax for ax in figure.axes if ax.get_label() != "<colorbar>")
    assert [t.get_text() for t in second.get_yticklabels()] == ["y", "x"]
    assert [t.get_text() for t in first.get_xticklabels()] == ["u", "v"]
    assert (first.get_ylabel(), second.get_ylabel()) == ("rows", "")
    assert (first.get_xlabel(), second.get_xlabel()) == ("columns", "columns")


def test_it_refuses_nothing():
    with pytest.raises(ValueError, match="at least one matrix"):
        plots.heatmaps({})
