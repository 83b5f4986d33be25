"""Parts: a GPT is what its config names, and a new kind of part is one class and one entry."""

import dataclasses
import json
from functools import partial

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.models import attention, checkpoint, masks, parts
from helpers.models.attention import CausalSelfAttention, MaskedSelfAttention
from helpers.models.block import PostNormBlock, PreNormBlock
from helpers.models.gpt import GPT
from helpers.models.mlp import MLP
from helpers.models.moe import MoE, SharedExpert
from helpers.models.parts import KINDS
from helpers.models.positions import Sinusoidal, no_positions
from helpers.models.routing import Switch
from helpers.models.vision import Captioner
from helpers.practice.bugs import in_the_model as bugs
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])
NAMES = [(kind, name) for kind, known in KINDS.items() for name in known]


# What a config names


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_every_name_makes_a_model_that_is_saved_and_comes_back(config, tmp_path, kind, name):
    model = lively(GPT(dataclasses.replace(config, **{kind: name}))).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_name_is_refused_with_those_that_exist(config, kind):
    with pytest.raises(ValueError, match=f"{kind} must be one of .*; got 'x'. Try GPTConfig") as e:
        GPT(dataclasses.replace(config, **{kind: "x"}))
    assert all(name in str(e.value) for name in KINDS[kind])


def test_an_unknown_kind_of_part_is_refused(config):
    with pytest.raises(ValueError, match="A part must be one of positions, .*; got 'norms'"):
        GPT(config, norms=nn.Identity)


def test_the_block_says_whether_a_final_norm_follows(config):
    kinds = {PreNormBlock: nn.LayerNorm, PostNormBlock: nn.Identity}
    for block, norm in kinds.items():
        assert type(GPT(config, block=block).final_norm) is norm
    assert type(GPT(dataclasses.replace(config, norm="none")).final_norm) is nn.Identity


def test_experts_are_of_the_kind_that_the_config_names(config, monkeypatch):
    class Narrow(nn.Linear):
        def __init__(self, config):
            super().__init__(config.n_embd, config.n_embd)

    monkeypatch.setitem(parts.KINDS["feed_forward"], "narrow", Narrow)
    model = GPT(dataclasses.replace(config, feed_forward="narrow", n_expert=3))
    assert {type(expert) for block in model.blocks for expert in block.mlp.experts} == {Narrow}


# What is passed


def test_a_part_that_is_passed_takes_the_place_of_the_named_one(config):
    mixed = dataclasses.replace(config, n_expert=4)
    model = GPT(mixed, feed_forward=lambda c: MoE(c, gate=Switch(2)))
    assert {type(block.mlp.gate) for block in model.blocks} == {Switch}
    shared = GPT(mixed, feed_forward=SharedExpert)
    assert {type(block.mlp) for block in shared.blocks} == {SharedExpert}
    assert GPT(config, attention=CausalSelfAttention).parts.others == {}


def test_a_config_with_experts_takes_no_part_without_them(config):
    mixed = dataclasses.replace(config, n_expert=4)
    with pytest.raises(ValueError, match="must hold experts; got .*MLP.* Try partial"):
        GPT(mixed, feed_forward=MLP)
    assert len(GPT(mixed, feed_forward=partial(MoE, expert=MLP)).blocks[0].mlp.experts) == 4


def test_a_part_is_passed_as_a_class_and_not_by_its_name(config):
    with pytest.raises(ValueError, match="got attention='full'. Try its name in the config"):
        GPT(config, attention="full")


def test_a_copy_refuses_parts_with_other_parameters(config):
    with pytest.raises(ValueError, match="parameters of the old ones, .*; got others in positions"):
        GPT(config).with_parts(positions=no_positions)


def test_a_block_that_is_made_by_a_function_says_too_how_it_ends(config):
    assert type(GPT(config, block=partial(PostNormBlock)).final_norm) is nn.Identity


def test_a_captioner_is_not_saved_for_its_config_is_not_all_it_has(config, tmp_path):
    captioner = Captioner(config, image_size=8, patch_size=4)
    with pytest.raises(ValueError, match="needs more: .*image_size.* Keep its state_dict"):
        checkpoint.save(tmp_path / "saved", captioner)
    assert not (tmp_path / "saved").exists()


def test_a_copy_with_other_parts_has_the_same_weights_mode_and_draws_nothing(config):
    model = GPT(dataclasses.replace(config, dropout=0.5)).eval()
    state = torch.get_rng_state()
    same = model.with_parts(attention=partial(MaskedSelfAttention, visible=masks.causal(8)))
    assert torch.equal(torch.get_rng_state(), state)
    assert not same.training and model.train().with_parts().training
    assert_close(same(IDX)[0], model.eval()(IDX)[0])
    with torch.no_grad():
        model.head.weight += 1
    assert not torch.allclose(same(IDX)[0], model(IDX)[0])


def test_a_copy_keeps_parts_that_were_passed_before(config):
    model = GPT(config, positions=Sinusoidal)
    other = model.with_parts(attention=bugs.AttentionC)
    assert type(other.position_embedding) is Sinusoidal
    assert type(other.blocks[0].attention) is bugs.AttentionC


def test_a_copy_stays_where_the_model_is(config):
    model = GPT(config).double()
    narrow = attention.with_mask(model, masks.window(8, 2))
    assert {p.dtype for p in narrow.parameters()} == {torch.float64}
    assert narrow(IDX)[0].dtype == torch.float64


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.with_parts(attention=bugs.AttentionC),
        lambda model: model.with_parts(norm=lambda c: nn.LayerNorm(c.n_embd)),
        lambda model: setattr(model, "head", nn.Linear(24, 3)) or model,
        lambda model: setattr(model.blocks[0].mlp, "activation", nn.Tanh()) or model,
    ],
    ids=["attention", "looks the same", "head", "activation"],
)
def test_a_model_of_parts_that_its_config_does_not_name_is_not_saved(config, tmp_path, change):
    with pytest.raises(ValueError, match="has other parts, the first is .* Try to name them"):
        change(GPT(config)).save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


# Old checkpoints

OLD = {
    "block_size": 8, "vocab_size": 11, "n_layer": 3, "n_head": 4, "n_embd": 24, "dropout": 0.0,
    "activation": "gelu", "norm": "pre", "tied": True, "qkv_bias": True,
}  # fmt: skip


@pytest.mark.parametrize("place", ["pre", "post"])
def test_a_checkpoint_from_before_parts_had_names_comes_back(config, tmp_path, place):
    model = lively(GPT(dataclasses.replace(config, block=f"{place}-norm"))).eval()
    model.save(tmp_path)
    path = tmp_path / checkpoint.CONFIG
    sha256 = json.loads(path.read_text())["sha256"]
    path.write_text(json.dumps(OLD | {"norm": place, "sha256": sha256}))
    loaded = GPT.load(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])
