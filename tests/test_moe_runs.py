"""The recorded mixtures: whole, from three seeds, and a run begun again is the recorded one."""

import json
import math
import statistics

import pytest
import torch
from kernel_environment import ROOT
from recipes import moe

from helpers.learning import evaluation
from helpers.models.balance import expert_load
from helpers.models.gpt import GPT
from helpers.models.moe import routes
from helpers.text import playwright, tokenizers

MODELS = [(name, model) for name, settings in moe.RECIPES.items() for model in settings["models"]]


def recorded(name):
    return json.loads((ROOT / "data" / "runs" / f"{name}.json").read_text())["models"]


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_every_model_has_a_whole_curve_from_every_seed(name, model):
    run, settings = recorded(name)[model], moe.RECIPES[name]
    assert {len(values) for values in run.values()} == {len(settings["seeds"])}
    plan = settings["training"] | settings["models"][model].get("training", {})
    for steps, train, val in zip(run["steps"], run["train_curve"], run["val_curve"], strict=True):
        assert steps[-1] == plan["steps"]
        assert len(steps) == len(train) == len(val)


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_the_recorded_sizes_are_those_of_the_model_that_is_built(name, model):
    run = recorded(name)[model]
    built = moe.build(moe.RECIPES[name], model, seed=0)
    # parts that the config does not name (noise, bias) come on top of the count
    extra = sum(p.numel() for n, p in built.named_parameters() if "spread" in n or "gate" in n)
    assert set(run["parameters"]) == {sum(p.numel() for p in built.parameters()) - extra}


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_loads_are_shares_of_all_choices_and_agree_with_their_variation(name, model):
    run = recorded(name)[model]
    for loads, variation in zip(run["loads"], run["variation"], strict=True):
        for shares, last in zip(loads, variation[-1] if variation else [], strict=True):
            mean = 1 / len(shares)
            sd = (sum((s - mean) ** 2 for s in shares) / len(shares)) ** 0.5
            assert sum(shares) == pytest.approx(1, abs=1e-3) and sd / mean == pytest.approx(
                last, abs=0.01
            )


def test_the_shipped_mixture_uses_all_its_experts_and_is_as_good_as_its_record_says():
    folder = ROOT / "data" / "checkpoints" / "moe_playwright"
    model, tokenizer = GPT.load(folder), tokenizers.load(folder)
    record = json.loads((folder / "training.json").read_text())
    text = playwright.write(60_000, seed=314)
    excess, error = evaluation.excess(model, tokenizer, text)
    # another text, the same model: two means of windows, with the errors that both report
    assert abs(excess - record["excess"]) < 4 * math.hypot(error, record["standard_error"])
    assert -4 * error < excess < 0.12
    idx = torch.tensor(tokenizer.encode(text[: 40 * 128])).view(40, 128)
    for gates in routes(model, idx).gates:
        assert expert_load(gates).min() > 0.25 * expert_load(gates).float().mean()


def test_models_that_are_compared_by_the_clock_get_the_same_time():
    models = recorded("moe_against_dense")
    aim = 700 * statistics.median(models["dense, same active work"]["ms_per_step"])
    for name, run in models.items():
        if name.endswith(", same time"):
            pace = statistics.median(models[name.removesuffix(", same time")]["ms_per_step"])
            assert run["steps"][0][-1] * pace == pytest.approx(aim, rel=0.01)


def begun_again(name, model, steps):
    """The first part of a recorded run, anew: up to its second evaluation."""

    def stop(step, history):
        if step == steps:
            raise KeyboardInterrupt

    return moe.train(moe.RECIPES[name], model, seed=0, on_step=stop)


@pytest.mark.parametrize(
    ("name", "model", "steps"),
    [
        ("moe_collapse", "nothing", 50),
        ("moe_collapse", "balance loss, ×8", 50),
        ("moe_collapse", "sigmoid scores, bias steps", 50),
        ("moe_many_experts", "4 experts", 50),
        ("moe_many_experts", "64 experts, 1/8 absent", 50),
        ("moe_many_experts", "64 experts, dropout 0.2", 50),
    ],
)
def test_the_beginning_of_a_run_comes_out_again(name, model, steps):
    again, run = begun_again(name, model, steps), recorded(name)[model]
    assert again["steps"] == run["steps"][0][:2] == [0, steps]
    assert again["val_curve"][0] == pytest.approx(run["val_curve"][0][0], abs=1e-3)
    assert again["train_curve"][1] == pytest.approx(run["train_curve"][0][1], abs=0.02)
    assert again["variation"][0] == pytest.approx(run["variation"][0][0], abs=0.02)
    assert again["variation"][1] == pytest.approx(run["variation"][0][1], abs=0.35)
