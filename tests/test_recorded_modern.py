"""What *The modern block* plots: whole, and made again by the recipes."""

import json

import pytest
import torch
from kernel_environment import ROOT
from recipes import changes, longer_texts, modern, modern_times

from helpers.models.attention import CausalSelfAttention

MODELS = modern.RECIPES["modern_playwright"]
LONGER = longer_texts.RECIPES["longer_texts_playwright"]
SINGLE = ["rotary", "SwiGLU", "RMSNorm, no biases", "1 key-value head, wider MLP", "QK-norm"]


def record(name):
    return json.loads((ROOT / "data" / "runs" / f"{name}.json").read_text())


@pytest.mark.parametrize("module", [modern, modern_times, longer_texts])
def test_every_record_tells_its_recipe(module):
    for name, settings in module.RECIPES.items():
        assert record(name)["recipe"] == settings
        assert record(name)["command"] == f"python tools/record_runs.py {name}"


def test_every_model_has_every_number_from_every_seed_and_nobody_is_below_the_truth():
    made = record("modern_playwright")["models"]
    assert list(made) == list(MODELS["models"])
    for name, run in made.items():
        seeds = MODELS["models"][name].get("seeds", MODELS["seeds"])
        assert {len(values) for values in run.values()} == {len(seeds)}
        assert min(run["excess"]) > 0


def test_the_other_record_was_made_with_the_same_text_and_training():
    other, mine = changes.RECIPES["changes_playwright"], dict(MODELS)
    assert {**mine, "models": 0} == {**other, "models": 0}


@pytest.mark.parametrize("name", SINGLE)
def test_a_change_has_nearly_as_many_parameters_as_gpt2s_block(name):
    made, base = record("modern_playwright")["models"], record("changes_playwright")["models"]
    ratio = made[name]["parameters"][0] / base["all of GPT-2's"]["parameters"][0]
    assert 0.97 < ratio <= 1.003  # without its vectors, or biases, a model is up to 3 % smaller


@pytest.mark.parametrize("name", MODELS["models"])
def test_every_model_is_built_from_the_parts_that_it_is_named_after(name):
    model = changes.build(MODELS, MODELS["models"][name], 60)
    rotary = "rotary" in name and "but" not in name or name.startswith("all") and "but" not in name
    assert (model.config.positions == "rotary") == rotary
    plain = all(type(block.attention) is CausalSelfAttention for block in model.blocks)
    attends = "head" in name or "QK" in name or "see" in name or name.startswith("all")
    assert plain != attends


def test_a_whole_run_comes_out_again():
    # Other processors, other digits. Another rate, or learned vectors, are off by .3 and more.
    name, seed = "all, N(0, 1/√C)", 1
    again, was = changes.climb(MODELS, name, seed), record("modern_playwright")["models"][name]
    assert again["parameters"] == was["parameters"][seed]
    assert again["start"] == pytest.approx(was["start"][seed], abs=0.002)
    assert again["excess"] == pytest.approx(was["excess"][seed], abs=0.06)


def test_there_are_bins_for_every_way_to_read_and_every_seed():
    made = record("longer_texts_playwright")
    size = LONGER["model"]["block_size"] // LONGER["bin"]
    assert LONGER["models"].keys() < made["bins"].keys() and made["sliding"].keys() == {
        "kept",
        "read anew",
    }
    for seeds in made["bins"].values():
        assert [len(bins) for bins in seeds] == [size] * len(LONGER["seeds"])


def test_a_model_reads_longer_texts_as_it_is_recorded():
    again, made = longer_texts.one(LONGER, "rotary", 0), record("longer_texts_playwright")
    for way, bins in again["bins"].items():
        was = torch.tensor(made["bins"][way][0])
        assert torch.allclose(torch.tensor(bins)[:2], was[:2], atol=0.08)
    for way, nats in again["sliding"].items():
        assert nats == pytest.approx(made["sliding"][way][0], abs=0.15)


def test_the_models_of_the_clock_are_those_of_the_record_without_other_trainings():
    times = record("modern_times")["times"]
    assert times["GPT-2's block"] == 1 and {*SINGLE} < times.keys()
    assert not any("twice" in name or "N(0" in name for name in times)
