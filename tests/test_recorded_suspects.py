"""What *BERT, GPT and the mask* and *Bugs that still train* say of five seeds, and a part again."""

import json

import pytest
from kernel_environment import ROOT
from recipes import bert_and_gpt, line_up
from recipes.ladder import Text

MODELS, SUSPECTS = (
    json.loads((ROOT / "data" / "runs" / f"{name}_playwright.json").read_text())
    for name in ("bert_and_gpt", "line_up")
)


def everywhere(name):
    return [run["all"] for run in MODELS["models"][name]]


def test_the_mask_is_worth_more_than_the_training_from_every_seed():
    bert, gpt, fresh_bert, fresh_gpt = map(everywhere, MODELS["models"])
    trained = [a - b for a, b in zip(bert + gpt, fresh_bert + fresh_gpt, strict=True)]
    masked = [a - b for a, b in zip(bert + fresh_bert, gpt + fresh_gpt, strict=True)]
    assert len(bert) == 5 and 0.035 < min(trained) < max(trained) < 0.095  # "4 to 9 points"
    assert 0.115 < min(masked) < max(masked) < 0.175  # "12 to 17 points"
    assert all(a > b for a, b in zip(fresh_bert, gpt, strict=True))


def test_bert_and_gpt_read_the_same_windows_from_the_same_seed():
    settings = bert_and_gpt.RECIPES["bert_and_gpt_playwright"]
    brief = settings | {"training": {"steps": 2, "lr": 1e-3}, "tuning": settings["tuning"]}
    ids = bert_and_gpt.torch.arange(500) % bert_and_gpt.V
    one, again = (bert_and_gpt.bases(brief, 3, ids) for _ in range(2))
    assert list(one) == list(MODELS["models"])
    for name, model in one.items():
        pairs = zip(model.parameters(), again[name].parameters(), strict=True)
        assert all(a.equal(b) for a, b in pairs)
    before, after = one["GPT, untrained"].state_dict(), one["GPT"].state_dict()
    assert any(not before[name].equal(after[name]) for name in before)


def test_d_pays_less_than_b_from_every_seed_and_e_changes_sides():
    losses = {name: [run["loss"] for run in runs] for name, runs in SUSPECTS["suspects"].items()}
    assert all(d < b for d, b in zip(losses["D"], losses["B"], strict=True))
    assert {e < b for e, b in zip(losses["E"], losses["B"], strict=True)} == {True, False}
    slip = [a - b for a, b in zip(losses["A"], losses["B"], strict=True)]
    assert -0.01 < min(slip) < max(slip) < 0.085 and max(losses["C"]) < 0.12


def test_a_suspect_trained_again_is_the_recorded_one():
    settings = line_up.RECIPES["line_up_playwright"]
    again = line_up.one(settings, 1, Text("playwright"), names="B")["B"]
    assert again["fails"] == SUSPECTS["suspects"]["B"][1]["fails"] == []
    # Other processors, other digits; another seed moves it by more.
    assert again["loss"] == pytest.approx(SUSPECTS["suspects"]["B"][1]["loss"], abs=0.02)
