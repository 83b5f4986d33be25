"""The Transformer: its layers equal PyTorch's, nothing leaks, padding changes nothing."""

import dataclasses
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models import masks
from helpers.models.positions import Positions, sinusoidal
from helpers.models.transformer import (
    DecoderBlock,
    EncoderBlock,
    Transformer,
    TransformerConfig,
    cross_maps,
)
from helpers.text.tasks.pairs import PAD

V, C, B, S, T = 11, 24, 3, 6, 5
CONFIG = TransformerConfig(V, n_layer=2, n_head=4, n_embd=C, dropout=0.0)
LENGTHS = torch.tensor([4, S, 1])


@pytest.fixture
def model():
    """A Transformer whose biases and norms are not the ones it starts with."""
    return shaken(Transformer(CONFIG).eval())


@pytest.fixture
def source():
    """Sources of different lengths, filled up with <pad>."""
    idx = torch.randint(3, V, (B, S))
    return idx.masked_fill(torch.arange(S) >= LENGTHS[:, None], PAD)


@pytest.fixture
def idx():
    return torch.randint(1, V, (B, T))


def shaken(module):
    for parameter in module.parameters():
        nn.init.normal_(parameter, mean=0.1 if parameter.dim() == 1 else 0.0, std=0.3)
    return module


def copy_attention(twin, ours):
    twin.in_proj_weight.data = torch.cat([ours.query.weight.data, ours.key_value.weight.data])
    twin.in_proj_bias.data = torch.cat([ours.query.bias.data, ours.key_value.bias.data])
    twin.out_proj.load_state_dict(ours.projection.state_dict())


def copy_block(twin, ours, norms):
    copy_attention(twin.self_attn, ours.attention)
    twin.linear1.load_state_dict(ours.mlp.expand.state_dict())
    twin.linear2.load_state_dict(ours.mlp.projection.state_dict())
    for i, add_norm in enumerate(norms, start=1):
        getattr(twin, f"norm{i}").load_state_dict(add_norm.norm.state_dict())
    return twin


LAYER = {"dim_feedforward": 4 * C, "dropout": 0.0, "batch_first": True}


@pytest.mark.parametrize("training", [True, False])
def test_an_encoder_block_equals_pytorchs_with_padding(training):
    ours, x = shaken(EncoderBlock(CONFIG)).train(training), torch.randn(B, S, C)
    twin = nn.TransformerEncoderLayer(C, 4, **LAYER)
    copy_block(twin, ours, [ours.add_attention, ours.add_mlp]).train(training)
    hidden = torch.arange(S) >= LENGTHS[:, None]
    expected = twin(x, src_key_padding_mask=hidden)
    assert_close(ours(x, ~hidden[:, None, None])[~hidden], expected[~hidden])
    assert_close(ours(x), twin(x))


@pytest.mark.parametrize("training", [True, False])
def test_a_decoder_block_equals_pytorchs_with_padding(training):
    ours, y, memory = shaken(DecoderBlock(CONFIG)), torch.randn(B, T, C), torch.randn(B, S, C)
    twin = nn.TransformerDecoderLayer(C, 4, **LAYER).train(training)
    copy_block(twin, ours.train(training), [ours.add_attention, ours.add_cross, ours.add_mlp])
    copy_attention(twin.multihead_attn, ours.cross_attention)
    hidden, future = torch.arange(S) >= LENGTHS[:, None], ~masks.causal(T)
    expected = twin(y, memory, tgt_mask=future, memory_key_padding_mask=hidden)
    assert_close(ours(y, memory, ~hidden[:, None, None]), expected)


def test_the_model_is_its_parts_put_together_by_hand(model, source, idx):
    E, visible = model.embedding.weight, (source != PAD)[:, None, None]
    x = E[source] * math.sqrt(C) + sinusoidal(S, C)
    for block in model.encoder.blocks:
        x = block(x, visible)
    y = E[idx] * math.sqrt(C) + sinusoidal(T, C)
    for block in model.decoder.blocks:
        y = block(y, x, visible)
    assert_close(model(source, idx)[0], y @ E.T)


def test_a_later_target_token_never_changes_an_earlier_answer(model, source, idx):
    changed = idx.clone()
    changed[:, 3] = (idx[:, 3] + 1) % V
    before, after = model(source, idx)[0], model(source, changed)[0]
    assert_close(after[:, :3], before[:, :3])
    assert not torch.allclose(after[:, 3], before[:, 3])
    assert not torch.allclose(after[:, 4], before[:, 4])


@pytest.mark.parametrize("place", range(4))
def test_every_token_of_the_source_changes_every_answer(model, source, idx, place):
    changed = source.clone()
    changed[:2, place] = 3 + (source[:2, place] - 2) % (V - 3)  # both sources have 4 tokens
    before, after = model(source, idx)[0], model(changed, idx)[0]
    assert ((before - after).abs().amax(-1)[:2] > 1e-4).all()
    assert_close(after[2], before[2])


