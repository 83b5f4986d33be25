"""The checks of notebook 15: a sound model passes them, a slip fails the right one."""

import math

import pytest
import torch

from helpers.models.gpt import GPT
from helpers.practice import checks
from tests.practice.small import CONFIG, V, lively


@pytest.mark.parametrize("check", [checks.future_effect, checks.prefix_effect])
@pytest.mark.parametrize("start", [lively, lambda: GPT(CONFIG)])
def test_a_sound_model_passes_every_check(check, start, idx):
    assert check(start(), idx) < 1e-5


def test_a_sound_model_equals_its_twin_and_itself_with_a_cache(idx):
    model = lively()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)  # biases and norms too
    assert checks.twin_difference(model, idx) < 1e-4
    assert checks.cache_effect(model, idx) < 1e-4


def test_a_twin_without_a_norm_disagrees(idx):
    model = lively()
    model.final_norm = torch.nn.Identity()
    model.blocks[0].attention_norm.bias.data += 1
    twin = checks.twin_difference(model, idx)
    assert twin < 1e-4  # the twin uses the model's own final norm and all of its weights
    model.blocks[0].mlp.activation = torch.nn.GELU()
    assert checks.twin_difference(model, idx) > 1e-4  # the exact GELU is another one


def test_outputs_of_different_shapes_differ_infinitely():
    assert checks.largest_difference(torch.zeros(1, 2), torch.zeros(1, 3)) == math.inf
    assert checks.largest_difference(torch.tensor([1.0, -4.0]), torch.zeros(2)) == 4


def test_examine_names_the_check_that_fails(idx):
    model, ids = lively(), torch.randint(V, (100,))
    good = checks.examine(model, math.log(V), ids, floor=0.0)
    assert len(good) == 6 and all(good.values())
    late = checks.examine(model, math.log(V) + 0.2, ids, floor=100.0)
    failing = [name for name, passed in late.items() if not passed]
    assert failing == ["starts at ln V", "ends above the floor"]
