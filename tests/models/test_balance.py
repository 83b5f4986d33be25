"""Balance: the loss's values to the digits, its blind spot, and what chance alone does."""

import itertools
import math

import pytest
import torch
from torch.testing import assert_close
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

from helpers.models.balance import (
    balance_loss,
    chosen_share,
    expected_dropped,
    expected_experts_hit,
    expert_load,
    variation,
    z_loss,
)
from helpers.models.routing import TopK

BATCH = torch.tensor(
    [
        [2.0, 1, 0, -1],
        [0, 2, 1, 0],
        [1, 1.5, 0, 0],
        [3, 0, 0, 0],
        [0, 0, 1, 0.5],
        [0.5, 0, 0, 2],
    ]
)


def half_dead(n_expert, n_used, n_tokens=400):
    """Each token divides itself among its own expert, by a hair the first, and all unused ones."""
    probs = torch.zeros(n_tokens, n_expert, dtype=torch.float64)
    probs[:, n_used:] = 1
    probs[torch.arange(n_tokens), torch.arange(n_tokens) % n_used] = 1 + 1e-9
    return probs.log()


# The loss


def test_the_worked_batch():
    # choices 0, 1, 1, 0, 2, 3; P is the mean softmax; 4 Σ f P
    assert_close(chosen_share(BATCH), torch.tensor([2, 2, 1, 1]) / 6)
    P = BATCH.softmax(-1).mean(0)
    assert_close(P, torch.tensor([0.366409, 0.270883, 0.163534, 0.199175]), atol=1e-6, rtol=0)
    assert balance_loss(BATCH).item() == pytest.approx(1.091528, abs=1e-6)


def test_the_loss_is_one_when_either_side_is_uniform():
    even_choice = torch.eye(4)  # each expert once, whatever the probabilities
    even_probs = torch.zeros(5, 4)  # ties: all choices fall on the same expert
    assert balance_loss(even_choice).item() == pytest.approx(1)
    assert balance_loss(even_probs).item() == pytest.approx(1)


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_balance_gives_one_for_every_k_and_k_in_hugging_face(k):
    logits = torch.stack([torch.arange(8.0).roll(i) for i in range(8)])
    assert balance_loss(logits, k).item() == pytest.approx(1, abs=1e-6)
    assert load_balancing_loss_func((logits,), 8, k).item() == pytest.approx(k, abs=1e-5)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_loss_equals_hugging_faces_divided_by_k(k):
    logits = torch.randn(100, 8) + torch.linspace(0, 2, 8)
    theirs = load_balancing_loss_func((logits,), 8, k)
    assert_close(balance_loss(logits, k), theirs / k)


def test_collapse_costs_the_number_of_experts():
    assert balance_loss(torch.tensor([[50.0, 0, 0, 0]] * 3)).item() == pytest.approx(4)


def test_when_probabilities_equal_choices_the_loss_is_one_plus_the_variation_squared():
    # half of the tokens sure of expert 0, the rest shared by seven: 8 (1/4 + 7/196) = 2.285714
    choices = torch.tensor([0] * 7 + list(range(1, 8)))
    logits = 100 * torch.nn.functional.one_hot(choices, 8).float()
    assert balance_loss(logits).item() == pytest.approx(2.285714, abs=1e-6)
    f = chosen_share(logits)
    assert 1 + variation(f) ** 2 == pytest.approx(2.285714, abs=1e-6)


def test_two_experts_can_be_unequal_below_one():
    # three tokens at (½⁺, ½⁻), one at (0, 1): f = (¾, ¼), P = (⅜, ⅝), 2 (9/32 + 5/32) = .875
    logits = torch.tensor([[1e-6, 0.0]] * 3 + [[-50.0, 0.0]])
    assert balance_loss(logits).item() == pytest.approx(0.875, abs=1e-6)


@pytest.mark.parametrize(
    ("n_expert", "n_used", "value"), [(4, 2, 0.667), (8, 4, 0.400), (64, 32, 0.0606)]
)
def test_half_of_the_experts_can_be_dead_at_a_loss_far_below_one(n_expert, n_used, value):
    # each probability is 1 / (E - M + 1); the loss is E / (M (E - M + 1))
    logits = half_dead(n_expert, n_used, 20 * n_used)
    assert balance_loss(logits).item() == pytest.approx(value, abs=5e-4)
    used = expert_load(TopK(1)(logits))
    assert (used[:n_used] == 20).all() and (used[n_used:] == 0).all()
    theirs = load_balancing_loss_func((logits.float(),), n_expert, 1)
    if theirs < 0.99:  # float32 may not see the hair's breadth; then their choice is another one
        assert theirs.item() == pytest.approx(value, abs=5e-4)


def test_no_other_number_of_used_experts_gets_lower():
    values = {m: 8 / (m * (8 - m + 1)) for m in range(1, 9)}
    assert min(values, key=values.get) in (4, 5)
    for m, value in values.items():
        assert balance_loss(half_dead(8, m, 40 * m)).item() == pytest.approx(value, abs=1e-6)


def test_the_gradient_takes_from_busy_experts_and_gives_to_idle_ones():
    logits = (torch.randn(200, 4) + torch.tensor([1.5, 0, 0, 0])).requires_grad_()
    balance_loss(logits).backward()
    f, P = chosen_share(logits), logits.softmax(-1)
    # dL/dlogit = E / N · p (f - Σ f p)
    assert_close(logits.grad, 4 / 200 * P * (f - (P * f).sum(-1, keepdim=True)))
    assert (logits.grad[:, 0] > 0).all()


