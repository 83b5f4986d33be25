"""Starts: the right spread for every matrix, and every one drawn anew."""

import math

import pytest
import torch
from torch import nn

from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

C, V, L = 64, 300, 5


def started(start, **changes):
    torch.manual_seed(0)
    config = GPTConfig(32, V, n_layer=L, n_head=4, n_embd=C, **{"tied": False} | changes)
    return start(GPT(config))


def assert_spread(tensor, std, fourth=3.0):
    """The sample's standard deviation within 4 standard errors; fourth: the kurtosis, normal 3."""
    error = std * math.sqrt((fourth - 1) / (4 * tensor.numel()))
    assert abs(tensor.std().item() - std) < 4 * error


UNIFORM = 1.8  # the kurtosis of a uniform distribution


def test_gpt2s_start_has_its_three_sizes():
    model = started(initialise.gpt2)
    block = model.blocks[3]
    for matrix in (model.token_embedding.weight, block.attention.qkv.weight, model.head.weight):
        assert_spread(matrix, 0.02)
    for matrix in (block.attention.projection.weight, block.mlp.projection.weight):
        assert_spread(matrix, 0.02 / math.sqrt(2 * L))
    assert all(not p.any() for name, p in model.named_parameters() if name.endswith("bias"))


def test_another_spread_changes_every_matrix_alike():
    model = started(lambda model: initialise.gpt2(model, std=0.125))
    assert_spread(model.token_embedding.weight, 0.125)
    assert_spread(model.blocks[3].mlp.projection.weight, 0.125 / math.sqrt(2 * L))


def test_a_gpt_is_born_with_gpt2s_start():
    torch.manual_seed(0)
    model = GPT(GPTConfig(32, V, n_layer=L, n_head=4, n_embd=C))
    assert_spread(model.token_embedding.weight, 0.02)
    assert_spread(model.blocks[0].mlp.projection.weight, 0.02 / math.sqrt(2 * L))


def test_xaviers_start_counts_queries_keys_and_values_as_three_matrices():
    model = started(initialise.xavier)
    block = model.blocks[0]
    for matrix in block.attention.qkv.weight.chunk(3):
        assert_spread(matrix, math.sqrt(2 / (C + C)), UNIFORM)
    assert_spread(block.mlp.expand.weight, math.sqrt(2 / (C + 4 * C)), UNIFORM)
    assert_spread(block.mlp.projection.weight, math.sqrt(2 / (4 * C + C)), UNIFORM)
    assert_spread(model.head.weight, math.sqrt(2 / (C + V)), UNIFORM)
    assert_spread(model.token_embedding.weight, 1)
    assert_spread(model.position_embedding.weight, 1)
    assert not block.mlp.expand.bias.any() and not model.head.bias.any()


def test_xaviers_start_needs_no_biases():
    assert started(initialise.xavier, qkv_bias=False).blocks[0].attention.qkv.bias is None


def test_pytorchs_start_is_that_of_a_new_layer():
    model = started(initialise.pytorch)
    assert_spread(model.token_embedding.weight, 1)
    for layer in (model.blocks[1].mlp.projection, model.blocks[1].attention.qkv):
        torch.manual_seed(3)
        new = nn.Linear(layer.in_features, layer.out_features)
        torch.manual_seed(3)
        initialise.pytorch(layer)
        assert torch.equal(layer.weight, new.weight) and torch.equal(layer.bias, new.bias)
        assert_spread(layer.weight, 1 / math.sqrt(3 * layer.in_features), UNIFORM)


@pytest.mark.parametrize("start", [initialise.gpt2, initialise.xavier, initialise.pytorch])
def test_a_start_hands_the_model_back_with_every_matrix_new(start):
    model = started(initialise.gpt2)
    old = {name: p.clone() for name, p in model.named_parameters() if p.dim() == 2}
    assert start(model) is model
    assert not any(torch.equal(p, old[n]) for n, p in model.named_parameters() if n in old)
    norms = [part for part in model.modules() if isinstance(part, nn.LayerNorm)]
    assert all((norm.weight == 1).all() and not norm.bias.any() for norm in norms)
