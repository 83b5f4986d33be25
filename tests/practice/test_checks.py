"""The checks of *Bugs that still train*: a sound model passes them, a slip fails the right one."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch

from helpers.models.block import PostNormBlock
from helpers.models.gpt import GPT
from helpers.practice import checks
from tests.practice.small import CONFIG, V, small_gpt

OTHERS = {
    "norm": "none", "n_expert": 4, "block": "attention-only", "qkv_bias": False,
    "activation": "relu", "tied": False,
}  # fmt: skip


@pytest.mark.parametrize("check", [checks.future_effect, checks.prefix_effect])
@pytest.mark.parametrize("start", [small_gpt, lambda: GPT(CONFIG)])
def test_a_sound_model_passes_every_check(check, start, idx):
    assert check(start(), idx) < 1e-5


def test_a_sound_model_equals_its_twin_and_itself_with_a_cache(idx):
    model = small_gpt()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)  # biases and norms too
    assert checks.twin_difference(model, idx) < 1e-4
    assert checks.cache_effect(model, idx) < 1e-4


def test_a_twin_without_a_norm_disagrees(idx):
    model = small_gpt()
    model.final_norm = torch.nn.Identity()
    model.blocks[0].attention_norm.bias.data += 1
    twin = checks.twin_difference(model, idx)
    assert twin < 1e-4  # the twin uses the model's own final norm and all of its weights
    model.blocks[0].mlp.activation = torch.nn.GELU()
    assert checks.twin_difference(model, idx) > 1e-4  # the exact GELU is another one


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, {"norm": lambda c: torch.nn.RMSNorm(c.n_embd)}),
        ({}, {"block": partial(PostNormBlock)}),
        *(({name: value}, {}) for name, value in OTHERS.items()),
    ],
)
def test_a_sound_model_of_other_parts_has_no_twin_and_is_not_accused(idx, changes, parts):
    model = GPT(replace(CONFIG, **changes), **parts)
    verdicts = checks.examine(model, math.log(V), torch.randint(V, (100,)), floor=0.0)
    assert len(verdicts) == 5
    with pytest.raises(ValueError, match="must be pre-norm .*; got .* Try cache_effect"):
        checks.twin_difference(model, idx)


def test_outputs_of_different_shapes_differ_infinitely():
    assert checks.largest_difference(torch.zeros(1, 2), torch.zeros(1, 3)) == math.inf
    assert checks.largest_difference(torch.tensor([1.0, -4.0]), torch.zeros(2)) == 4


def test_examine_names_the_check_that_fails(idx):
    model, ids = small_gpt(), torch.randint(V, (100,))
    good = checks.examine(model, math.log(V), ids, floor=0.0)
    assert len(good) == 6 and all(good.values())
    late = checks.examine(model, math.log(V) + 0.2, ids, floor=100.0)
    failing = [name for name, passed in late.items() if not passed]
    assert failing == ["starts at ln V", "ends above the floor"]