def test_padding_of_the_source_changes_nothing(model, source, idx):
    more = torch.cat([source, torch.full((B, 3), PAD)], dim=1)
    assert_close(model(more, idx)[0], model(source, idx)[0])
    assert_close(model(source[:1, :4], idx[:1])[0], model(source, idx)[0][:1])


def test_padding_of_the_target_changes_neither_answers_nor_loss(model, source, idx):
    targets = torch.randint(1, V, (B, T))
    more, more_targets = (F.pad(t, (0, 2), value=PAD) for t in (idx, targets))
    logits, loss = model(source, more, more_targets)
    assert_close(logits[:, :T], model(source, idx)[0])
    assert_close(loss, model(source, idx, targets)[1])


def test_the_loss_is_the_mean_surprise_at_the_words_that_are_there(model, source, idx):
    targets = torch.randint(1, V, (B, T))
    targets[1, 2:] = PAD
    logits, loss = model(source, idx, targets)
    surprise = -logits.log_softmax(-1).gather(-1, targets[..., None])[..., 0]
    assert_close(loss, surprise[targets != PAD].mean())


def test_one_matrix_serves_three_times(model):
    names = [name for name, p in model.named_parameters() if V in p.shape]
    assert names == ["embedding.weight"]


def test_parameters_are_those_of_the_formula():
    # Encoder block: attention 4C² + 4C, feed-forward 8C² + 5C, two norms 4C. The decoder's has one
    # more attention and one more norm.
    encoder, decoder = 12 * C**2 + 13 * C, 16 * C**2 + 19 * C
    total = sum(p.numel() for p in Transformer(CONFIG).parameters())
    assert total == V * C + 2 * encoder + 2 * decoder


def test_an_untrained_model_starts_near_ln_v():
    torch.manual_seed(0)
    config = TransformerConfig(1000, 2, 4, 64, dropout=0.0)
    source, idx, targets = torch.randint(3, 1000, (3, 64, 8))
    loss = Transformer(config)(source, idx, targets)[1]
    assert abs(loss - math.log(1000)) < 1  # logits of variance 1 cost half a nat


def test_attention_sees_order_only_through_positions(model, source, idx, monkeypatch):
    swapped = source.clone()
    swapped[1, :2] = source[1, :2].flip(0)
    swapped[1, 0], source[1, 0] = 3, 4
    swapped[1, 1], source[1, 1] = 4, 3
    assert not torch.allclose(model(swapped, idx)[0][1], model(source, idx)[0][1])
    monkeypatch.setattr(model, "position_embedding", Positions())
    assert_close(model(swapped, idx)[0][1], model(source, idx)[0][1])


def test_dropout_acts_on_embeddings_and_sublayers_in_training_only(source, idx):
    model = Transformer(dataclasses.replace(CONFIG, dropout=0.5))
    assert not torch.equal(model(source, idx)[0], model(source, idx)[0])
    assert not torch.equal(model.embed(source), model.embed(source))
    assert torch.equal(model.eval()(source, idx)[0], model(source, idx)[0])
    silent = dataclasses.replace(CONFIG, dropout=1 - 1e-9)
    block = EncoderBlock(silent)  # all that is said is dropped; what stays is the norm, twice
    x = torch.randn(1, S, C)
    assert_close(block(x), block.add_mlp.norm(block.add_attention.norm(x)))


def test_cross_maps_are_the_weights_that_the_decoder_computes_with(model, source, idx):
    maps = cross_maps(model.train(), source, idx)
    assert maps.shape == (2, B, 4, T, S) and model.training
    assert_close(maps.sum(-1), torch.ones(2, B, 4, T))
    assert torch.equal(maps == 0, (source == PAD)[None, :, None, None].expand_as(maps))
    block, (memory, visible) = model.decoder.blocks[0], model.encode(source)
    y = model.embed(idx)
    y = block.add_attention(y, block.attention(y, y, masks.causal(T)))
    assert_close(maps[0], block.cross_attention.weights(y, memory, visible))
    assert not any(m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_head": 5}, "n_embd must be a multiple of n_head"),
        ({"vocab_size": 0}, "vocab_size must be a whole number ≥ 1; got 0"),
        ({"dropout": 1.0}, "dropout must be a number in"),
        ({"activation": "tanh"}, "activation must be one of"),
    ],
)
def test_an_impossible_number_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(CONFIG, **change)


def test_an_odd_width_has_no_positions():
    with pytest.raises(ValueError, match="C must be even; got 7. Try 8"):
        Transformer(TransformerConfig(V, 1, 1, 7))
