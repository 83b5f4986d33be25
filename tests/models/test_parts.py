"""Parts: a GPT is what its config names, and a new kind of part is one class and one entry."""

import copy
import dataclasses
import json
from functools import partial

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import attention, checkpoint, masks, parts
from helpers.models.attention import CausalSelfAttention, MaskedSelfAttention
from helpers.models.bert import Bert
from helpers.models.block import PostNormBlock, PreNormBlock
from helpers.models.gpt import GPT
from helpers.models.moe import MoE, SharedExpert
from helpers.models.parts import KINDS, Parts
from helpers.models.positions import Positions, Sinusoidal
from helpers.models.routing import Switch
from helpers.models.vision import Captioner
from helpers.practice import checks
from helpers.practice.bugs import in_the_model as bugs

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])
NAMES = [(kind, name) for kind, known in KINDS.items() for name in known]


def lively(model):
    """The model, every number of which matters."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model.eval()


# What a config names


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_every_name_makes_a_model_that_is_saved_and_comes_back(config, tmp_path, kind, name):
    model = lively(GPT(dataclasses.replace(config, **{kind: name})))
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
    other = model.with_parts(attention=bugs.PeekingAttention)
    assert type(other.position_embedding) is Sinusoidal
    assert type(other.blocks[0].attention) is bugs.PeekingAttention


def test_a_copy_stays_where_the_model_is(config):
    model = GPT(config).double()
    narrow = attention.with_mask(model, masks.window(8, 2))
    assert {p.dtype for p in narrow.parameters()} == {torch.float64}
    assert narrow(IDX)[0].dtype == torch.float64


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.with_parts(attention=bugs.PeekingAttention),
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
    model = lively(GPT(dataclasses.replace(config, block=f"{place}-norm")))
    model.save(tmp_path)
    path = tmp_path / checkpoint.CONFIG
    sha256 = json.loads(path.read_text())["sha256"]
    path.write_text(json.dumps(OLD | {"norm": place, "sha256": sha256}))
    loaded = GPT.load(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


# A new kind of positions: a class and an entry


class Rotary(Positions):
    """Turns pairs of channels by an angle that grows with the place. Su et al. 2021."""

    def __init__(self, config):
        super().__init__()
        frequencies = 100 ** (-torch.arange(0, config.head_size, 2) / config.head_size)
        angles = torch.arange(config.block_size)[:, None] * frequencies  # (T, hs/2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def turn(self, x, past):
        cos, sin = (table[past : past + x.shape[-2]] for table in (self.cos, self.sin))
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


@pytest.fixture
def rotary(config, monkeypatch):
    monkeypatch.setitem(KINDS["positions"], "rotary", Rotary)
    return dataclasses.replace(config, positions="rotary")


def test_rotary_scores_depend_on_the_distance_only(rotary):
    layer = lively(GPT(rotary)).blocks[0].attention
    same = torch.randn(1, 1, 24).expand(1, 8, 24)  # one token in all places
    q, k, _ = layer.heads(same)
    scores = q @ k.mT  # (1, nh, T, T)
    for distance in (0, 1, 6):
        along = scores.diagonal(-distance, -2, -1)
        assert_close(along, along[..., :1].expand_as(along), rtol=1e-3, atol=1e-4)
    assert not torch.allclose(scores[..., 7, 7], scores[..., 7, 1], rtol=1e-3, atol=1e-4)
    for late, whole in zip(layer.heads(same[:, :3], past=5), (q, k), strict=False):
        assert_close(late, whole[..., 5:, :])


def test_a_rotary_gpt_tells_places_apart_and_does_nothing_else(rotary):
    """Within a text order matters; without positions the last token would not know it."""
    model = lively(GPT(dataclasses.replace(rotary, n_layer=1)))
    swapped = IDX[:, [1, 0, 2, 3, 4, 5, 6, 7]]
    assert not torch.allclose(model(swapped)[0][:, -1], model(IDX)[0][:, -1])
    nothing = lively(GPT(dataclasses.replace(rotary, n_layer=1, positions="none")))
    assert_close(nothing(swapped)[0][:, -1], nothing(IDX)[0][:, -1])


@torch.no_grad()
def test_a_rotary_gpt_reads_the_same_with_a_cache(rotary):
    model = lively(GPT(rotary))
    assert checks.cache_effect(model, IDX) < 1e-4
    texts = [
        sampling.generate(model, IDX[:, :2], 12, use_cache=cached, temperature=0)
        for cached in (True, False)
    ]
    assert torch.equal(*texts)


def test_a_rotary_gpt_passes_the_checks_and_the_bugs_run_in_it(rotary):
    model, ids = lively(GPT(rotary)), torch.randint(11, (100,))
    verdicts = checks.examine(model, torch.tensor(11.0).log().item(), ids, floor=0.0)
    assert len(verdicts) == 5 and all(verdicts.values())
    with pytest.raises(ValueError, match="positions turn them: Rotary. Try cache_effect"):
        checks.twin_difference(model, IDX)
    for name, suspect in bugs.line_up(rotary).items():
        assert suspect(IDX, IDX)[1].isfinite(), name
    reshaped = model.with_parts(attention=bugs.ReshapedAttention)
    assert checks.future_effect(reshaped, IDX) > checks.ROUNDING


def test_a_rotary_gpt_is_saved_and_comes_back(rotary, tmp_path):
    model = lively(GPT(rotary))
    model.save(tmp_path)
    assert not any("position" in name for name in load_file(tmp_path / checkpoint.WEIGHTS))
    assert torch.equal(GPT.load(tmp_path)(IDX)[0], model(IDX)[0])


def test_a_rotary_gpt_shows_its_weights_under_every_mask(rotary):
    model = lively(GPT(rotary))
    maps = attention.maps(model, IDX)
    assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]))
    causal = attention.with_mask(model, masks.causal(8))
    assert_close(attention.maps(causal, IDX), maps)
    assert_close(causal(IDX)[0], model(IDX)[0])


def test_a_deep_copy_turns_by_its_own_positions(rotary):
    model = GPT(rotary)
    other = copy.deepcopy(model)
    for block in other.blocks:
        assert block.attention.turn.__self__ is other.position_embedding
    assert other.position_embedding is not model.position_embedding
    assert list(other.state_dict()) == list(model.state_dict())


def test_rotary_positions_work_in_bert_and_in_a_captioner(rotary):
    bert = lively(Bert(dataclasses.replace(rotary, block="post-norm")))
    swapped = IDX[:, [1, 0, 2, 3, 4, 5, 6, 7]]
    assert not torch.allclose(bert(swapped)[0][:, -1], bert(IDX)[0][:, -1], atol=1e-4)
    captioner = Captioner(rotary, image_size=8, patch_size=4)
    logits = captioner(torch.randn(2, 1, 8, 8), IDX[:, :4])[0]
    assert logits.shape == (2, 4, 11) and logits.isfinite().all()


def test_bert_has_the_positions_that_its_config_names(config):
    model = Bert(dataclasses.replace(config, block="post-norm", positions="sinusoidal"))
    assert type(model.position_embedding) is Sinusoidal
    assert Parts.named(model.config).positions is Sinusoidal
