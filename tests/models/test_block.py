"""The block: equal to PyTorch's with the norm before or after, and made of the right parts."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.models.block import MLP
from helpers.models.config import GPTConfig
from helpers.models.parts import KINDS

T = 6


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=1, n_head=4, n_embd=24, activation="relu")


@pytest.fixture
def x(config):
    torch.manual_seed(0)
    return torch.randn(2, T, config.n_embd)


def lively(module):
    """Give every parameter a value of its own, norms and biases too."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module


def built(config):
    """The block that a config names."""
    return KINDS["block"][config.block](config)


def twin_of(layer, config):
    """PyTorch's block with the same weights."""
    twin = nn.TransformerEncoderLayer(
        config.n_embd,
        config.n_head,
        4 * config.n_embd,
        dropout=0.0,
        activation="relu",
        batch_first=True,
        norm_first=config.block == "pre-norm",
    )
    attention, mlp = layer.attention, layer.mlp
    pairs = {
        twin.self_attn.in_proj_weight: attention.qkv.weight,
        twin.self_attn.in_proj_bias: attention.qkv.bias,
        twin.self_attn.out_proj.weight: attention.projection.weight,
        twin.self_attn.out_proj.bias: attention.projection.bias,
    }
    modules = {twin.linear1: mlp.expand, twin.linear2: mlp.projection}
    modules |= {twin.norm1: layer.attention_norm, twin.norm2: layer.mlp_norm}
    for theirs, ours in modules.items():
        pairs |= {theirs.weight: ours.weight, theirs.bias: ours.bias}
    for theirs, ours in pairs.items():
        theirs.data.copy_(ours.data)
    return twin


@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_a_block_equals_pytorchs(config, x, block):
    config = dataclasses.replace(config, block=block)
    layer = lively(built(config))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    assert_close(layer(x), twin_of(layer, config)(x, src_mask=future))


def test_before_training_a_pre_norm_block_of_zeros_passes_its_input_on(config, x):
    layer = built(config)
    for projection in (layer.attention.projection, layer.mlp.projection):
        nn.init.zeros_(projection.weight)
        nn.init.zeros_(projection.bias)
    assert torch.equal(layer(x), x)


def test_after_a_post_norm_block_every_position_has_mean_0_and_variance_1(config, x):
    y = built(dataclasses.replace(config, block="post-norm"))(x)
    assert_close(y.mean(-1), torch.zeros(2, T), atol=1e-6, rtol=0)  # float32 rounding
    assert_close(y.var(-1, unbiased=False), torch.ones(2, T), atol=1e-4, rtol=0)  # LayerNorm's eps


def test_the_mlp_treats_every_position_alike_and_alone(config, x):
    mlp = lively(MLP(config))
    assert_close(mlp(x)[:, 3], mlp(x[:, 3]))
    assert_close(mlp(x.flip(1)), mlp(x).flip(1))


@pytest.mark.parametrize(("name", "at_minus_1"), [("relu", 0.0), ("gelu", -0.158808)])
def test_the_activation_is_the_one_of_the_config(config, name, at_minus_1):
    # tanh GELU at -1: -1/2 · (1 + tanh(-√(2/π) · (1 + 0.044715))) = -0.158808
    mlp = MLP(dataclasses.replace(config, activation=name))
    minus_1 = torch.tensor([-1.0])
    assert_close(mlp.activation(minus_1), torch.tensor([at_minus_1]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_dropout_acts_on_both_sublayers_in_training_only(config, x, block):
    layer = lively(built(dataclasses.replace(config, block=block, dropout=0.5)))
    assert not torch.equal(layer(x), layer(x))
    layer.attention.dropout = 0.0  # the weights' own; what is left comes after the sublayers
    for silent in (layer.attention.projection, layer.mlp.projection):
        kept = silent.weight.data.clone(), silent.bias.data.clone()
        silent.weight.data.zero_(), silent.bias.data.zero_()
        assert not torch.equal(layer(x), layer(x))  # the other one still drops
        silent.weight.data, silent.bias.data = kept
    assert torch.equal(layer.eval()(x), layer(x))
