"""A model is looked at and left as it was."""

import pytest
import torch
from torch import nn

from helpers.models.modes import evaluating, hooked


@pytest.mark.parametrize("training", [True, False])
def test_every_model_gets_its_own_mode_back_even_after_an_error(training):
    one, other = nn.Dropout(0.5).train(training), nn.Dropout(0.5).train(not training)
    with pytest.raises(RuntimeError), evaluating(one, other):
        assert not one.training and not other.training
        raise RuntimeError
    assert one.training == training and other.training != training


def test_a_frozen_part_of_a_model_that_trains_stays_frozen():
    model = nn.Sequential(nn.Dropout(0.5).eval(), nn.Dropout(0.5))
    with evaluating(model, model):
        assert not model[1].training
    assert [part.training for part in model.modules()] == [True, False, True]


@pytest.mark.parametrize("after", [False, True])
def test_a_hook_sees_each_forward_inside_and_none_after_an_error(after):
    layer, seen = nn.Linear(2, 3), []
    with (
        pytest.raises(RuntimeError),
        hooked([layer], lambda *args: seen.append(args), after),
    ):
        layer(torch.ones(1, 2))
        raise RuntimeError
    layer(torch.ones(1, 2))
    assert len(seen) == 1 and len(seen[0]) == 2 + after