def test_leading_dimensions_do_not_matter():
    logits = torch.randn(3, 4, 5, 8)
    assert_close(balance_loss(logits, 2), balance_loss(logits.flatten(0, 2), 2))
    assert_close(chosen_share(logits, 2).sum(), torch.tensor(1.0))


@pytest.mark.parametrize("function", [balance_loss, z_loss])
def test_logits_that_are_not_numbers_are_refused(function):
    with pytest.raises(ValueError, match="nan.* If training diverged, try a smaller lr"):
        function(torch.tensor([[math.nan, 1.0]]))


def test_an_impossible_k_is_refused():
    with pytest.raises(ValueError, match="k must be a whole number in 1 … 4; got 5"):
        balance_loss(BATCH, 5)


# The z-loss


def test_the_z_loss_by_hand():
    assert z_loss(BATCH).item() == pytest.approx(6.024354, abs=1e-6)
    assert z_loss(torch.zeros(3, 8)).item() == pytest.approx(math.log(8) ** 2)
    ten = torch.tensor([[10.0] + [0.0] * 7])
    assert z_loss(ten).item() == pytest.approx(100.006, abs=1e-3)


def test_the_z_loss_does_not_see_imbalance():
    collapsed, even = torch.eye(4)[[0] * 4], torch.eye(4)
    assert_close(z_loss(collapsed), z_loss(even))
    assert balance_loss(collapsed) > balance_loss(even) + 0.5


# Measures of load


def test_the_load_counts_gates_that_are_not_zero():
    gates = torch.tensor([[[0.5, 0.5, 0], [0, 1e-9, 1]], [[1, 0, 0], [0, 0, 0]]])
    assert expert_load(gates).tolist() == [2, 2, 1]


def test_the_variation_of_equal_loads_is_0_and_of_a_collapse_root_of_e_minus_1():
    assert variation(torch.tensor([5, 5, 5])) == 0
    assert variation(torch.tensor([9, 0, 0, 0, 0])) == pytest.approx(2)
    assert variation(torch.tensor([1, 3])) == pytest.approx(0.5)  # sd 1, mean 2


# What chance does


@pytest.mark.parametrize(
    ("n_tokens", "n_expert", "factor", "percent"),
    [
        (1024, 8, 1.0, 3.296),
        (1024, 8, 1.25, 0.004),
        (1024, 64, 1.0, 9.844),
        (1024, 64, 1.25, 2.242),
        (1024, 64, 1.5, 0.305),
        (64, 8, 1.0, 13.055),
        (64, 8, 1.25, 4.531),
    ],
)
def test_a_balanced_random_router_drops_by_chance(n_tokens, n_expert, factor, percent):
    assert 100 * expected_dropped(n_tokens, n_expert, factor) == pytest.approx(percent, abs=5.01e-4)


def test_expected_drops_agree_with_a_simulation():
    runs, n, e = 4000, 64, 8
    picks = torch.randint(e, (runs, n), generator=torch.Generator().manual_seed(0))
    counts = torch.nn.functional.one_hot(picks, e).sum(1)
    dropped = (counts - n // e).clamp(min=0).sum(-1) / n
    error = dropped.std().item() / math.sqrt(runs)
    assert abs(dropped.mean().item() - expected_dropped(n, e, 1.0)) < 4 * error


@pytest.mark.parametrize(
    ("n_expert", "k", "n_tokens", "hit"),
    [
        (8, 2, 0, 0),
        (8, 2, 1, 2),
        (8, 2, 2, 3.5),
        (8, 2, 4, 5.469),
        (8, 2, 8, 7.199),
        (8, 2, 16, 7.920),
        (256, 8, 32, 163.31),
        (256, 8, 128, 251.60),
        (4, 4, 1, 4),
    ],
)
def test_experts_hit_by_hand(n_expert, k, n_tokens, hit):
    assert expected_experts_hit(n_expert, k, n_tokens) == pytest.approx(hit, abs=5e-3)


@pytest.mark.parametrize(("n_expert", "k", "n_tokens"), [(8, 2, 4), (8, 1, 8), (64, 8, 16)])
def test_experts_hit_agree_with_a_simulation(n_expert, k, n_tokens):
    runs, generator = 4000, torch.Generator().manual_seed(1)
    order = torch.rand(runs, n_tokens, n_expert, generator=generator)
    picks = order.topk(k, dim=-1).indices.flatten(1)  # k different experts for each token
    hit = torch.zeros(runs, n_expert).scatter(1, picks, 1.0).sum(-1)
    error = hit.std().item() / math.sqrt(runs)
    assert abs(hit.mean().item() - expected_experts_hit(n_expert, k, n_tokens)) < 4 * error


@pytest.mark.parametrize(("n_expert", "k"), [(8, 9), (8, 0), (0, 0), (8, 1.5)])
def test_impossible_numbers_of_experts_are_refused(n_expert, k):
    with pytest.raises(ValueError, match=r"(k|n_expert) must be a whole number .* Try k=2 of"):
        expected_experts_hit(n_expert, k, 4)


@pytest.mark.parametrize("n_tokens", [-1, 1.5])
def test_impossible_numbers_of_tokens_are_refused(n_tokens):
    with pytest.raises(ValueError, match="n_tokens must be a whole number ≥ 0"):
        expected_experts_hit(8, 2, n_tokens)


def test_nobody_is_dropped_from_no_batch():
    with pytest.raises(ValueError, match="n_tokens must be a whole number ≥ 1; got 0. Try 1024"):
        expected_dropped(0, 8, 1.0)


def test_more_tokens_hit_more_experts_and_never_more_than_all():
    hits = [expected_experts_hit(8, 2, n) for n in range(40)]
    assert all(a < b <= 8 for a, b in itertools.pairwise(hits))
