"""Three ways to an even load: a bias of the choice, expert choice, and a limited capacity."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.models import routing
from helpers.models.routing import (
    Biased,
    Capacity,
    ExpertChoice,
    Switch,
    TopK,
    capacity,
)
from tests.models.few_experts import FOUR, E, N, asked


@pytest.fixture
def logits():
    return torch.randn(N, E)


# Bias


def test_the_bias_moves_the_choice_and_never_the_weight():
    gate = Biased(1, 4)
    assert_close(gate(FOUR), torch.tensor([[0, 0.880797, 0, 0]]), atol=1e-6, rtol=0)  # sigmoid(2)
    gate.bias.data[2] = 1.0
    assert_close(gate(FOUR), torch.tensor([[0, 0, 0.622459, 0]]), atol=1e-6, rtol=0)  # sigmoid(.5)


def test_a_bias_step_goes_up_for_idle_experts_and_down_for_busy_ones():
    gate = Biased(1, 4)
    gate.adjust(torch.tensor([7, 0, 4, 5]), rate=0.5)  # mean 4
    assert gate.bias.tolist() == [-0.5, 0.5, 0.0, -0.5]


def test_no_gradient_reaches_the_bias(logits):
    gate = Biased(2, E)
    gate(logits.requires_grad_()).sum().backward()
    assert gate.bias.grad is None and logits.grad.abs().max() > 0
    assert not gate.bias.requires_grad  # no optimizer may decay it either


def test_bias_steps_balance_a_skewed_router():
    # The toy of the text: logits N(0, 1) plus a slope from 0 to 2 over eight experts, top-2.
    # The worst excess load, max / mean - 1, falls from 1.37 and then stays near the step size.
    gate, generator = Biased(2, E), torch.Generator().manual_seed(0)
    worst = []
    for _ in range(100):
        batch = torch.randn(4096, E, generator=generator) + torch.linspace(0, 2, E)
        load = (gate(batch) != 0).sum(0)
        worst.append((load.max() / load.float().mean() - 1).item())
        gate.adjust(load, rate=0.01)
    # The favourite's load is 4096 tokens with chance q = 2.367 / 4; its standard error, in units
    # of the mean load 1024, is √(4096 q (1 - q)) / 1024 = .031.
    assert worst[0] == pytest.approx(1.367, abs=4 * 0.031)
    assert 0.02 < sum(worst[50:]) / 50 < 0.2
    assert gate.bias[0] > 0.05 and gate.bias[-1] < -0.05


# Expert choice


def test_every_expert_takes_the_same_number_of_tokens(logits):
    gates = ExpertChoice(2.0)(logits)
    assert ((gates != 0).sum(0) == 2 * N / E).all()
    assert_close(gates, logits.softmax(-1) * (gates != 0))
    taken = logits.softmax(-1).masked_fill(gates == 0, -1).amin(0)
    left = logits.softmax(-1).masked_fill(gates != 0, -1).amax(0)
    assert (gates.sum(0) > 0).all() and (left <= logits.softmax(-1).amax(0)).all()
    kept = (gates + (gates == 0) * 2).amin(0)
    assert (kept >= left).all() and taken.shape == (E,)


def test_some_tokens_are_taken_by_many_experts_and_some_by_none(logits):
    assert asked(ExpertChoice(1.0)(logits)).unique().tolist()[:3] == [0, 1, 2]


# Capacity


@pytest.mark.parametrize(
    ("factor", "n_choices", "n_expert", "most"),
    [(1.0, 1024, 8, 128), (1.25, 1024, 8, 160), (1.0, 64, 64, 1), (1.5, 10, 4, 3), (1.0, 3, 8, 1)],
)
def test_an_experts_capacity(factor, n_choices, n_expert, most):
    assert capacity(factor, n_choices, n_expert) == most


def test_who_comes_too_late_is_dropped():
    logits = torch.tensor([[3.0, 0.0], [2.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    gates = Capacity(TopK(1), 1.0)(logits)  # four tokens, two experts: two places each
    assert gates.tolist() == [[1, 0], [1, 0], [0, 1], [0, 0]]


def test_dropping_follows_the_capacity(logits):
    logits[:, 0] += 1.5  # a favourite
    for k, factor in ((1, 1.0), (2, 0.75), (2, 1.25)):
        plain, limited = TopK(k)(logits), Capacity(TopK(k), factor)(logits)
        most = math.floor(factor * N * k / E)
        before, after = (plain != 0).sum(0), (limited != 0).sum(0)
        assert torch.equal(after, before.clamp(max=most))
        assert before.max() > most
        assert_close(limited, plain * (limited != 0))  # what is kept keeps its weight
        for e in range(E):  # the first come are served
            comers = plain[:, e].nonzero().flatten()
            assert torch.equal(limited[:, e].nonzero().flatten(), comers[:most])


def test_capacity_acts_in_training_only(logits):
    gate = Capacity(TopK(2), 0.5)
    assert not torch.equal(gate(logits), TopK(2)(logits))
    assert torch.equal(gate.eval()(logits), TopK(2)(logits))


def test_a_collapsed_router_drops_all_but_one_capacity():
    logits = torch.zeros(1024, 8).index_fill(1, torch.tensor([3]), 5.0)
    gates = Capacity(TopK(1), 1.25)(logits)
    assert (asked(gates) == 0).float().mean().item() == 0.84375  # 1 - 1.25 / 8


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("gate", [lambda f: Capacity(TopK(1), f), ExpertChoice])
def test_an_impossible_capacity_is_refused(gate, factor):
    with pytest.raises(ValueError, match=f"capacity factor must be a number above 0; got {factor}"):
        gate(factor)


def test_the_parts_say_what_they_are():
    assert str(TopK(2)) == "TopK(k=2)" and str(Switch(1)) == "Switch(k=1)"
    assert routing.__doc__
