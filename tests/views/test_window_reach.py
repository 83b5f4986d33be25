"""window_reach: what it lights up is what a model with that mask depends on."""

import pytest
import torch

from helpers.models import masks
from helpers.views.widgets import window_reach
from helpers.views.widgets.window_reach import POSITIONS, draw, reached


@pytest.mark.parametrize(("width", "layers"), [(1, 3), (2, 1), (3, 4), (8, 6)])
@pytest.mark.parametrize("position", [0, 5, POSITIONS - 1])
def test_an_output_depends_on_what_powers_of_the_mask_say(width, layers, position):
    """Through L layers something travels from s to t if (mask ** L)[t, s] counts a way."""
    ways = torch.linalg.matrix_power(masks.window(POSITIONS, width).double(), layers)
    assert reached(width, layers, position)[-1] == ways[position].nonzero()[:, 0].tolist()


def test_by_hand_three_layers_of_two_reach_three_back():
    assert reached(2, 3, 10) == [[10], [9, 10], [8, 9, 10], [7, 8, 9, 10]]
    said = "Through 3 layers with a window of 2, position 10 depends on the inputs 7 … 10"
    assert draw(2, 3, 10).alt == f"{said}: 4 positions."


def test_every_control_changes_the_picture():
    assert min(window_reach().answers().values()) > 1


def test_a_lit_input_is_drawn_for_each_position_that_counts():
    assert draw(3, 4, 23).markup.count('fill="#E69F00"') == 9
