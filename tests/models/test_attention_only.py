"""A GPT of attention alone: half of every block, and still a GPT."""

import dataclasses
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import attention, masks
from helpers.models.block import AttentionBlock, PreNormBlock
from helpers.models.gpt import GPT

T = 7


@pytest.fixture
def config(config):
    return dataclasses.replace(config, block="attention-only")


@pytest.fixture
def alone(config):
    return GPT(config).eval()


def half(whole, config):
    """The attention half of a block, with the same weights."""
    block = AttentionBlock(config)
    block.load_state_dict(whole.state_dict(), strict=False)
    return block


@pytest.fixture
def idx(config):
    return torch.randint(config.vocab_size, (2, T))


def test_a_block_adds_what_the_heads_bring(config):
    whole, x = PreNormBlock(config), torch.randn(2, T, config.n_embd)
    block = half(whole, config)
    assert_close(block(x), x + whole.attention(whole.attention_norm(x)))


def test_with_a_silent_mlp_the_whole_block_does_the_same(config):
    whole, x = PreNormBlock(config), torch.randn(2, T, config.n_embd)
    for parameter in whole.mlp.projection.parameters():
        torch.nn.init.zeros_(parameter)
    assert_close(half(whole, config)(x), whole(x))


def test_it_has_no_parameters_but_attention_norms_and_embeddings(config, alone):
    C, L = config.n_embd, config.n_layer
    embeddings = (config.vocab_size + config.block_size) * C
    expected = embeddings + L * (4 * C * C + 4 * C + 2 * C) + 2 * C
    assert sum(p.numel() for p in alone.parameters()) == expected


def test_it_starts_at_ln_v_and_never_looks_ahead(config, alone, idx):
    changed = idx.clone()
    changed[:, 4] = (idx[:, 4] + 1) % config.vocab_size
    assert_close(alone(changed)[0][:, :4], alone(idx)[0][:, :4])
    assert not torch.allclose(alone(changed)[0][:, 4:], alone(idx)[0][:, 4:])
    assert alone(idx, idx)[1].item() == pytest.approx(math.log(config.vocab_size), abs=0.3)


def test_dropout_acts_in_training_only(config, idx):
    model = GPT(dataclasses.replace(config, dropout=0.5))
    model.dropout.p = 0  # that of the embeddings; the blocks have their own
    for block in model.blocks:
        block.attention.dropout = 0
    assert not torch.equal(model.train()(idx)[0], model(idx)[0])
    assert torch.equal(model.eval()(idx)[0], model(idx)[0])


def test_it_writes_the_same_with_and_without_a_cache(alone, idx):
    texts = [
        sampling.generate(
            alone, idx, 12, use_cache=cached, generator=torch.Generator().manual_seed(1)
        )
        for cached in (True, False)
    ]
    assert torch.equal(*texts)


def test_its_maps_can_be_drawn_and_its_mask_changed(config, alone, idx):
    assert attention.maps(alone, idx).shape == (3, 2, 4, T, T)
    narrow = attention.with_mask(alone, masks.window(8, 2))
    assert not torch.allclose(narrow(idx)[0], alone(idx)[0])


def test_it_learns_one_batch_by_heart(config, idx):
    model = GPT(config)
    adam = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(30):
        loss = model(idx, idx.roll(-1, 1))[1]
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
