"""The recorded RNN: where it ends, and a beginning that comes out again."""

import json

import pytest
from kernel_environment import ROOT
from recipes import old_and_new, recurrence
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


# against a GPT

BOTH = json.loads((ROOT / "data" / "runs" / "rnn_and_gpt_playwright.json").read_text())


def test_all_have_about_as_many_parameters_and_a_loss_from_every_seed():
    sizes = [run["parameters"] for run in BOTH["models"].values()]
    assert len(sizes) == 3 and max(sizes) < 1.12 * min(sizes)
    assert {len(run["val_loss"]) for run in BOTH["models"].values()} == {3}


def test_the_gru_leads_then_comes_the_gpt_and_last_the_one_without_places():
    gru, gpt, blind = (run["val_loss"] for run in BOTH["models"].values())
    assert 0.245 < max(gru) < min(gpt) < max(gpt) < min(blind) < 2.28


def test_all_read_the_same_text_in_the_same_order(monkeypatch):
    settings = old_and_new.RECIPES["rnn_and_gpt_playwright"]
    brief = settings | {"training": settings["training"] | {"steps": 1}}
    text, read = Text("playwright"), []
    monkeypatch.setattr(old_and_new, "evaluate", lambda *_, **__: 0.0)
    for name in ("GRU", "GPT"):
        kind = type(old_and_new.build(settings, name, text.vocab_size))
        forward = kind.forward

        def reading(self, idx, targets=None, forward=forward):
            read.append(idx)
            return forward(self, idx, targets)

        monkeypatch.setattr(kind, "forward", reading)
        old_and_new.learn(brief, name, 0, text, progress=False)
    half = len(read) // 2
    assert all(a.equal(b) for a, b in zip(read[:half], read[half:], strict=True))
