"""Positions: sines and cosines by hand, and the parts that a model is told them by."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.positions import Learned, Sinusoidal, no_positions, places, sinusoidal


def test_by_hand():
    # C = 4: wave numbers 1 and 10,000^(-2/4) = 1/100.
    expected = [[0, 1, 0, 1], [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]]
    assert_close(sinusoidal(2, 4), torch.tensor(expected))


def test_a_scalar_product_depends_on_the_distance_only():
    rows = sinusoidal(50, 32).double()
    products = rows @ rows.T
    for distance in (0, 1, 7):
        along = products.diagonal(distance)
        assert_close(along, along[:1].expand_as(along), rtol=0, atol=1e-4)
    assert_close(products.diagonal(), torch.full((50,), 16.0).double(), rtol=0, atol=1e-4)


def test_every_place_is_different():
    rows = sinusoidal(1000, 64)
    assert (torch.cdist(rows, rows) + 9 * torch.eye(1000)).min() > 0.1


def test_it_refuses_an_odd_width():
    with pytest.raises(ValueError, match="C must be even; got 5. Try 6"):
        sinusoidal(3, 5)


# as parts


def test_the_sinusoids_of_a_model_are_those_of_the_table_and_go_on_behind_it():
    config = GPTConfig(8, 11, 1, 1, 12)
    part = Sinusoidal(config)
    assert_close(part(torch.arange(50)), sinusoidal(50, 12))
    assert not list(part.parameters()) and not part.state_dict()


def test_learned_positions_are_an_embedding_of_the_place():
    part = Learned(GPTConfig(8, 11, 1, 1, 12))
    assert_close(part(torch.tensor([3, 5])), part.weight[[3, 5]])
    assert list(part.state_dict()) == ["weight"] and part.weight.shape == (8, 12)


@pytest.mark.parametrize("kind", [Learned, Sinusoidal, no_positions])
def test_none_of_them_turns_a_query_and_only_one_adds_nothing(kind):
    part, x = kind(GPTConfig(8, 11, 1, 1, 12)), torch.randn(1, 2, 4, 6)
    assert torch.equal(part.turn(x, past=3), x)
    assert (part(torch.arange(8)).abs().max() > 0) == (kind is not no_positions)


def test_places_follow_those_already_read_and_end_with_the_block():
    config = GPTConfig(8, 11, 1, 1, 12)
    assert places(3, 2, config, like=torch.zeros(1)).tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"at most block_size = 8 tokens; got 9. Pass the last"):
        places(7, 2, config, like=torch.zeros(1))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_no_positions_leave_a_models_precision_as_it_is(dtype):
    config = GPTConfig(8, 11, 1, 2, 4, positions="none")
    logits, _ = GPT(config).to(dtype)(torch.zeros(1, 3, dtype=torch.int64))
    assert logits.dtype == dtype
