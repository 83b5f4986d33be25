"""The recorded sizes: windows that hide nothing, an exact floor, and a run that comes out again."""

import json
import math

import pytest
import torch
from kernel_environment import ROOT
from recipes import sizes

from helpers.text import playwright
from helpers.theory.scaling import count_parameters

NAME = "sizes_playwright"
SETTINGS = sizes.RECIPES[NAME]


@pytest.fixture(scope="module")
def record():
    return json.loads((ROOT / "data" / "runs" / f"{NAME}.json").read_text())


def test_every_shape_has_a_loss_from_every_seed_after_every_training(record):
    rows = [(run["shape"], run["tokens"]) for run in record["models"]]
    tokens = [
        steps * SETTINGS["batch_size"] * SETTINGS["block_size"] for steps in SETTINGS["steps"]
    ]
    assert rows == [(shape, count) for count in tokens for shape in SETTINGS["shapes"]]
    for run in record["models"]:
        assert len(run["val_loss"]) == len(SETTINGS["seeds"])
        assert run["parameters"] == count_parameters(sizes.build(SETTINGS, run["shape"]).config)


def test_every_window_begins_with_a_scene_and_no_other_place_does():
    text = playwright.write(50_000, seed=2)
    _, starts = sizes.scenes(50_000, 2)
    bits = playwright.surprisals(text)
    assert starts[0] == 0 and len(starts) == len(set(starts.tolist()))
    for start in starts[1:].tolist():
        assert text[:start].endswith("Exeunt.\n\n")
        # The truth forgets what was before: the scene alone costs what it costs in the play.
        alone = playwright.surprisals(text[start : start + 129])
        assert alone == pytest.approx(bits[start : start + 129], abs=1e-9)
    assert text.count("Exeunt.\n\n") - len(starts) <= 1


def test_there_are_windows_enough_to_read_none_twice():
    _, starts = sizes.scenes(500 * max(SETTINGS["steps"]) * SETTINGS["batch_size"], 1)
    assert len(starts) >= max(SETTINGS["steps"]) * SETTINGS["batch_size"]


def test_the_floor_is_what_the_truth_pays_for_the_scored_characters(record):
    text = playwright.write(SETTINGS["scored"], seed=2)
    bits = playwright.surprisals(text)
    _, starts = sizes.scenes(SETTINGS["scored"], 2)
    paid = [sum(bits[start + 1 : start + 129]) for start in starts.tolist()]
    by_hand = math.log(2) * sum(paid) / len(paid) / 128
    assert record["floor"] == pytest.approx(by_hand, abs=1e-5)
    assert sizes.floor(SETTINGS) == pytest.approx(by_hand, abs=1e-9)


def test_nobody_is_below_the_floor_and_larger_is_better(record):
    means = [sum(run["val_loss"]) / 3 for run in record["models"]]
    short, long = means[:6], means[6:]
    assert min(means) > record["floor"]
    assert short == sorted(short, reverse=True) and long == sorted(long, reverse=True)
    assert all(b < a for a, b in zip(short, long, strict=True))


def test_the_score_is_the_mean_over_all_scored_characters():
    torch.manual_seed(0)
    model = sizes.build(SETTINGS, "1 × 16")
    ids, starts = sizes.scenes(30_000, 2)
    x = torch.stack([ids[s : s + 128] for s in starts.tolist()])
    y = torch.stack([ids[s + 1 : s + 129] for s in starts.tolist()])
    with torch.no_grad():
        expected = model(x, y)[1].item()
    assert sizes.score(model, SETTINGS | {"scored": 30_000}) == pytest.approx(expected, rel=1e-5)


def test_the_smallest_run_comes_out_again(record):
    # Other processors, other digits: hundredths after 300 steps; the three seeds are within .05.
    again = sizes.climb(SETTINGS, "1 × 16", 300, [0])
    run = record["models"][0]
    assert (again["parameters"], again["tokens"]) == (run["parameters"], run["tokens"])
    assert again["val_loss"][0] == pytest.approx(run["val_loss"][0], abs=0.05)
