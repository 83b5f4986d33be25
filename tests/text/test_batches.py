"""Batches: every window with the same window one step later, and a split that does not leak."""

import pytest
import torch
from torch.testing import assert_close

from helpers.text import batches


@pytest.fixture
def ids():
    """Tokens that are their own positions, so that a window says where it was cut."""
    return torch.arange(100)


def drawn(ids, batch_size, block_size, seed):
    return batches.sample(ids, batch_size, block_size, torch.Generator().manual_seed(seed))


def test_a_share_that_is_a_whole_number_of_tokens_is_that_number():
    # 10 · (1 - 0.9) is 0.9999999999999998 in the computer.
    assert [len(part) for part in batches.split(range(10), 0.9)] == [1, 9]


def test_the_split_is_contiguous_and_loses_nothing(ids):
    train, val = batches.split(ids, validation=0.1)
    assert (len(train), len(val)) == (90, 10)
    assert_close(torch.cat([train, val]), ids)


def test_a_list_is_split_into_tensors_of_int64():
    train, val = batches.split([3, 1, 2, 0], validation=0.25)
    assert (train.tolist(), val.tolist()) == ([3, 1, 2], [0])
    assert train.dtype == val.dtype == torch.int64


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_an_impossible_share_is_refused(ids, share):
    with pytest.raises(ValueError, match=f"share between 0 and 1; got {share}"):
        batches.split(ids, share)


def test_targets_are_the_inputs_one_step_later(ids):
    x, y = drawn(ids, 16, 8, seed=0)
    assert x.shape == y.shape == (16, 8)
    assert_close(y, x + 1)
    assert_close(x, x[:, :1] + torch.arange(8))


def test_every_window_is_drawn_equally_often(ids):
    n = 20_000
    x, _ = drawn(ids[:10], n, 4, seed=1)
    starts = torch.bincount(x[:, 0], minlength=10)
    assert starts[6:].tolist() == [0, 0, 0, 0]  # window and target need 5 tokens: starts 0 … 5
    p = 1 / 6
    assert (starts[:6] - n * p).abs().max() < 4 * (n * p * (1 - p)) ** 0.5


def test_the_same_generator_draws_the_same_batch(ids):
    one, same, other = (drawn(ids, 16, 8, seed)[0] for seed in (0, 0, 1))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_a_text_of_one_window_has_one_window(ids):
    x, y = drawn(ids[:9], 3, 8, seed=0)
    assert x.tolist() == [list(range(8))] * 3 and y.tolist() == [list(range(1, 9))] * 3


@pytest.mark.parametrize("cut", [batches.sample, batches.even_starts])
def test_a_text_without_a_whole_window_is_refused(ids, cut):
    arguments = (ids[:8], 4, 8) if cut is batches.sample else (ids[:8], 8)
    with pytest.raises(ValueError, match="longer than block_size = 8 .* got 8 tokens"):
        cut(*arguments)


def test_even_windows_cover_the_text_without_overlap(ids):
    starts = batches.even_starts(ids, 8)
    x, y = batches.windows(ids, starts, 8)
    assert_close(x.flatten(), torch.arange(96))  # 12 windows of 8; the last target is token 96
    assert_close(y, x + 1)


def test_a_few_even_windows_reach_from_the_start_to_the_end(ids):
    assert batches.even_starts(ids, 8, at_most=3).tolist() == [0, 48, 88]  # windows 0, 5.5 → 6, 11
    assert len(batches.even_starts(ids, 8, at_most=50)) == 12
