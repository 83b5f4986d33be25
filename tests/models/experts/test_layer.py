"""The MoE layer equals a slow one and Mixtral's, and computes only what is asked for."""

import dataclasses
from functools import partial

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock

from helpers.models import moe
from helpers.models.balance import expert_load
from helpers.models.block import PreNormBlock
from helpers.models.mlp import MLP
from helpers.models.moe import MoE, SharedExpert
from helpers.models.routing import (
    Capacity,
    TopK,
)
from tests.models.experts.small import B, T, slowly
from tests.models.lively import lively

# Equal to others


@pytest.mark.parametrize(("n_expert", "k"), [(1, 1), (4, 1), (4, 2), (5, 3), (4, 4), (16, 2)])
def test_the_layer_equals_a_slow_one_and_so_do_its_gradients(config, x, n_expert, k):
    config = dataclasses.replace(config, n_expert=n_expert, n_expert_active=k)
    layer, x = lively(MoE(config)).double(), x.double().requires_grad_()
    results = []
    for y in (layer(x), slowly(layer, x, k)):
        layer.zero_grad()
        y.square().sum().backward()
        grads = [
            p.grad.clone() if p.grad is not None else torch.zeros_like(p)
            for p in layer.parameters()
        ]
        results.append((y.detach(), x.grad.clone(), *grads))
        x.grad = None
    for ours, slow in zip(*results, strict=True):
        assert_close(ours, slow, atol=1e-6, rtol=0)


def test_with_a_capacity_the_layer_equals_a_slow_one_that_counts(config, x):
    layer = lively(MoE(config, gate=Capacity(TopK(2), 0.75)))
    most = int(0.75 * B * T * 2 / 4)
    assert_close(layer(x), slowly(layer, x, 2, most), atol=1e-5, rtol=0)
    assert not torch.allclose(layer(x), slowly(layer, x, 2))
    assert_close(layer.eval()(x), slowly(layer, x, 2), atol=1e-5, rtol=0)


class SwiGLU(nn.Module):
    """Mixtral's expert, for the twin below."""

    def __init__(self, gate_up, down):
        super().__init__()
        self.gate_up, self.down = gate_up, down

    def forward(self, x):
        gate, up = (x @ self.gate_up.T).chunk(2, dim=-1)
        return (nn.functional.silu(gate) * up) @ self.down.T


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_layer_with_mixtrals_experts_equals_mixtrals_block(config, x, k):
    sizes = {"hidden_size": 12, "intermediate_size": 20, "num_local_experts": 4}
    plain = {"num_experts_per_tok": k, "experts_implementation": "eager"}
    twin = MixtralSparseMoeBlock(MixtralConfig(**sizes, **plain)).eval()
    lively(twin)
    layer = MoE(config, gate=TopK(k))
    layer.router.weight = twin.gate.weight
    weights = zip(twin.experts.gate_up_proj, twin.experts.down_proj, strict=True)
    layer.experts = nn.ModuleList(SwiGLU(*pair) for pair in weights)
    assert_close(layer(x), twin(x))


def test_one_expert_is_the_dense_mlp(config, x):
    layer = MoE(dataclasses.replace(config, n_expert=1, n_expert_active=1))
    assert_close(layer(x), layer.experts[0](x))


def test_any_shape_goes_through_token_by_token(config, x):
    layer = lively(MoE(config))
    assert_close(layer(x)[1, 2], layer(x[1, 2]))
    assert_close(layer(x.transpose(0, 1)), layer(x).transpose(0, 1))


def test_a_shared_expert_is_added(config, x):
    layer = SharedExpert(config)
    assert_close(layer(x), layer.shared(x) + layer.routed(x))
    assert type(layer.shared) is MLP


# What is computed


def test_an_expert_reads_only_the_tokens_that_ask_for_it(config, x):
    layer, read = lively(MoE(config)), []
    for expert in layer.experts:
        expert.register_forward_hook(lambda m, args, out: read.append(len(args[0])))
    with moe.observed(layer) as seen:
        layer(x)
    assert read == expert_load(seen[0].gates).tolist() and sum(read) == 2 * B * T


def test_a_token_that_is_dropped_by_all_keeps_its_residual_only(config, x):
    gate = Capacity(TopK(1), 1e-9)  # one place per expert
    moe_block = lively(PreNormBlock(config, feed_forward=partial(MoE, gate=gate)))
    with moe.observed(moe_block) as seen:
        y = moe_block(x)
    dropped = (seen[0].gates == 0).all(-1).view(B, T)
    residual = x + moe_block.attention(moe_block.attention_norm(x))
    assert_close(y[dropped], residual[dropped])
    assert dropped.sum() == B * T - (seen[0].gates != 0).sum() > 10
    assert not torch.isclose(y[~dropped], residual[~dropped]).all(-1).any()


def test_a_layer_without_takers_returns_zeros(config, x):
    class Nobody(nn.Module):
        def forward(self, logits):
            return torch.zeros_like(logits)

    layer = MoE(config, gate=Nobody())
    assert torch.equal(layer(x), torch.zeros_like(x))
