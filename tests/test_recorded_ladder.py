"""The recorded ladder: the order it claims, and a beginning that comes out again."""

import json

import pytest
from kernel_environment import ROOT
from recipes import ladder as recipe

from helpers.models import ladder

RUNGS = ["positions", "one head", "many heads", "feed-forward", "residuals", "blocks"]
UNIGRAM = 3.3  # nats: nearly the unigram floor's 3.44 on validation text


def recorded(name):
    return json.loads((ROOT / "data" / "runs" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def text():
    return recipe.Text("playwright")


def stop_after(steps):
    def stop(step, history):
        if step == steps:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("name", recipe.RECIPES)
def test_every_model_has_a_loss_from_every_seed(name):
    record = recorded(name)
    assert list(record["models"]) == list(record["recipe"]["models"])
    for run in record["models"].values():
        assert {len(values) for values in run.values()} == {len(record["recipe"]["seeds"])}


@pytest.mark.parametrize("corpus", ["playwright", "tinyshakespeare"])
def test_up_to_the_blocks_every_step_gains_from_every_seed(corpus):
    models = recorded(f"ladder_{corpus}")["models"]
    assert list(models) == list(ladder.STEPS)
    losses = [models[name]["val_loss"] for name in RUNGS]
    assert all(max(after) < min(before) for before, after in zip(losses, losses[1:], strict=False))


@pytest.mark.parametrize("corpus", ["playwright", "tinyshakespeare"])
def test_blocks_without_residuals_are_worse_than_a_single_block(corpus):
    models = recorded(f"ladder_{corpus}")["models"]
    assert min(models["blocks, no residuals"]["val_loss"]) > max(models["feed-forward"]["val_loss"])


@pytest.mark.parametrize("corpus", ["playwright", "tinyshakespeare"])
def test_positions_sit_on_the_bigram(corpus):
    record = recorded(f"ladder_{corpus}")
    above = [loss - record["bigram"] for loss in record["models"]["positions"]["val_loss"]]
    assert all(0 < distance < 0.1 for distance in above)


def test_twelve_blocks_without_residuals_stay_at_the_letter_frequencies():
    models = recorded("depth_playwright")["models"]
    for rate in ("0.001", "0.01"):
        losses = models[f"blocks, no residuals, lr {rate}"]["val_loss"]
        assert all(loss is None or loss > UNIGRAM for loss in losses)
    assert max(models["pre-norm, lr 0.01"]["val_loss"]) < 2.28 < UNIGRAM
    assert min(models["post-norm, lr 0.01"]["val_loss"]) > UNIGRAM


@pytest.mark.parametrize(
    ("record", "name", "steps", "tolerance"),
    [
        ("ladder_playwright", "residuals", 300, 0.002),
        ("ladder_playwright", "dropout", 300, 0.002),
        ("depth_playwright", "pre-norm, lr 0.001", 50, 0.002),
        ("shapes_playwright", "1 × 128", 200, 0.002),
        ("optimizers_playwright", "Muon, lr 0.04", 50, 0.002),
    ],
)
def test_the_beginning_of_a_run_comes_out_again(text, record, name, steps, tolerance):
    # Other processors, other digits: after some hundred steps in the third decimal of a single
    # loss, and in the fourth of their mean. Another seed moves the mean by .02 and more.
    run = recorded(record)["models"][name]
    settings, seed = recipe.RECIPES[record], 1
    again = recipe.climb(settings, name, seed, text, on_step=stop_after(steps))
    assert again["parameters"] == run["parameters"][seed]
    assert again["steps"] == run["steps"][seed][:2] == [0, steps]
    assert again["train_curve"] == pytest.approx(run["train_curve"][seed][:2], abs=tolerance)


def test_a_training_that_diverges_is_recorded_as_such(text):
    settings = {**recipe.RECIPES["depth_playwright"], "models": {"wild": {"step": "blocks"}}}
    settings["training"] = {"steps": 20, "batch_size": 4, "eval_every": 5, "lr": 1e6, "warmup": 0}
    lost = recipe.climb(settings, "wild", 0, text)
    assert lost["val_loss"] is None and lost["steps"] == []
