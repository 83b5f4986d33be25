"""The recorded ensembles of small GPTs: whole, consistent, and made again by the same recipe."""

import json
import math

import pytest
import torch
from kernel_environment import ROOT
from recipes import ensembles, one_gpt

from helpers.text import playwright

NAME = "ensembles_playwright"
SETTINGS = ensembles.RECIPES[NAME]
SMALL = SETTINGS | {
    "characters": 4000,
    "unseen": 3000,
    "shares": [0.0, 0.5],
    "members": 2,
    "repeats": 1,
    "training": {"steps": 3, "batch_size": 4, "lr": 4e-3},
}


@pytest.fixture(scope="module")
def record():
    return json.loads((ROOT / "data" / "runs" / f"{NAME}.json").read_text())


def test_there_is_a_row_for_every_repeat_share_and_kind(record):
    rows = {(row["repeat"], row["c"], row["seeds"]) for row in record["rows"]}
    repeats, shares = range(SETTINGS["repeats"]), SETTINGS["shares"]
    assert rows == {(r, c, kind) for r in repeats for c in shares for kind in ("differ", "one")}
    assert len(record["rows"]) == len(rows) and len(record["floors"]) == SETTINGS["repeats"]


def test_the_identities_hold_in_every_row_and_nobody_is_below_the_floor(record):
    for row in record["rows"]:
        assert row["geometric"] == pytest.approx(row["average_error"] - row["ambiguity"], abs=2e-5)
        assert row["arithmetic"] == pytest.approx(row["average_error"] - row["gap"], abs=2e-5)
        assert min(row["geometric"], row["arithmetic"]) > record["floors"][row["repeat"]]


def test_members_that_are_one_model_do_not_disagree(record):
    alike = [row for row in record["rows"] if row["seeds"] == "one" and row["c"] == 0]
    assert len(alike) == SETTINGS["repeats"] and all(row["ambiguity"] == 0 for row in alike)


def test_the_floors_are_what_the_truth_pays_in_nats_on_second_halves_of_windows(record):
    for repeat, floor in enumerate(record["floors"]):
        bits = playwright.surprisals(playwright.write(SETTINGS["unseen"], seed=200 + repeat))
        last = (len(bits) - 1) // 64 * 64  # whole windows of 64 characters and the one after
        scored = [b for i, b in enumerate(bits[1 : last + 1]) if i % 64 >= 32]
        assert floor == pytest.approx(math.log(2) * sum(scored) / len(scored), abs=1e-5)


def test_the_beginning_of_the_first_member_comes_out_again(record):
    def stop(step, history):
        if len(history.steps) == 2:
            raise KeyboardInterrupt

    _, again = ensembles.member(SETTINGS, 0, 0.0, 0, 0, on_step=stop, progress=False)
    recorded = record["first_member"]
    assert again.steps == recorded["steps"][:2] == [0, 100]
    # The mean over 100 steps has other digits on other processors in the third decimal only.
    assert again.train_loss == pytest.approx(recorded["train_loss"][:2], abs=0.005)
    assert again.val_loss == pytest.approx(recorded["val_loss"][:2], abs=0.05)


def test_a_small_run_has_the_shape_of_the_record():
    again = ensembles.run(SMALL, progress=False)
    assert len(again["rows"]) == 4 and len(again["floors"]) == 1
    one = {(row["c"], row["seeds"]): row for row in again["rows"]}
    assert one[0.0, "one"]["ambiguity"] == 0 < one[0.5, "one"]["ambiguity"]
    assert one[0.0, "differ"]["ambiguity"] > 0


def test_members_differ_by_what_they_should_differ_by():
    def weights(c, part, seed):
        model, _ = ensembles.member(SMALL, 0, c, part, seed, progress=False)
        return torch.cat([p.flatten() for p in model.parameters()])

    assert torch.equal(weights(0.0, 0, 0), weights(0.0, 1, 0))  # nothing held out: one text
    assert not torch.equal(weights(0.5, 0, 0), weights(0.5, 1, 0))
    assert not torch.equal(weights(0.0, 0, 0), weights(0.0, 0, 1))


ONE = one_gpt.RECIPES["one_gpt_playwright"]


def test_one_gpt_gets_the_steps_of_all_members_and_its_beginning_comes_out_again():
    record = json.loads((ROOT / "data" / "runs" / "one_gpt_playwright.json").read_text())
    assert ONE["training"]["steps"] == SETTINGS["members"] * SETTINGS["training"]["steps"]
    assert [row["repeat"] for row in record["rows"]] == list(range(ONE["repeats"]))
    assert all(row["steps"] == list(range(100, 1601, 100)) for row in record["rows"])

    def stop(step, history):
        if step == 100:
            raise KeyboardInterrupt

    (again,) = one_gpt.run(ONE | {"repeats": 1}, on_step=stop, progress=False)["rows"]
    assert again["steps"] == [100]
    # As above: other processors, other digits in the third decimal
    assert again["loss"] == pytest.approx(record["rows"][0]["loss"][:1], abs=0.05)
    assert again["train_loss"] == pytest.approx(record["rows"][0]["train_loss"][:1], abs=0.005)
