"""Rotary positions for texts longer than trained: nearer angles, and a larger base."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close

from helpers.models.gpt import GPT
from helpers.models.positions import Interpolated, Rotary, frequencies, ntk_base


@pytest.fixture
def rotary(config):
    return dataclasses.replace(config, positions="rotary", rotary_base=100.0)


def test_a_fourth_place_is_turned_as_the_first_was(rotary):
    x = torch.randn(1, 1, 1, rotary.head_size)
    assert_close(Interpolated(rotary).turn(x, 4), Rotary(rotary).turn(x, 1))


def test_no_angle_of_a_text_four_times_as_long_is_new(rotary):
    assert Interpolated(rotary).angles(rotary).max() < rotary.block_size / 4


def test_a_copy_with_other_positions_keeps_the_weights(rotary):
    model = GPT(rotary).eval()
    other = model.with_parts(positions=Interpolated)
    assert_close(other.state_dict(), model.state_dict())
    idx = torch.tensor([[1, 2, 3, 4, 5]])
    assert not torch.allclose(other(idx)[0], model(idx)[0])


@pytest.mark.parametrize("hs", [4, 16, 128])
def test_the_larger_base_leaves_the_fastest_pair_and_slows_the_slowest_by_the_factor(hs):
    before, after = frequencies(hs, 10_000.0), frequencies(hs, ntk_base(10_000.0, hs, 4))
    assert after[0] == before[0] == 1
    assert_close(before[-1] / after[-1], torch.tensor(4.0))


def test_two_channels_have_no_slowest_pair():
    with pytest.raises(ValueError, match="hs must be a whole number"):
        ntk_base(10_000.0, 2, 4)
