"""The parts of models after GPT-2: each equals its twin and does what it is for."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from transformers.models.llama import modeling_llama

from helpers.models import attention, masks
from helpers.models.attention import CausalSelfAttention
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.grouped import GroupedAttention, QKNormAttention, SlidingAttention
from helpers.models.mlp import MLP, SwiGLU
from helpers.models.norms import RMSNorm
from helpers.models.positions import Rotary, halves
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])
GROUPED = {"attention": "grouped", "n_kv_head": 2}


# Norms


@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_rms_norm_equals_pytorchs(eps):
    ours, twin = lively(RMSNorm(24, eps)), nn.RMSNorm(24, eps)
    twin.weight = ours.weight
    x = torch.randn(2, 5, 24)
    assert_close(ours(x), twin(x))


def test_rms_norm_by_hand():
    # the squares of 3 and 4 have the mean 12.5, whose root is 3.5355
    assert_close(RMSNorm(2, eps=0.0)(torch.tensor([3.0, 4.0])), torch.tensor([0.8485, 1.1314]),
                 atol=1e-4, rtol=0)  # fmt: skip


def test_rms_norm_keeps_the_mean_and_leaves_zeros_alone():
    x = torch.randn(5, 24) + 3
    assert RMSNorm(24)(x).mean() > 0.5 > nn.LayerNorm(24)(x).mean().abs()
    assert not RMSNorm(24)(torch.zeros(24)).any()


def test_a_norm_of_another_eps_is_not_saved_as_the_named_one(config, tmp_path):
    model = GPT(dataclasses.replace(config, norm="rms"))
    model.final_norm.eps = 1e-3
    with pytest.raises(ValueError, match="has other parts, the first is 'final_norm'"):
        model.save(tmp_path)


# Positions


def test_rotary_equals_transformers(config):
    config = dataclasses.replace(config, rotary_base=500.0)
    q, k = torch.randn(2, 2, 4, 5, 6)
    places = torch.arange(3, 8)[None]
    theirs = modeling_llama.LlamaConfig(
        hidden_size=24,
        num_attention_heads=4,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )
    cos, sin = modeling_llama.LlamaRotaryEmbedding(theirs)(q, places)
    expected = modeling_llama.apply_rotary_pos_emb(q, k, cos, sin)
    turned = Rotary(config)
    for ours, twin in zip((turned.turn(q, 3), turned.turn(k, 3)), expected, strict=True):
        assert_close(ours, twin)


def test_rotary_turns_by_hand():
    # one pair, a quarter of a turn for each radian of π/2: (1, 0) goes to (cos t, sin t)
    config = GPTConfig(8, 11, n_layer=1, n_head=1, n_embd=2)
    turned = Rotary(config).turn(torch.tensor([1.0, 0.0]).expand(1, 1, 8, 2), 0)
    places = torch.arange(8.0)
    assert_close(turned[0, 0], torch.stack([places.cos(), places.sin()], dim=1))


def test_turning_keeps_every_length(config):
    q = torch.randn(2, 4, 5, 6)
    assert_close(Rotary(config).turn(q, 2).norm(dim=-1), q.norm(dim=-1))


def neighbours(x, past, base):
    """Rotary positions whose pairs are neighbours, by complex numbers as Su et al. wrote them."""
    hs = x.shape[-1]
    angles = torch.arange(past, past + x.shape[-2])[:, None] * base ** (
        -torch.arange(0, hs, 2) / hs
    )
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)


def test_the_two_pairings_differ_by_a_permutation_of_rows_and_only_by_that(config):
    """What a GGUF stores gives the same scores once its rows are in our order, and not before."""
    config = dataclasses.replace(config, rotary_base=77.0)
    x, rotary = torch.randn(1, 8, 24), Rotary(config)
    rows = torch.randn(2, 24, 24)  # of queries and of keys
    q, k = (attention.split_heads(x @ w.T, 4) for w in rows)
    expected = neighbours(q, 0, 77.0) @ neighbours(k, 0, 77.0).mT
    q, k = (attention.split_heads(x @ halves(w, 4).T, 4) for w in rows)
    assert_close(rotary.turn(q, 0) @ rotary.turn(k, 0).mT, expected, atol=1e-4, rtol=1e-4)
    q, k = (attention.split_heads(x @ w.T, 4) for w in rows)
    assert not torch.allclose(rotary.turn(q, 0) @ rotary.turn(k, 0).mT, expected, atol=0.1)


# Attention


def test_with_a_key_for_every_query_grouped_attention_is_the_plain_one(config):
    plain, grouped = CausalSelfAttention(config), GroupedAttention(config)
    grouped.load_state_dict(plain.state_dict())
    x = torch.randn(2, 8, 24)
    assert_close(grouped(x), plain(x))
    assert_close(grouped.weights(x), plain.weights(x))


def test_grouped_attention_is_plain_attention_whose_keys_are_repeated(config):
    grouped = lively(GroupedAttention(dataclasses.replace(config, **GROUPED)))
    plain = CausalSelfAttention(config)
    repeated = [0, 0, 1, 1]  # neighbours share: the queries 0 and 1 ask the keys 0
    q, k, v = (part.unflatten(0, (-1, 6)) for part in grouped.qkv.weight.data.split([24, 12, 12]))
    plain.qkv.weight.data = torch.cat([q, k[repeated], v[repeated]]).flatten(0, 1)
    q, k, v = (part.unflatten(0, (-1, 6)) for part in grouped.qkv.bias.data.split([24, 12, 12]))
    plain.qkv.bias.data = torch.cat([q, k[repeated], v[repeated]]).flatten()
    plain.projection.load_state_dict(grouped.projection.state_dict())
    x = torch.randn(2, 8, 24)
    assert_close(grouped(x), plain(x))
    assert_close(grouped.weights(x), plain.weights(x))


def test_normalised_scores_do_not_grow_with_the_matrices(config):
    layer = QKNormAttention(config)
    x = torch.randn(2, 8, 24)
    before = layer.weights(x)
    layer.qkv.weight.data *= 1000
    layer.qkv.bias.data *= 1000
    assert_close(layer.weights(x), before, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("width", [1, 3, 8, 20])
def test_sliding_attention_is_the_plain_one_under_a_windows_mask(config, width):
    sliding = lively(
        SlidingAttention(dataclasses.replace(config, attention="sliding", window=width))
    )
    masked = attention.MaskedSelfAttention(config, visible=masks.window(8, width))
    masked.load_state_dict(sliding.state_dict())
    x = torch.randn(2, 8, 24)
    assert_close(sliding(x), masked(x))
    assert_close(sliding.weights(x), masked.weights(x))


def test_layers_take_the_kinds_of_attention_in_turn(config):
    model = GPT(dataclasses.replace(config, attention="sliding/grouped", window=2, n_kv_head=2))
    kinds = [type(block.attention) for block in model.blocks]
    assert kinds == [SlidingAttention, GroupedAttention, SlidingAttention]
    with pytest.raises(ValueError, match="attention must be one of .*; got 'x'"):
        GPT(dataclasses.replace(config, attention="sliding/x"))


def test_one_layer_of_a_window_hears_nothing_from_beyond_it(config):
    sizes = {"n_layer": 1, "attention": "sliding", "window": 3, "positions": "rotary"}
    model = lively(GPT(dataclasses.replace(config, **sizes))).eval()
    changed = IDX.clone()
    changed[:, 4] = 0
    differs = (model(changed)[0] != model(IDX)[0]).any(-1).any(0)
    assert differs.tolist() == [False] * 4 + [True] * 3 + [False]


# Feed-forward networks


def test_swiglu_equals_llamas():
    ours = lively(SwiGLU(GPTConfig(8, 11, 1, 1, 6, bias=False, n_hidden=10)))
    config = modeling_llama.LlamaConfig(hidden_size=6, intermediate_size=10, num_attention_heads=1)
    twin = modeling_llama.LlamaMLP(config)
    twin.gate_proj.weight, twin.up_proj.weight = ours.gate.weight, ours.expand.weight
    twin.down_proj.weight = ours.projection.weight
    x = torch.randn(2, 5, 6)
    assert_close(ours(x), twin(x))


@pytest.mark.parametrize("width", [24, 64, 768])
def test_swiglu_has_the_parameters_of_the_mlp_it_replaces(width):
    config = GPTConfig(8, 11, 1, 1, width, bias=False)
    gated, plain = (sum(p.numel() for p in f(config).parameters()) for f in (SwiGLU, MLP))
    assert abs(gated - plain) <= 3 * width  # one channel more or less in three matrices
