"""Checked rewards and written sums: the records are whole, and the recipes make them again."""

import json

import pytest
import torch
from kernel_environment import ROOT
from recipes import checked_rewards, written_sums

from helpers.learning.alignment import optimal_value
from helpers.text.tasks import counting

RUNS = ROOT / "data" / "runs"
FAMILIES = {
    "checked_rewards": checked_rewards,
    "checked_attempts": checked_rewards,
    "written_sums": written_sums,
}
RECORDS = {name: json.loads((RUNS / f"{name}.json").read_text()) for name in FAMILIES}
SETTINGS = checked_rewards.RECIPES["checked_rewards"]
ROWS = RECORDS["checked_rewards"]["rows"]


class EnoughError(Exception):
    """Ends a training after its first steps."""


@pytest.mark.parametrize("name", FAMILIES)
def test_the_record_tells_its_recipe(name):
    assert RECORDS[name]["recipe"] == FAMILIES[name].RECIPES[name]
    assert RECORDS[name]["command"] == f"python tools/record_runs.py {name}"


def test_there_is_a_row_for_every_seed_and_arm_and_none_is_worth_more_than_the_best():
    told = [(r["seed"], r["arm"], r.get("lr")) for r in ROWS]
    arms = [("start", None), *((arm[0], arm[3]) for arm in SETTINGS["arms"])]
    assert told == [(seed, *arm) for seed in SETTINGS["seeds"] for arm in arms]
    best = {r["seed"]: r["value"] for r in ROWS if r["arm"] == "start"}
    for row in ROWS:
        if row["arm"].startswith("baseline"):
            assert max(row["J"]) <= best[row["seed"]] + 1e-3
            worth = [r - 0.1 * k for r, k in zip(row["rewarded"], row["kl"], strict=True)]
            assert row["J"] == pytest.approx(worth, abs=2e-4)


def test_the_recipe_makes_the_beginning_again():
    model, seen = checked_rewards.pupil(SETTINGS, 0), []
    reference = checked_rewards.policy(model)
    arm = next(a for a in SETTINGS["arms"] if a[0] == "baseline: group" and a[3] == 1e-3)

    def watch(step):
        if step % SETTINGS["every"] == 0:
            seen.append(checked_rewards.measured(model, reference, 0.1)["rewarded"])
        if step == 20:
            raise EnoughError

    with pytest.raises(EnoughError):
        checked_rewards.tune(SETTINGS, model, arm, 0, watch)
    row = next(r for r in ROWS if r["arm"] == arm[0] and r.get("lr") == 1e-3)
    assert seen == pytest.approx(row["rewarded"][:3], abs=0.03)


def test_the_ceiling_is_the_mean_of_the_optimal_values():
    reference, right = counting.child(), counting.right()
    by_hand = optimal_value(reference, right, 0.1)[counting.rewarded()].mean().item()
    assert checked_rewards.ceiling(reference, 0.1) == pytest.approx(by_hand, abs=1e-4)


def test_the_films_show_distributions_at_every_tenth_step():
    for film in RECORDS["checked_rewards"]["films"].values():
        frames = torch.tensor(film["frames"])
        assert frames.shape == (len(film["at"]), len(counting.SHOWN), len(counting.ANSWERS))
        assert (frames.sum(-1) - 1).abs().max() < 2e-3


def test_more_attempts_are_never_worse():
    for row in RECORDS["checked_attempts"]["rows"]:
        for where in ("rewarded", "held_out"):
            assert row[where] == sorted(row[where])


def test_a_short_run_of_written_sums_has_the_shape_of_the_record():
    settings = written_sums.RECIPES["written_sums"] | {"steps": 4, "seeds": [0], "terms": [2, 3]}
    rows = written_sums.run(settings)["rows"]
    assert [r["arm"] for r in rows] == ["written out", *(arm[0] for arm in settings["arms"])]
    assert {*rows[0]} == {*RECORDS["written_sums"]["rows"][0]}
    # as many tokens: 4 steps of 3 + 1 tokens against 3 + 2
    assert [r["steps"] for r in rows[1:]] == [4, 4, 5, 4, 4]


def test_two_terms_are_learned_again():
    settings = written_sums.RECIPES["written_sums"]
    model, losses = written_sums.learn(settings, 2, "written out", 3e-3, settings["steps"], 0)
    row = RECORDS["written_sums"]["rows"][0]
    right = written_sums.share_right(model, 2, "written out", settings["asked"])
    assert right == pytest.approx(row["right"], abs=0.02)
    assert sum(losses[-50:]) / 50 == pytest.approx(row["loss"], abs=0.01)
