"""The recorded RNN: where it ends, and a beginning that comes out again."""

import json

import pytest
from kernel_environment import ROOT
from recipes import recurrence
from recipes.ladder import Text

RECORD = json.loads((ROOT / "data" / "runs" / "rnn_playwright.json").read_text())


def test_every_seed_ends_far_below_the_bigram_and_above_the_truth():
    assert len(RECORD["val_loss"]) == len(RECORD["recipe"]["seeds"]) == 3
    assert all(0.245 < loss < 2.28 / 2 for loss in RECORD["val_loss"])
    assert all(steps[-1] == RECORD["recipe"]["training"]["steps"] for steps in RECORD["steps"])


def test_the_beginning_of_the_run_comes_out_again():
    def stop(step, history):
        if step == 50:
            raise KeyboardInterrupt

    settings = recurrence.RECIPES["rnn_playwright"]
    again = recurrence.learn(settings, 1, Text("playwright"), on_step=stop)
    assert again["parameters"] == RECORD["parameters"][1]
    assert again["steps"] == RECORD["steps"][1][:2] == [0, 50]
    # Other processors, other digits: in the third decimal. Another seed or rate moves it by more.
    assert again["train_curve"] == pytest.approx(RECORD["train_curve"][1][:2], abs=0.003)
