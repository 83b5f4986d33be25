"""Gates: who is asked, and with what weight."""

import math

import pytest
import torch
from torch.testing import assert_close
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralTopKRouter

from helpers.models.moe import Scaled
from helpers.models.routing import (
    Biased,
    Capacity,
    Switch,
    TopK,
    route,
)
from tests.models.few_experts import FOUR, E, N, asked


@pytest.fixture
def logits():
    return torch.randn(N, E)


def test_the_best_two_of_four_share_one():
    # e^2 / (e^2 + e^1) = .731059; the other experts do not count
    experts, weights = route(FOUR, 2)
    assert experts.tolist() == [[1, 0]]
    assert_close(weights, torch.tensor([[0.731059, 0.268941]]), atol=1e-6, rtol=0)
    assert_close(TopK(2)(FOUR), torch.tensor([[0.268941, 0.731059, 0, 0]]), atol=1e-6, rtol=0)


def test_the_switch_gate_keeps_the_probability_among_all():
    # softmax of all four: e^2 / Σ = .609460, e^1 / Σ = .224208
    gates = Switch(2)(FOUR)
    assert_close(gates, torch.tensor([[0.224208, 0.609460, 0, 0]]), atol=1e-6, rtol=0)
    assert_close(Switch(1)(FOUR), torch.tensor([[0, 0.609460, 0, 0]]), atol=1e-6, rtol=0)


def test_routing_equals_mixtrals(logits):
    # Hugging Face takes the softmax first, then the best k, then divides by their sum.
    for k in (1, 2, 3, E):
        twin = MixtralTopKRouter(
            MixtralConfig(hidden_size=E, num_local_experts=E, num_experts_per_tok=k)
        )
        twin.weight.data = torch.eye(E)
        _, weights, experts = twin(logits)
        ours, shares = route(logits, k)
        assert torch.equal(ours, experts)
        assert_close(shares, weights)
        assert_close(TopK(k)(logits), torch.zeros(N, E).scatter(1, experts, weights))


def test_weights_come_in_the_shape_of_the_logits():
    experts, weights = route(torch.randn(2, 3, 5, E), 3)
    assert experts.shape == weights.shape == (2, 3, 5, 3)
    assert_close(weights.sum(-1), torch.ones(2, 3, 5))
    assert (weights.diff() <= 0).all()  # best first


@pytest.mark.parametrize("k", [1, 2, 5, E])
def test_k_experts_are_asked_and_the_gates_sum_to_one_or_to_their_probability(logits, k):
    gates, probs = TopK(k)(logits), Switch(k)(logits)
    assert (asked(gates) == k).all() and (asked(probs) == k).all()
    assert_close(gates.sum(-1), torch.ones(N))
    assert_close(probs, logits.softmax(-1) * (gates != 0))


def test_with_one_expert_only_the_switch_gate_teaches_the_router(logits):
    logits.requires_grad_()
    worth = torch.randn(N, E)  # what the layers above would gain from each expert
    (TopK(1)(logits) * worth).sum().backward()
    assert (logits.grad == 0).all()
    (Switch(1)(logits) * worth).sum().backward()
    assert (logits.grad.abs().sum(-1) > 0).all()


def test_the_gradient_on_a_logit_is_gate_times_advantage(logits):
    # d/dlogit_i Σ_e g_e w_e = g_i (w_i - Σ_e g_e w_e), for the chosen; 0 for the others
    logits.requires_grad_()
    worth, gates = torch.randn(N, E), TopK(3)(logits)
    (gates * worth).sum().backward()
    advantage = worth - (gates * worth).sum(-1, keepdim=True)
    assert_close(logits.grad, (gates * advantage).detach())


@pytest.mark.parametrize("k", [0, -1, 5, 1.0, True, None])
def test_an_impossible_k_is_refused(k):
    with pytest.raises(ValueError, match=f"k must be a whole number in 1 … 4; got {k!r}. Try"):
        route(FOUR, k)


@pytest.mark.parametrize("gate", [TopK(5), Switch(5), Biased(5, 4), Capacity(TopK(5), 1.0)])
def test_a_gate_that_wants_more_experts_than_there_are_is_refused(gate):
    with pytest.raises(ValueError, match=r"whole number in 1 … 4; got 5. Try 1 or 2"):
        gate(FOUR)


@pytest.mark.parametrize(
    ("logits", "got"),
    [
        (torch.tensor([[1.0, math.nan], [math.nan, 0.0]]), r"float32 \(2, 2\), nan.* smaller lr"),
        (torch.tensor([[1, 2]]), r"int64 \(1, 2\)"),
        (torch.empty(0, 4), r"float32 \(0, 4\)"),
    ],
)
def test_logits_that_are_no_numbers_are_refused(logits, got):
    with pytest.raises(ValueError, match=f"Router logits must be a tensor .*got torch.{got}"):
        route(logits, 1)


def test_a_forbidden_expert_is_never_asked():
    forbidden = FOUR.index_fill(1, torch.tensor([1]), -math.inf)
    assert route(forbidden, 2)[0].tolist() == [[0, 2]]


def test_a_scaled_gate_chooses_alike_and_weighs_so_many_times_as_much(logits):
    assert_close(Scaled(Switch(2), 8)(logits), 8 * Switch(2)(logits))


@pytest.mark.parametrize("factor", [0, -1.0, float("nan"), float("inf"), "8", True])
def test_an_impossible_scaling_factor_is_refused(factor):
    with pytest.raises(ValueError, match="A routed scaling factor must be a number above 0"):
        Scaled(Switch(1), factor)
