"""A recorded run, begun again, is the run that was recorded."""

import json
import math

import pytest
import record_runs
from kernel_environment import ROOT
from recipes import gpt0

from helpers.learning import run, step, training
from helpers.learning.optimizer import learning_rate, optimizer

RUNS = ROOT / "data" / "runs"
DEFAULTS = training.train.__kwdefaults__


@pytest.mark.parametrize("name", record_runs.RECIPES)
def test_a_record_has_its_command_its_settings_and_what_came_out(name):
    record = json.loads((RUNS / f"{name}.json").read_text())
    assert record["command"] == f"python tools/record_runs.py {name}"
    assert record["recipe"] == record_runs.RECIPES[name].RECIPES[name]
    assert set(record) > {"command", "recipe", "torch", "threads"}


@pytest.mark.parametrize("name", gpt0.RECIPES)
def test_a_recorded_training_has_its_whole_curve(name):
    record = json.loads((RUNS / f"{name}.json").read_text())
    history = record["history"]
    assert history["steps"][-1] == record["recipe"]["training"]["steps"]
    assert len(history["steps"]) == len(history["train_loss"]) == len(history["val_loss"])


def test_every_record_has_a_recipe():
    assert sorted(p.stem for p in RUNS.glob("*.json")) == sorted(record_runs.RECIPES)


def beginning(name):
    """The first two entries of a recorded training, begun again: steps 0 and 100."""

    def stop(step, history):
        if len(history.steps) == 2:
            raise KeyboardInterrupt

    return gpt0.run(gpt0.RECIPES[name], on_step=stop, progress=False)["history"]


def is_the_same(again, record):
    """Whether what was measured so far is the beginning of the record.

    Processors and numbers of threads change the last digits, and training makes small differences
    large: after 100 steps losses agree to 10⁻⁶, after 200 to 10⁻³, after 500 to 10⁻².
    """
    return all(
        again[loss] == pytest.approx(record[loss][: len(again["steps"])], abs=1e-5)
        for loss in ("train_loss", "val_loss")
    )


def test_the_beginning_of_the_run_comes_out_again():
    record = json.loads((RUNS / "gpt0_playwright.json").read_text())["history"]
    again = beginning("gpt0_playwright")
    assert again["steps"] == record["steps"][:2] == [0, 100]
    assert is_the_same(again, record)


def without_warm_up(step, steps, peak, warmup):
    return learning_rate(step, steps, peak, 0)


def with_another_beta(model, lr, weight_decay):
    updates = optimizer(model, lr, weight_decay)
    updates.param_groups[0]["betas"] = updates.param_groups[1]["betas"] = (0.9, 0.98)
    return updates


@pytest.mark.parametrize(
    ("place", "name", "wrong"),
    [
        (run, "learning_rate", without_warm_up),
        (step, "CLIP", math.inf),
        (training.train, "__kwdefaults__", DEFAULTS | {"optimizer": with_another_beta}),
        (training.train, "__kwdefaults__", DEFAULTS | {"weight_decay": 0.0}),
    ],
    ids=["no warm-up", "no clipping", "another beta", "no weight decay"],
)
def test_a_run_with_a_wrong_idea_does_not_come_out(monkeypatch, place, name, wrong):
    record = json.loads((RUNS / "gpt0_playwright.json").read_text())["history"]
    monkeypatch.setattr(place, name, wrong)
    assert not is_the_same(beginning("gpt0_playwright"), record)


def test_the_lectures_recipe_reaches_the_lectures_loss():
    record = json.loads((RUNS / "gpt0_tinyshakespeare.json").read_text())["history"]
    assert abs(record["val_loss"][-1] - 2.03) < 0.05  # nats, the lecture's GPT-0
