"""Rotary positions are one class and one name, and work in every model and with every tool."""

import copy
import dataclasses

import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import attention, checkpoint, masks
from helpers.models.bert import Bert
from helpers.models.gpt import GPT
from helpers.models.parts import Parts
from helpers.models.positions import Sinusoidal
from helpers.models.vision import Captioner
from helpers.practice import checks
from helpers.practice.bugs import in_the_model as bugs
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])


@pytest.fixture
def rotary(config):
    return dataclasses.replace(config, positions="rotary", rotary_base=100.0)


def test_rotary_scores_depend_on_the_distance_only(rotary):
    layer = lively(GPT(rotary)).eval().blocks[0].attention
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
    model = lively(GPT(dataclasses.replace(rotary, n_layer=1))).eval()
    swapped = IDX[:, [1, 0, 2, 3, 4, 5, 6, 7]]
    assert not torch.allclose(model(swapped)[0][:, -1], model(IDX)[0][:, -1])
    nothing = lively(GPT(dataclasses.replace(rotary, n_layer=1, positions="none"))).eval()
    assert_close(nothing(swapped)[0][:, -1], nothing(IDX)[0][:, -1])


@torch.no_grad()
def test_a_rotary_gpt_reads_the_same_with_a_cache(rotary):
    model = lively(GPT(rotary)).eval()
    assert checks.cache_effect(model, IDX) < 1e-4
    texts = [
        sampling.generate(model, IDX[:, :2], 12, use_cache=cached, temperature=0)
        for cached in (True, False)
    ]
    assert torch.equal(*texts)


def test_a_rotary_gpt_passes_the_checks_and_the_bugs_run_in_it(rotary):
    model, ids = lively(GPT(rotary)).eval(), torch.randint(11, (100,))
    verdicts = checks.examine(model, torch.tensor(11.0).log().item(), ids, floor=0.0)
    assert len(verdicts) == 5 and all(verdicts.values())
    with pytest.raises(ValueError, match="got Rotary in a model of .* Try cache_effect"):
        checks.twin_difference(model, IDX)
    for name, suspect in bugs.line_up(rotary).items():
        assert suspect(IDX, IDX)[1].isfinite(), name
    reshaped = model.with_parts(attention=bugs.AttentionE)
    assert checks.future_effect(reshaped, IDX) > checks.ROUNDING


def test_a_rotary_gpt_is_saved_and_comes_back(rotary, tmp_path):
    model = lively(GPT(rotary)).eval()
    model.save(tmp_path)
    assert not any("position" in name for name in load_file(tmp_path / checkpoint.WEIGHTS))
    assert torch.equal(GPT.load(tmp_path)(IDX)[0], model(IDX)[0])


def test_a_rotary_gpt_shows_its_weights_under_every_mask(rotary):
    model = lively(GPT(rotary)).eval()
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
    bert = lively(Bert(dataclasses.replace(rotary, block="post-norm"))).eval()
    swapped = IDX[:, [1, 0, 2, 3, 4, 5, 6, 7]]
    assert not torch.allclose(bert(swapped)[0][:, -1], bert(IDX)[0][:, -1], atol=1e-4)
    captioner = Captioner(rotary, image_size=8, patch_size=4)
    logits = captioner(torch.randn(2, 1, 8, 8), IDX[:, :4])[0]
    assert logits.shape == (2, 4, 11) and logits.isfinite().all()


def test_bert_has_the_positions_that_its_config_names(config):
    model = Bert(dataclasses.replace(config, block="post-norm", positions="sinusoidal"))
    assert type(model.position_embedding) is Sinusoidal
    assert Parts.named(model.config).positions is Sinusoidal
