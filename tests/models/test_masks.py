"""Masks, and the attention that looks through them."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import attention, masks
from helpers.models.attention import CausalSelfAttention, MaskedSelfAttention, MultiHeadAttention
from helpers.models.bert import Bert, with_classes
from helpers.models.gpt import GPT
from helpers.models.positions import sinusoidal
from helpers.models.rnn import GRU
from helpers.models.routing import capacity
from helpers.models.vision import Captioner

T, S = 7, 5


@pytest.fixture
def x(config):
    return torch.randn(2, T, config.n_embd)


@pytest.fixture
def source(config):
    return torch.randn(2, S, config.n_embd)


@pytest.fixture
def cross(config):
    """A layer whose biases are not zero, so that a forgotten one is seen."""
    layer = MultiHeadAttention(config.n_embd, config.n_head)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    return layer


def test_a_window_as_wide_as_the_text_is_causal_and_one_of_width_1_is_the_diagonal():
    assert torch.equal(masks.window(T, T), masks.causal(T))
    assert torch.equal(masks.window(T, 1), masks.diagonal(T))
    assert masks.window(T, 3).sum(-1).tolist() == [1, 2, 3, 3, 3, 3, 3]


def test_a_prefix_of_everything_is_full_and_one_of_nothing_is_causal():
    assert torch.equal(masks.prefix(T, T), masks.full(T))
    assert torch.equal(masks.prefix(T, 0), masks.causal(T))


def test_the_last_queries_of_a_longer_text_see_the_last_rows():
    assert torch.equal(masks.causal(2, T), masks.causal(T)[-2:])


@pytest.mark.parametrize(
    ("mask", "leaky"),
    [(masks.causal(T), False), (masks.window(T, 2), False), (masks.diagonal(T), False),
     (masks.full(T), True), (masks.prefix(T, 2), True)],
)  # fmt: skip
def test_a_mask_leaks_when_something_is_above_the_diagonal(mask, leaky):
    assert masks.leaks(mask) is leaky


def test_it_refuses_a_position_that_sees_nobody_and_a_mask_of_numbers():
    blind = masks.causal(T)
    blind[3] = False
    with pytest.raises(ValueError, match="position 3 sees nobody. Try to let it"):
        masks.check(blind)
    with pytest.raises(ValueError, match=r"boolean; got torch.float32. Try .*bool\(\)"):
        masks.check(torch.ones(2, 2))


@pytest.mark.parametrize("mask", [masks.full(T), masks.prefix(T, 3), masks.window(T, 2)])
def test_weights_under_a_mask_are_those_of_the_fused_kernel(mask):
    q, k, v = torch.randn(3, 2, 4, T, 6).unbind()
    weights = attention.attention_weights(q, k, mask)
    assert_close(weights @ v, F.scaled_dot_product_attention(q, k, v, mask))
    assert torch.equal(weights > 0, mask.expand_as(weights))


def test_a_text_longer_than_the_mask_is_refused(config, x):
    layer = MaskedSelfAttention(config, visible=masks.window(T - 1, 2))
    for look in (layer, layer.weights):
        with pytest.raises(ValueError, match=f"mask is wide, {T - 1} tokens; got {T}. Try a mask"):
            look(x)


def test_under_the_causal_mask_the_masked_layer_is_the_causal_one(config, x):
    causal, masked = (
        CausalSelfAttention(config),
        MaskedSelfAttention(config, visible=masks.causal(T)),
    )
    masked.load_state_dict(causal.state_dict())
    assert_close(masked(x), causal(x))
    assert_close(masked.weights(x), causal.weights(x))


@pytest.mark.parametrize("mask", [masks.full(8), masks.prefix(8, 3), masks.window(8, 2)])
def test_a_model_under_a_mask_uses_it_in_every_layer_and_shows_it(config, mask):
    model, idx = GPT(config).eval(), torch.randint(config.vocab_size, (2, 8))
    before, masked = model(idx)[0], attention.with_mask(model, mask)
    shown = attention.maps(masked, idx)
    assert torch.equal(shown > 0, mask.expand_as(shown))
    assert not torch.allclose(masked(idx)[0], before)
    assert_close(model(idx)[0], before)  # the model itself is as it was
    assert_close(attention.with_mask(masked, masks.causal(8))(idx)[0], before)


def test_who_may_not_be_seen_changes_nothing(config):
    model = attention.with_mask(GPT(config).eval(), masks.prefix(8, 3))
    idx = torch.randint(config.vocab_size, (1, 8))
    changed = idx.clone()
    changed[0, 2] = (idx[0, 2] + 1) % config.vocab_size
    assert not torch.allclose(model(changed)[0][:, 0], model(idx)[0][:, 0])  # inside the prefix
    changed = idx.clone()
    changed[0, 5] = (idx[0, 5] + 1) % config.vocab_size
    assert_close(model(changed)[0][:, :5], model(idx)[0][:, :5])


def test_a_masked_model_refuses_a_cache_and_writes_without_one(config):
    model = attention.with_mask(GPT(config).eval(), masks.window(8, 2))
    idx = torch.zeros(1, 1, dtype=torch.int64)
    with pytest.raises(ValueError, match="A cache needs a causal mask.*Try use_cache=False"):
        sampling.generate(model, idx, 3)
    assert sampling.generate(model, idx, 3, use_cache=False).shape == (1, 4)


@pytest.mark.parametrize("blind", [False, True], ids=["everything", "not everything"])
def test_attention_between_two_sequences_equals_pytorchs(config, cross, x, source, blind):
    twin = nn.MultiheadAttention(config.n_embd, config.n_head, batch_first=True)
    parts = cross.query, cross.key_value
    twin.in_proj_weight.data = torch.cat([part.weight.data for part in parts])
    twin.in_proj_bias.data = torch.cat([part.bias.data for part in parts])
    twin.out_proj.load_state_dict(cross.projection.state_dict())
    visible = masks.causal(T, S + 4)[:, :S] if blind else None
    hidden = None if visible is None else ~visible
    expected, weights = twin(x, source, source, attn_mask=hidden, average_attn_weights=False)
    assert_close(cross(x, source, visible), expected)
    assert_close(cross.weights(x, source, visible), weights)


def test_a_padded_source_may_be_hidden_sequence_by_sequence(cross, x, source):
    length = torch.tensor([3, S])
    visible = (torch.arange(S) < length[:, None])[:, None, None]  # (B, 1, 1, S)
    assert_close(cross(x, source, visible)[:1], cross(x[:1], source[:1, :3]))
    assert_close(cross(x, source, visible)[1:], cross(x[1:], source[1:]))


def test_it_refuses_what_is_no_mask_and_what_takes_none(config):
    with pytest.raises(ValueError, match="must be boolean; got list. Try torch.as_tensor"):
        attention.with_mask(GPT(config), [[True]])
    bert = Bert(dataclasses.replace(config, block="post-norm"))
    with pytest.raises(ValueError, match="given to a GPT; got Bert. Try its .gpt"):
        attention.with_mask(bert, masks.causal(8))
    with pytest.raises(ValueError, match="attention layers must be .*; got 0. Try"):
        attention.maps(GPT(dataclasses.replace(config, n_layer=0)), torch.zeros(1, 2).long())


@pytest.mark.parametrize(
    "call",
    [
        lambda c, n: masks.window(4, n),
        lambda c, n: masks.prefix(4, n),
        lambda c, n: MultiHeadAttention(8, n),
        lambda c, n: Captioner(c, n, 1),
        lambda c, n: GRU(n),
        lambda c, n: sinusoidal(n, 2),
        lambda c, n: sinusoidal(3, n),
        lambda c, n: capacity(1.0, n, 1),
        lambda c, n: capacity(1.0, 4, n),
        lambda c, n: with_classes(GPT(c), n),
        lambda c, n: GPT(c).new_cache(n),
    ],
)
@pytest.mark.parametrize("wrong", [True, 2.0])
def test_counts_are_whole_numbers(config, call, wrong):
    with pytest.raises(ValueError, match=f"must be a whole number .*; got {wrong}. Try"):
        call(config, wrong)
