"""Routers: linear, noisy, or without some of the experts for a while."""

import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models.config import GPTConfig
from helpers.models.routing import (
    ExpertDropout,
    NoisyRouter,
    Router,
)

N, E = 64, 8


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=1, n_head=2, n_embd=12, n_expert=E, n_expert_active=2)


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
