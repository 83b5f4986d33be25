"""Single heads: their scores by hand, and a model in which one of them is silent."""

import copy
import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import induction
from helpers.models.gpt import GPT

T = 8


def alone(config):
    """A GPT of attention alone."""
    return GPT(dataclasses.replace(config, block="attention-only"))


@pytest.fixture(params=[GPT, alone], ids=["GPT", "attention alone"])
def whole(request, config):
    """A model whose parameters are all far from zero, so that a forgotten one is seen."""
    model = request.param(config).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model


@pytest.fixture
def idx(config):
    return torch.randint(config.vocab_size, (2, T))


def looking(places):
    """The map (T, T) of a head that gives all its weight to these places, one for each row."""
    return nn.functional.one_hot(torch.tensor(places), len(places)).float()


def uniform(T):
    return torch.ones(T, T).tril() / torch.arange(1, T + 1)[:, None]


def as_maps(*layers):
    """Maps (L, 1, nh, T, T) from lists of heads."""
    return torch.stack([torch.stack(layer) for layer in layers])[:, None]


def test_previous_token_scores_by_hand():
    back, itself, ahead = looking([0, 0, 1, 2]), looking([0, 1, 2, 3]), looking([1, 2, 3, 3])
    maps = as_maps([back, itself], [uniform(4), ahead])
    # A uniform head gives 1/2, 1/3 and 1/4 to the place before; the first row has none.
    expected = torch.tensor([[1, 0], [(1 / 2 + 1 / 3 + 1 / 4) / 3, 0]])
    assert_close(induction.previous_token_scores(maps), expected)


def test_induction_scores_by_hand():
    idx = torch.tensor([[5, 7, 5, 7]])  # rows 2 and 3 return, their tokens were followed at 1 and 2
    finder, itself = looking([0, 1, 1, 2]), looking([0, 1, 2, 3])
    earlier = looking([0, 1, 0, 1])  # looks where the token stood, not where it was followed
    scores = induction.induction_scores(as_maps([finder, itself], [uniform(4), earlier]), idx)
    assert_close(scores, torch.tensor([[1, 0], [(1 / 3 + 1 / 4) / 2, 0]]))


def test_scores_are_means_over_the_batch():
    idx = torch.tensor(
        [[5, 7, 5, 7], [1, 2, 3, 1]]
    )  # two rows return in one text, one in the other
    maps = torch.cat([as_maps([looking([0, 1, 1, 2])]), as_maps([looking([0, 0, 1, 2])])], dim=1)
    assert_close(induction.induction_scores(maps, idx), torch.tensor([[2 / 3]]))
    assert_close(induction.previous_token_scores(maps), torch.tensor([[(2 + 3) / 6]]))


def test_followers_are_what_a_loop_finds():
    idx = torch.randint(4, (3, 20))
    by_loop = torch.zeros(3, 20, 20, dtype=torch.bool)
    for b in range(3):
        for t in range(20):
            for s in range(1, t + 1):
                by_loop[b, t, s] = idx[b, s - 1] == idx[b, t]
    assert torch.equal(induction.followers(idx), by_loop)


def test_a_text_in_which_nothing_returns_has_no_induction_score():
    with pytest.raises(ValueError, match="must occur twice .* none does. Try a longer"):
        induction.induction_scores(as_maps([uniform(3)]), torch.tensor([[1, 2, 3]]))


@pytest.mark.parametrize(("layer", "head"), [(0, 0), (1, 2), (2, 3)])
def test_a_silent_head_is_one_whose_values_are_zero(config, whole, idx, layer, head):
    twin, hs = copy.deepcopy(whole), config.head_size
    qkv, start = twin.blocks[layer].attention.qkv, 2 * config.n_embd + head * hs
    for part in (qkv.weight, qkv.bias):
        part.data[start : start + hs] = 0
    silent = induction.without_head(whole, layer, head)
    assert_close(silent(idx)[0], twin(idx)[0])
    assert not torch.allclose(silent(idx)[0], whole(idx)[0], atol=1e-2)


def test_the_model_itself_is_as_it_was(whole, idx):
    before = whole(idx)[0]
    induction.without_head(whole, 1, 1)
    assert torch.equal(whole(idx)[0], before)


def test_without_any_head_a_layer_adds_its_bias_alone(config, whole, idx):
    silent = whole
    for head in range(config.n_head):
        silent = induction.without_head(silent, 1, head)
    layer, x = silent.blocks[1].attention, torch.randn(2, T, config.n_embd)
    assert_close(layer(x), layer.projection.bias.expand_as(x))


def test_the_order_of_switching_off_is_all_the_same(whole, idx):
    one = induction.without_head(induction.without_head(whole, 0, 1), 2, 3)
    other = induction.without_head(induction.without_head(whole, 2, 3), 0, 1)
    assert torch.equal(one(idx)[0], other(idx)[0])


def test_a_silent_head_is_silent_with_a_cache_too(whole, idx):
    silent = induction.without_head(whole, 0, 1)
    generators = [torch.Generator().manual_seed(1) for _ in range(2)]
    cached = sampling.generate(silent, idx[:, :2], 6, generator=generators[0])
    assert torch.equal(
        cached, sampling.generate(silent, idx[:, :2], 6, use_cache=False, generator=generators[1])
    )


@pytest.mark.parametrize(
    ("layer", "head", "said"),
    [
        (3, 0, "layer must be a whole number in 0 … 2; got 3"),
        (-1, 0, "layer must"),
        (0, 4, "head must be a whole number in 0 … 3"),
    ],
)
def test_it_refuses_a_head_that_is_not_there(config, layer, head, said):
    with pytest.raises(ValueError, match=said):
        induction.without_head(GPT(config), layer, head)
