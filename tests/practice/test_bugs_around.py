"""Every slip around a model of *Bugs that still train* is wrong as is said there."""

import inspect

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.sampling import generate
from helpers.models.balance import balance_loss
from helpers.practice import checks
from helpers.practice.bugs import around_the_model as slips
from helpers.practice.bugs import in_the_model as bugs
from helpers.text import batches
from tests.practice.small import T, small_gpt, with_attention


def test_unshifted_targets_are_the_inputs():
    x, y = slips.unshifted_windows(torch.arange(50), torch.tensor([3, 9]), 4)
    assert torch.equal(x, y) and x.tolist() == [[3, 4, 5, 6], [9, 10, 11, 12]]
    assert torch.equal(x, batches.windows(torch.arange(50), torch.tensor([3, 9]), 4)[0])


def test_a_cache_that_slides_is_right_until_it_is_full(idx):
    model = small_gpt()
    text = slips.generate_with_a_sliding_cache(model, idx[:1, :1], 60)
    right = generate(model, idx[:1, :1], 60, temperature=0)
    assert text.shape == right.shape and torch.equal(text[:, :T], right[:, :T])
    assert not torch.equal(text, right)


def test_sampling_in_training_mode_is_another_text_each_time(idx):
    model = bugs.with_dropout(small_gpt(), 0.5).train()
    one, other = (
        slips.generate_as_it_is(model, idx[:1, :1], 40, torch.Generator().manual_seed(0))
        for _ in range(2)
    )
    assert one.shape == (1, 41) and not torch.equal(one, other)


def test_the_nucleus_without_its_last_token_is_too_small_or_empty():
    P = torch.tensor([0.1, 0.4, 0.25, 0.15, 0.1])
    kept = slips.nucleus_without_the_last(P, 0.7)
    assert_close(kept, torch.tensor([0, 0.4, 0.25, 0, 0]) / 0.65)
    assert slips.nucleus_without_the_last(P, 0.3).isnan().all()


def test_the_two_balance_losses_are_constant_and_k_times_too_large():
    logits = torch.randn(30, 8, requires_grad=True)
    assert not slips.constant_balance_loss(logits, 2).requires_grad
    assert_close(slips.balance_loss_times_k(logits, 2), 2 * balance_loss(logits, 2))


def test_decay_on_everything_shrinks_the_norms():
    model = small_gpt()
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    slips.decay_on_everything(model, lr=0.1, weight_decay=0.5).step()
    assert_close(model.final_norm.weight, torch.full((12,), 1 - 0.1 * 0.5))


@pytest.mark.parametrize("module", [bugs, slips])
def test_a_listing_fits_into_a_cell(module):
    members = vars(module).values()
    own = [m for m in members if getattr(m, "__module__", None) == module.__name__]
    assert len(own) >= 7
    assert max(len(inspect.getsource(member).splitlines()) for member in own) <= 20


def test_reading_piece_by_piece_and_reading_less_show_who_looks_ahead(idx):
    model = with_attention(bugs.PeekingAttention)
    assert checks.cache_effect(model, idx) > checks.ROUNDING
    assert checks.prefix_effect(model, idx) > checks.ROUNDING
