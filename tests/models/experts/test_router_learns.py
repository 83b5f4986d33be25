"""Which gradients reach the router, and what is recorded of its choices."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close

from helpers.models import moe
from helpers.models.balance import balance_loss
from helpers.models.moe import MoE
from helpers.models.routing import (
    Capacity,
    ExpertDropout,
    Switch,
    TopK,
)
from tests.models.experts.small import IDX, B, T
from tests.models.lively import lively

# Gradients


@pytest.mark.parametrize(("gate", "learns"), [(TopK(1), False), (Switch(1), True), (TopK(2), True)])
def test_the_router_learns_unless_its_one_weight_is_always_1(config, x, gate, learns):
    layer = lively(MoE(config, gate=gate))
    layer(x).square().sum().backward()
    gradient = layer.router.weight.grad.abs().max()
    assert gradient > 1 if learns else gradient < 1e-6


def test_with_one_active_expert_the_plain_layer_is_a_switch_that_learns(config, x):
    layer = MoE(dataclasses.replace(config, n_expert_active=1))
    assert type(layer.gate) is Switch
    assert type(MoE(config).gate) is TopK and MoE(config).gate.k == 2


def test_the_gradient_on_a_logit_is_gate_times_the_experts_advantage(config, x):
    # ∂L/∂logit_i = g_i ⟨∂L/∂y, E_i(x) - y⟩ for the chosen experts
    layer = lively(MoE(config))
    with moe.observed(layer) as seen:
        y = layer(x)
    y.retain_grad(), seen[0].logits.retain_grad()
    y.pow(3).sum().backward()
    answers = torch.stack([expert(x) for expert in layer.experts], dim=-2)  # (B, T, E, C)
    advantage = ((answers - y.unsqueeze(-2)) * y.grad.unsqueeze(-2)).sum(-1).flatten(0, 1)
    assert_close(seen[0].logits.grad, seen[0].gates * advantage, atol=1e-3, rtol=1e-4)


# What is recorded


def test_routing_returns_logits_and_gates_of_every_layer(gpt):
    found = moe.routes(gpt, IDX)
    assert found.logits.shape == found.gates.shape == (2, B, T, 4)
    stream = gpt.token_embedding(IDX) + gpt.position_embedding(torch.arange(T))
    for i, layer in enumerate(gpt.blocks):
        read = layer.mlp_norm(stream + layer.attention(layer.attention_norm(stream)))
        assert_close(found.logits[i], layer.mlp.router(read))
        assert_close(
            found.gates[i].flatten(0, 1), layer.mlp.gate(layer.mlp.router(read.flatten(0, 1)))
        )
        stream = layer(stream)


@pytest.mark.parametrize("training", [True, False])
def test_looking_leaves_no_trace(gpt, training):
    gpt.train(training)
    before = gpt(IDX)[0]
    moe.routes(gpt, IDX)
    assert gpt.training is training and torch.equal(gpt(IDX)[0], before)
    assert not any(layer.gate._forward_hooks for layer in moe.layers(gpt))


def test_routing_is_that_of_evaluation(gpt):
    for layer in moe.layers(gpt):
        layer.gate = Capacity(layer.gate, 0.25)
        layer.router = ExpertDropout(layer.router, 0.5, k=2)
    found = moe.routes(gpt.train(), IDX)
    assert ((found.gates != 0).sum(-1) == 2).all() and found.logits.isfinite().all()


def test_hooks_go_even_when_the_forward_pass_fails(gpt):
    with pytest.raises(ValueError, match="block_size"):
        moe.routes(gpt, torch.zeros(1, 99, dtype=torch.int64))
    assert not any(layer.gate._forward_hooks for layer in moe.layers(gpt))


def test_what_is_recorded_carries_gradients_to_the_router(gpt):
    with moe.observed(gpt) as seen:
        gpt(IDX)
    sum(balance_loss(layer.logits, 2) for layer in seen).backward()
    assert all(layer.router.weight.grad.abs().max() > 0 for layer in moe.layers(gpt))


def test_a_gate_that_serves_two_layers_is_recorded_once_for_each(gpt):
    shared, layers = TopK(2), moe.layers(gpt)
    for layer in layers:
        layer.gate = shared
    found = moe.routes(gpt, IDX)
    assert found.gates.shape == (2, B, T, 4)
    assert not torch.equal(found.gates[0], found.gates[1])
