"""What the notebooks *Toward GPT-4* and *Alignment* plot: whole, and made again by the recipes."""

import json
import math

import pytest
import torch
from kernel_environment import ROOT
from recipes import drawings as naming_runs
from recipes import overoptimisation, windows

from helpers.learning import captioning
from helpers.text import playwright
from helpers.text.tasks import drawings

NAMING = naming_runs.RECIPES["naming_drawings"]
WINDOWS = windows.RECIPES["windows_playwright"]
TUNING = overoptimisation.RECIPES["overoptimisation_playwright"]


def record(name):
    return json.loads((ROOT / "data" / "runs" / f"{name}.json").read_text())


def test_every_record_tells_its_recipe():
    for module in (naming_runs, overoptimisation, windows):
        for name, settings in module.RECIPES.items():
            assert record(name)["recipe"] == settings
            assert record(name)["command"] == f"python tools/record_runs.py {name}"


# drawings


def test_there_is_a_naming_row_for_every_patch_size_and_seed_and_none_beats_bayes():
    made = record("naming_drawings")
    assert [(row["patch_size"], row["seed"]) for row in made["rows"]] == [
        (P, seed) for P in NAMING["patch_sizes"] for seed in NAMING["seeds"]
    ]
    blocks = NAMING["training"]["steps"] // NAMING["every"]
    for row in made["rows"]:
        assert len(row["losses"]) == blocks and row["losses"][-1] < row["losses"][0] / 5
        assert row["nats"] > made["truth"]["nats"] and row["right"] < made["truth"]["right"]


def test_what_bayes_pays_is_what_the_posterior_says():
    images, names = naming_runs.unseen(NAMING)
    belief = drawings.posterior(images, NAMING["noise"])
    truth = record("naming_drawings")["truth"]
    pays = -belief[torch.arange(len(names)), names].log().mean().item()
    assert truth["nats"] == pytest.approx(pays, abs=1e-5)
    assert truth["right"] == (belief.argmax(1) == names).double().mean().item()


def test_the_beginning_of_a_naming_run_comes_out_again():
    losses, every = [], NAMING["every"]

    def note(module, args, output):
        losses.append(captioning.LENGTH * output[1].item())
        if len(losses) == every:
            raise StopIteration

    model = naming_runs.untrained(NAMING, 16, 1)
    model.register_forward_hook(note)
    with pytest.raises(StopIteration):
        naming_runs.learn(NAMING, model, 1)
    (row,) = [
        r for r in record("naming_drawings")["rows"] if (r["patch_size"], r["seed"]) == (16, 1)
    ]
    assert sum(losses) / every == pytest.approx(row["losses"][0], abs=0.02)


# windows


def test_there_is_a_window_row_for_every_width_and_seed_above_the_floor():
    made = record("windows_playwright")
    assert [(row["width"], row["seed"]) for row in made["rows"]] == [
        (w, seed) for w in WINDOWS["widths"] for seed in WINDOWS["seeds"]
    ]
    assert all(row["nats"] > made["floor"] for row in made["rows"])
    assert all(len(row["losses"]) == 16 for row in made["rows"])


def test_the_floor_is_what_the_truth_pays_on_second_halves_of_windows():
    bits = playwright.surprisals(playwright.write(WINDOWS["unseen"], seed=2))
    last = (len(bits) - 1) // 128 * 128
    scored = [b for i, b in enumerate(bits[1 : last + 1]) if i % 128 >= 64]
    floor = math.log(2) * sum(scored) / len(scored)
    assert record("windows_playwright")["floor"] == pytest.approx(floor, abs=1e-4)


def test_the_beginning_of_a_window_run_comes_out_again():
    _, losses = windows.one(WINDOWS, width=4, seed=0, steps=100)
    row = record("windows_playwright")["rows"][0]
    assert (row["width"], row["seed"]) == (4, 0)
    assert sum(losses) / 100 == pytest.approx(row["losses"][0], abs=0.02)


# over-optimisation


def test_there_is_a_row_for_every_seed_and_price_and_the_reference_is_at_distance_0():
    rows = record("overoptimisation_playwright")["rows"]
    assert [(row["seed"], row["beta"]) for row in rows] == [
        (seed, beta) for seed in TUNING["seeds"] for beta in [None, *TUNING["betas"]]
    ]
    for row in rows:
        assert -1 <= row["true"] <= 2 and all(len(a) == TUNING["length"] for a in row["answers"])
        assert row["kl"] >= -4 * row["kl_se"] and (row["beta"] or row["kl"] == 0)


def test_a_tuned_policy_is_worth_more_by_its_own_yardstick_than_its_reference():
    """proxy - β·KL, which it was tuned for. (At β ≥ 1 there is less to gain than noise costs.)"""
    rows = record("overoptimisation_playwright")["rows"]
    start = {row["seed"]: row["proxy"] for row in rows if row["beta"] is None}
    for row in rows:
        if row["beta"] and row["beta"] <= 0.3:
            assert row["proxy"] - row["beta"] * row["kl"] > start[row["seed"]] + 0.3, row


SMALL = TUNING | {"answers": 600, "comparisons": 200, "betas": [0.3], "seeds": [0], "sampled": 100}
SMALL |= {
    "training": {"steps": 20, "lr": 8e-3},
    "tuning": {"steps": 2, "batch_size": 8, "lr": 1e-3},
}


def test_a_small_run_has_the_shape_of_the_record():
    rows = overoptimisation.run(SMALL, progress=False)["rows"]
    assert [row["beta"] for row in rows] == [None, 0.3]
    assert set(rows[0]) == set(record("overoptimisation_playwright")["rows"][0])


def test_a_reference_comes_out_again():
    """The same seed: a model that speaks as the recorded one, and a reward model that says so."""
    model = overoptimisation.speaker(TUNING, 0)
    weights = overoptimisation.reward_weights(TUNING, model, 0)
    answers = overoptimisation.draw(TUNING, model, TUNING["sampled"], 0)
    row = record("overoptimisation_playwright")["rows"][0]
    applause, proxy = (
        overoptimisation.true_reward(answers),
        overoptimisation.proxy(answers, weights),
    )
    # Another processor trains slightly differently: two samples of 1,000, four standard errors.
    assert applause.mean().item() == pytest.approx(row["true"], abs=4 * 1.5 * row["true_se"])
    assert proxy.mean().item() == pytest.approx(row["proxy"], abs=0.15)
