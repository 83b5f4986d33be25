"""Attention: equal to PyTorch's, never looking ahead, the same with and without a cache."""

import dataclasses
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models import attention
from helpers.models.attention import CausalSelfAttention, attention_weights
from helpers.models.cache import LayerCache
from helpers.models.gpt import GPT

T = 7


@pytest.fixture
def layer(config):
    """A layer whose biases are not zero, so that a forgotten one is seen."""
    layer = CausalSelfAttention(config)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    return layer


@pytest.fixture
def x(config):
    return torch.randn(2, T, config.n_embd)


def queries_keys_values():
    return torch.randn(3, 2, 4, T, 6).unbind()  # three times (B, nh, T, hs)


def test_weights_by_hand():
    # Scores q·k/√4: the second position has 0 with the first key and ln 3 · 2/2 with its own.
    q = torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])
    k = torch.tensor([[5.0, 0, 0, 0], [0, 2 * math.log(3), 0, 0]])
    assert_close(attention_weights(q, k), torch.tensor([[1, 0], [1 / 4, 3 / 4]]))


def test_weights_sum_to_1_and_are_zero_right_of_the_diagonal():
    q, k, _ = queries_keys_values()
    weights = attention_weights(q, k)
    assert_close(weights.sum(-1), torch.ones(2, 4, T))
    assert torch.equal(weights.triu(1), torch.zeros_like(weights))
    assert (weights.tril() > 0).sum() == 2 * 4 * T * (T + 1) / 2


def test_weights_give_what_the_fused_kernel_gives():
    q, k, v = queries_keys_values()
    assert_close(
        attention_weights(q, k) @ v, F.scaled_dot_product_attention(q, k, v, is_causal=True)
    )


@pytest.mark.parametrize("n_new", [1, 2, T])
def test_weights_of_the_last_queries_are_the_last_rows(n_new):
    q, k, _ = queries_keys_values()
    assert_close(attention_weights(q[..., -n_new:, :], k), attention_weights(q, k)[..., -n_new:, :])


def test_the_layer_equals_pytorchs(config, layer, x):
    twin = nn.MultiheadAttention(config.n_embd, config.n_head, batch_first=True)
    twin.in_proj_weight.data, twin.in_proj_bias.data = layer.qkv.weight, layer.qkv.bias
    twin.out_proj.weight.data, twin.out_proj.bias.data = (
        layer.projection.weight,
        layer.projection.bias,
    )
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    expected, _ = twin(x, x, x, attn_mask=future, need_weights=False)
    assert_close(layer(x), expected)


def test_the_layer_computes_with_the_weights_that_are_shown(layer, x):
    q, k, v = layer.heads(x)
    by_weights = attention.merge_heads(attention_weights(q, k) @ v)
    assert_close(layer(x), layer.projection(by_weights))


def test_a_later_token_never_changes_an_earlier_output(layer, x):
    changed = x.clone()
    changed[:, 5] += 1
    assert_close(layer(changed)[:, :5], layer(x)[:, :5])
    for t in range(5, T):  # 5 itself and all that may look at it
        assert not torch.allclose(layer(changed)[:, t], layer(x)[:, t])


def test_queries_keys_and_values_may_go_without_bias(config):
    layer = CausalSelfAttention(dataclasses.replace(config, qkv_bias=False))
    assert layer.qkv.bias is None and layer.projection.bias is not None


def test_splitting_into_heads_can_be_undone(x):
    heads = attention.split_heads(x, 4)
    assert heads.shape == (2, 4, T, 6)
    assert_close(heads[0, 1, 2], x[0, 2, 6:12])  # the second head has the second six channels
    assert_close(attention.merge_heads(heads), x)


@pytest.mark.parametrize("cuts", [[T], [1] * T, [3, 4], [1, 5, 1], [4, 1, 2]])
def test_a_cache_gives_the_same_piece_by_piece(config, layer, x, cuts):
    cache = LayerCache(config, batch_size=2)
    pieces = [layer(piece, cache) for piece in x.split(cuts, dim=1)]
    assert_close(torch.cat(pieces, dim=1), layer(x))
    assert cache.length == T


class Grouped(CausalSelfAttention):
    """All heads of queries read the keys and values of the first."""

    def heads(self, x, past=0):
        q, k, v = super().heads(x, past)
        return q, k[:, :1], v[:, :1]

    def attend(self, q, k, v):
        k, v = (part.expand(-1, self.n_head, -1, -1) for part in (k, v))
        return super().attend(q, k, v)


def test_a_cache_has_as_many_heads_as_the_keys_it_is_given(config, x):
    layer, cache = Grouped(config), LayerCache(config, batch_size=2)
    pieces = [layer(piece, cache) for piece in x.split(2, dim=1)]
    assert_close(torch.cat(pieces, dim=1), layer(x))
    assert cache.keys.shape == (2, 1, config.block_size, config.head_size)


def test_a_cache_goes_on_with_the_same_texts_and_heads(config, layer, x):
    with pytest.raises(
        ValueError, match=r"its 3 texts and 4 heads.*got keys \(2, 4.*Try model.new_c"
    ):
        layer(x, LayerCache(config, batch_size=3))
    cache = LayerCache(config, batch_size=2)
    layer(x[:, :3], cache)
    with pytest.raises(ValueError, match=r"its 2 texts and 4 heads.*got keys \(2, 1"):
        Grouped(config)(x[:, 3:], cache)


def test_the_future_never_leaks_through_a_cache(config, layer, x):
    changed = x.clone()
    changed[:, 5] += 1
    outputs = []
    for piece in (x, changed):
        cache = LayerCache(config, batch_size=2)
        layer(piece[:, :3], cache)
        outputs.append(layer(piece[:, 3:], cache))  # positions 3 … 6, several at once
    assert_close(outputs[0][:, :2], outputs[1][:, :2])
    assert not torch.allclose(outputs[0][:, 2:], outputs[1][:, 2:])


def test_dropout_acts_in_training_only(config, x):
    layer = CausalSelfAttention(dataclasses.replace(config, dropout=0.5))
    assert not torch.equal(layer(x), layer(x))
    assert torch.equal(layer.eval()(x), layer(x))


@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_maps_are_the_weights_of_every_layer_and_head(config, block):
    model = GPT(dataclasses.replace(config, block=block, dropout=0.5)).train()
    idx = torch.randint(11, (2, T))
    maps = attention.maps(model, idx)
    assert maps.shape == (3, 2, 4, T, T)  # L, B, nh, T, T
    assert_close(maps.sum(-1), torch.ones(3, 2, 4, T))
    assert torch.equal(maps.triu(1), torch.zeros_like(maps))
    assert torch.equal(maps, attention.maps(model, idx))  # before dropout
    assert not torch.allclose(maps[0], maps[1])


def test_the_first_map_is_that_of_the_first_layers_input(config):
    model = GPT(config).eval()
    idx = torch.randint(11, (2, T))
    x = model.token_embedding(idx) + model.position_embedding(torch.arange(T))
    q, k, _ = model.blocks[0].attention.heads(model.blocks[0].attention_norm(x))
    assert_close(attention.maps(model, idx)[0], attention_weights(q, k))


@pytest.mark.parametrize("training", [True, False])
def test_maps_leave_the_model_as_it_was(config, training):
    model = GPT(config).train(training)
    attention.maps(model, torch.zeros(1, 2, dtype=torch.int64))
    with pytest.raises(ValueError, match="at most block_size = 8 tokens"):
        attention.maps(model, torch.zeros(1, 9, dtype=torch.int64))
    assert model.training == training
    assert not any(m._forward_pre_hooks for m in model.modules())
