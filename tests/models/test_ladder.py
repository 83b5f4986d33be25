"""The ladder: each step has the parts it says, and the last is the course's own GPT."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.models import attention, ladder
from helpers.models.attention import CausalSelfAttention
from helpers.models.block import PlainBlock, PostNormBlock, PreNormBlock, ResidualBlock
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

PARTS = {
    "positions": [],
    "one head": [CausalSelfAttention],
    "many heads": [CausalSelfAttention],
    "feed-forward": [PlainBlock],
    "residuals": [ResidualBlock],
    "blocks": [ResidualBlock] * 3,
    "blocks, no residuals": [PlainBlock] * 3,
    "pre-norm": [PreNormBlock] * 3,
    "post-norm": [PostNormBlock] * 3,
    "dropout": [PreNormBlock] * 3,
}


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=3, n_head=4, n_embd=24, dropout=0.3, tied=False)


@pytest.fixture
def x(config):
    return torch.randn(2, 6, config.n_embd)


def some_tokens(config, T=8):
    return torch.randint(config.vocab_size, (2, T), generator=torch.Generator().manual_seed(1))


def test_there_is_a_step_for_every_part_of_the_lecture():
    assert list(PARTS) == list(ladder.STEPS)


@pytest.mark.parametrize("name", ladder.STEPS)
def test_a_step_is_made_of_the_parts_it_has_so_far(config, name):
    model = ladder.step(name, config)
    assert [type(block) for block in model.blocks] == PARTS[name]
    normed = name in ("pre-norm", "dropout")
    assert isinstance(model.final_norm, nn.LayerNorm if normed else nn.Identity)
    heads = [part.n_head for part in model.modules() if isinstance(part, CausalSelfAttention)]
    assert set(heads) <= {1 if name == "one head" else 4}
    rates = {part.dropout for part in model.modules() if isinstance(part, CausalSelfAttention)}
    assert rates <= {0.3 if name == "dropout" else 0.0}
    assert model.dropout.p == (0.3 if name == "dropout" else 0.0)
    assert model.config.n_layer == len(PARTS[name])


def test_the_last_step_is_the_gpt_itself(config):
    last, own = ladder.step(ladder.STEPS[-1], config).eval(), GPT(config).eval()
    own.load_state_dict(last.state_dict())
    assert type(last) is GPT and last.config == config
    assert_close(own(some_tokens(config)), last(some_tokens(config)))


def test_a_plain_block_replaces_its_input_twice(config, x):
    block = PlainBlock(config).eval()
    assert_close(block(x), block.mlp(block.attention(x)))


def test_a_residual_block_adds_to_its_input_twice(config, x):
    block = ResidualBlock(config).eval()
    with_attention = x + block.attention(x)
    assert_close(block(x), with_attention + block.mlp(with_attention))


def test_a_residual_block_is_a_pre_norm_block_without_its_norms(config, x):
    residual, pre = ResidualBlock(config).eval(), PreNormBlock(config).eval()
    pre.attention_norm = pre.mlp_norm = nn.Identity()
    pre.load_state_dict(residual.state_dict())
    assert_close(residual(x), pre(x))


@pytest.mark.parametrize("name", ladder.STEPS)
def test_no_step_looks_ahead(config, name):
    model, idx = ladder.step(name, config).eval(), some_tokens(config)
    changed = idx.clone()
    changed[:, 5] = (idx[:, 5] + 1) % config.vocab_size
    assert_close(model(changed)[0][:, :5], model(idx)[0][:, :5])
    assert not torch.allclose(model(changed)[0][:, 5], model(idx)[0][:, 5])


@pytest.mark.parametrize("name", ladder.STEPS)
def test_only_a_step_with_attention_looks_back(config, name):
    model, idx = ladder.step(name, config).eval(), some_tokens(config)
    changed = idx.clone()
    changed[:, 0] = (idx[:, 0] + 1) % config.vocab_size
    difference = (model(changed)[0] - model(idx)[0])[:, -1].abs().max()
    assert (difference > 0) == (name != "positions")


@pytest.mark.parametrize("name", [name for name in ladder.STEPS if name != "positions"])
@torch.no_grad()
def test_every_step_with_attention_answers_the_same_with_the_cache_as_without(config, name):
    model, idx = ladder.step(name, config).eval(), some_tokens(config)
    cache = model.new_cache(batch_size=2)
    one_by_one = [model(idx[:, t : t + 1], cache=cache)[0] for t in range(idx.shape[1])]
    assert_close(torch.cat(one_by_one, dim=1), model(idx)[0])


def test_one_head_shows_one_map_and_many_heads_show_many(config):
    shapes = [
        attention.maps(ladder.step(name, config), some_tokens(config)).shape
        for name in ("one head", "many heads")
    ]
    assert [tuple(shape) for shape in shapes] == [(1, 2, 1, 8, 8), (1, 2, 4, 8, 8)]


def test_one_head_and_many_heads_have_equally_many_parameters(config):
    one, many = (ladder.step(name, config) for name in ("one head", "many heads"))
    assert len({sum(p.numel() for p in model.parameters()) for model in (one, many)}) == 1


def test_a_step_starts_as_pytorch_starts_its_layers(config):
    model = ladder.step("pre-norm", dataclasses.replace(config, vocab_size=500))
    embedding = model.token_embedding.weight
    # the standard deviation of n normal numbers has the standard error 1/√(2n)
    assert abs(embedding.std().item() - 1) < 4 / (2 * embedding.numel()) ** 0.5
    bound = config.n_embd**-0.5
    for part in (model.head, model.blocks[2].attention.projection):
        assert 0.9 * bound < part.weight.abs().max() <= bound  # of 576 numbers one is near the end
        assert part.bias.abs().max() > 0


def test_an_unknown_step_is_refused(config):
    with pytest.raises(ValueError, match="must be one of positions, one head.*got 'step 9'"):
        ladder.step("step 9", config)
