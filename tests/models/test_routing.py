"""Routers and gates: who is asked and with what weight, in training and out of it."""

import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralTopKRouter

from helpers.models import routing
from helpers.models.config import GPTConfig
from helpers.models.routing import (
    Biased,
    Capacity,
    ExpertChoice,
    ExpertDropout,
    NoisyRouter,
    Router,
    Switch,
    TopK,
    capacity,
    route,
)

N, E = 64, 8
FOUR = torch.tensor([[1.0, 2.0, 0.5, -1.0]])


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=1, n_head=2, n_embd=12, n_expert=E, n_expert_active=2)


@pytest.fixture
def logits():
    return torch.randn(N, E)


def asked(gates):
    return (gates != 0).sum(-1)


# route, TopK and Switch


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
    with pytest.raises(ValueError, match=f"k must be a whole number in 1 … E = 4; got {k!r}. Try"):
        route(FOUR, k)


@pytest.mark.parametrize("gate", [TopK(5), Switch(5), Biased(5, 4), Capacity(TopK(5), 1.0)])
def test_a_gate_that_wants_more_experts_than_there_are_is_refused(gate):
    with pytest.raises(ValueError, match=r"whole number in 1 … E = 4; got 5. Try 1 or 2"):
        gate(FOUR)


@pytest.mark.parametrize(
    ("logits", "got"),
    [
        (torch.tensor([[1.0, math.nan], [math.nan, 0.0]]), r"float32 \(2, 2\) with 2 NaN"),
        (torch.tensor([[1, 2]]), r"int64 \(1, 2\) with 0 NaN"),
        (torch.empty(0, 4), r"float32 \(0, 4\) with 0 NaN"),
    ],
)
def test_logits_that_are_no_numbers_are_refused(logits, got):
    with pytest.raises(ValueError, match=f"Router logits must be E numbers.*got torch.{got}"):
        route(logits, 1)


def test_a_forbidden_expert_is_never_asked():
    forbidden = FOUR.index_fill(1, torch.tensor([1]), -math.inf)
    assert route(forbidden, 2)[0].tolist() == [[0, 2]]


# Routers


def test_a_router_is_linear_without_a_bias(config):
    router, x = Router(config), torch.randn(N, config.n_embd)
    assert_close(router(x), x @ router.weight.T)
    assert router.bias is None


def test_noise_is_in_training_only(config):
    router, x = NoisyRouter(config), torch.randn(N, config.n_embd)
    assert not torch.equal(router(x), router(x))
    assert torch.equal(router.eval()(x), x @ router.weight.T)


def test_the_noise_is_as_large_as_the_router_says(config):
    router, n = NoisyRouter(config), 20_000
    router.spread.weight.data[:, 0] = torch.linspace(-2, 2, E)
    x = torch.zeros(n, config.n_embd).index_fill(1, torch.tensor([0]), 1.0)
    noise = router(x) - x @ router.weight.T
    sd = F.softplus(torch.linspace(-2, 2, E))
    # the standard error of an estimated standard deviation is sd / √(2n)
    assert ((noise.std(0) / sd - 1).abs() < 4 / math.sqrt(2 * n)).all()
    assert (noise.mean(0).abs() < 4 * sd / math.sqrt(n)).all()


def test_noise_lets_gradients_reach_its_own_size(config):
    router = NoisyRouter(config)
    router(torch.randn(N, config.n_embd)).square().sum().backward()
    assert router.spread.weight.grad.abs().max() > 0


@pytest.mark.parametrize(("rate", "n_absent"), [(0.0, 0), (0.3, 2), (0.5, 4), (0.99, 6)])
def test_expert_dropout_takes_a_share_of_the_experts_away_and_leaves_k(config, rate, n_absent):
    # ⌊.3 · 8⌋ = 2, ⌊.5 · 8⌋ = 4; ⌊.99 · 8⌋ = 7 would leave one of the two that are needed
    router, x = ExpertDropout(Router(config), rate, k=2), torch.randn(N, config.n_embd)
    logits, plain = router(x), router.router(x)
    absent = logits == -math.inf
    assert (absent.sum(-1) == n_absent).all() and (absent == absent[0]).all()
    assert torch.equal(logits[~absent], plain[~absent])
    assert torch.equal(router.eval()(x), plain)


def test_expert_dropout_draws_anew_for_every_batch(config):
    router, x = ExpertDropout(Router(config), 0.5, k=2), torch.randn(1, config.n_embd)
    drawn = {tuple((router(x)[0] == -math.inf).tolist()) for _ in range(20)}
    assert len(drawn) > 5
    assert all(any(absent[e] for absent in drawn) for e in range(E))


@pytest.mark.parametrize("rate", [-0.1, 1.0, math.nan])
def test_an_impossible_expert_dropout_is_refused(config, rate):
    with pytest.raises(ValueError, match=r"rate must be a share in \[0, 1\)"):
        ExpertDropout(Router(config), rate, k=2)


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
    assert not gate.bias.requires_grad  # no optimiser may decay it either


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
