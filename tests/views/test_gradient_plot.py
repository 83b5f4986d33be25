"""The plot of gradients by layer: every layer's value, the last layers' by depth, and the words."""

import numpy as np
import pytest

from helpers.views import plots
from tests.views.drawn import boxes, overlaps

PROFILES = {"pre-norm": [0.8, 0.6, 0.5, 0.4], "post-norm": [1.2, 1.1, 1.0, 1.05]}
LAST = {"pre-norm": {2: 0.65, 4: 0.4}, "post-norm": {2: 0.95, 4: 1.05}}


def test_layers_and_depths_have_an_axis_each_and_every_value_stands_at_its_place():
    figure = plots.gradients_by_layer(PROFILES, LAST).figure
    left, right = ([line.get_xydata().tolist() for line in ax.lines] for ax in figure.axes)
    assert left == [
        [[1, 0.8], [2, 0.6], [3, 0.5], [4, 0.4]],
        [[1, 1.2], [2, 1.1], [3, 1.0], [4, 1.05]],
    ]
    assert right == [[[2, 0.65], [4, 0.4]], [[2, 0.95], [4, 1.05]]]
    assert [ax.get_xlabel() for ax in figure.axes] == [
        "layer",
        "layers in the model (its last one)",
    ]


def test_the_scale_doubles_from_layer_1_to_32_and_starts_at_no_gradient():
    for ax in plots.gradients_by_layer(PROFILES, LAST).figure.axes:
        assert ax.get_xscale() == "log" and list(ax.get_xticks()) == [1, 2, 4, 8, 16, 32]
        assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] > 1.2


def test_the_names_stand_at_the_ends_and_never_overlap():
    close = {"pre-norm": [0.5, 0.50], "post-norm": [0.5, 0.51]}
    last = {name: {2: values[-1]} for name, values in close.items()}
    labels = boxes(plots.gradients_by_layer(close, last).figure.axes[1])
    assert {text for text, _ in labels} == {"pre-norm 0.500", "post-norm 0.510"}
    assert not overlaps(labels)


def test_the_words_say_first_and_last_layer_and_the_last_layer_by_depth():
    label = plots.gradients_by_layer(PROFILES, LAST, title="4 layers").get_label()
    assert label == (
        "4 layers. Gradient by layer: pre-norm 0.800 in layer 1 and 0.400 in layer 4; post-norm "
        "1.20 in layer 1 and 1.05 in layer 4. The last layer by depth: pre-norm 0.650 at 2 and "
        "0.400 at 4; post-norm 0.950 at 2 and 1.05 at 4."
    )


def test_it_takes_any_numbers_for_values():
    values = {name: np.array(v, dtype="float32") for name, v in PROFILES.items()}
    assert "0.800 in layer 1" in plots.gradients_by_layer(values, LAST).get_label()


@pytest.mark.parametrize("nothing", [{}, {"pre-norm": []}])
def test_a_model_without_layers_is_refused(nothing):
    with pytest.raises(ValueError, match="a value for each of its layers"):
        plots.gradients_by_layer(nothing, {"pre-norm": {}})
