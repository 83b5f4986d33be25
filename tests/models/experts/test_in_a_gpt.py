"""A GPT with experts: how it starts, learns, is saved, and comes from a dense one."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.models import initialise, moe
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.mlp import MLP
from helpers.models.moe import MoE
from helpers.models.routing import (
    ExpertChoice,
    ExpertDropout,
    NoisyRouter,
    Switch,
)
from tests.models.experts.small import IDX
from tests.models.lively import lively, losses_of

# In the GPT


def test_a_config_with_experts_gets_a_mixture_in_every_block(config):
    assert [type(b.mlp) for b in GPT(config).blocks] == [MoE, MoE]
    dense = GPT(dataclasses.replace(config, n_expert=0))
    assert [type(b.mlp) for b in dense.blocks] == [MLP, MLP]
    assert len(GPT(config).blocks[0].mlp.experts) == 4


def test_a_mixture_starts_as_gpt2_does():
    config = GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=64, n_expert=4)
    layer = GPT(config).blocks[1].mlp
    # N(0, .02), what writes to the stream 1/√(2L) = ½ of it; 16,384 numbers: se .6 %
    assert layer.router.weight.std().item() == pytest.approx(0.02, rel=0.18)  # 256 numbers
    for expert in layer.experts:
        assert expert.expand.weight.std().item() == pytest.approx(0.02, rel=0.025)
        assert expert.projection.weight.std().item() == pytest.approx(0.01, rel=0.025)
        assert (expert.projection.bias == 0).all()


@pytest.mark.parametrize(("n_expert", "k"), [(4, 2), (4, 1)])
def test_a_saved_mixture_comes_back(tmp_path, config, n_expert, k):
    config = dataclasses.replace(config, n_expert=n_expert, n_expert_active=k)
    model = lively(GPT(config)).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: setattr(layer, "gate", Switch(2)),
        lambda layer: setattr(layer, "gate", ExpertChoice(2.0)),
        lambda layer: setattr(layer, "router", ExpertDropout(layer.router, 0.5, 2)),
        lambda layer: layer.experts.append(layer.experts[0]),
    ],
    ids=["switch", "expert choice", "expert dropout", "one more"],
)
def test_a_model_with_parts_that_its_config_does_not_say_is_not_saved(gpt, tmp_path, change):
    change(gpt.blocks[1].mlp)
    with pytest.raises(ValueError, match="restores the model that its config names; this one"):
        gpt.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_under_bfloat16_a_mixture_computes_about_the_same(gpt):
    exact = gpt(IDX, IDX)[1]
    with torch.autocast("cpu", torch.bfloat16):
        rough = gpt(IDX, IDX)[1]
    rough.backward()
    assert rough.item() == pytest.approx(exact.item(), rel=0.1)
    assert all(layer.router.weight.grad.isfinite().all() for layer in moe.layers(gpt))


def test_it_learns_a_ring(config):
    ring = (torch.arange(8) + torch.arange(11).unsqueeze(1)) % 11
    losses = losses_of(GPT(config), ring)
    assert losses[-1] < losses[0] / 2


# Upcycling


@pytest.mark.parametrize("k", [2, 3])
def test_an_upcycled_model_equals_the_dense_one(dense, k):
    sparse = moe.upcycle(dense, n_expert=4, n_expert_active=k)
    assert (sparse.config.n_expert, sparse.config.n_expert_active) == (4, k)
    assert_close(sparse(IDX)[0], dense(IDX)[0])
    assert not sparse.training


def test_upcycled_experts_are_copies_that_can_part(dense):
    layer = moe.upcycle(dense, 4).blocks[0].mlp
    first, second = (expert.expand.weight for expert in layer.experts[:2])
    assert torch.equal(first, second) and first.data_ptr() != second.data_ptr()


def test_with_one_active_expert_an_upcycled_mlp_is_scaled_by_its_probability(dense):
    sparse = moe.upcycle(dense, n_expert=4, n_expert_active=1)
    x = torch.randn(5, 12)
    p = sparse.blocks[0].mlp.router(x).softmax(-1).amax(-1, keepdim=True)
    assert_close(sparse.blocks[0].mlp(x), p * dense.blocks[0].mlp(x))
    assert not torch.allclose(sparse(IDX)[0], dense(IDX)[0])


class Narrow(nn.Linear):
    """A feed-forward network that no config names."""

    def __init__(self, config):
        super().__init__(config.n_embd, config.n_embd)


def test_an_upcycled_model_keeps_its_own_kind_of_feed_forward_network(config):
    dense = GPT(dataclasses.replace(config, n_expert=0), feed_forward=Narrow)
    sparse = moe.upcycle(lively(dense).eval(), 4)
    assert {type(expert) for expert in sparse.blocks[0].mlp.experts} == {Narrow}
    assert_close(sparse(IDX)[0], dense(IDX)[0])


@pytest.mark.parametrize("start", [initialise.gpt2, initialise.xavier, initialise.pytorch])
def test_the_noise_of_a_router_starts_at_ln_2_in_a_whole_gpt(config, start):
    model = lively(GPT(config, feed_forward=lambda c: MoE(c, router=NoisyRouter(c))))
    router = start(model).blocks[0].mlp.router
    assert not router.spread.weight.any() and router.weight.all()
