"""block_lab: the picture and the words are those of the block and of its training."""

import numpy as np
import pytest
import torch

from helpers.models.config import GPTConfig
from helpers.views import plots
from helpers.views.drawing import number, palette
from helpers.views.drawing.chart import Chart
from helpers.views.widgets import block_lab
from helpers.views.widgets.block_lab import SHOWN, STEPS, _learn
from tests.views.svg_seen import lines, shapes

CONFIG = GPTConfig(4, 5, n_layer=1, n_head=1, n_embd=8, activation="relu", tied=False)
IDS = torch.arange(400) % 5


@pytest.fixture(scope="module")
def explorer():
    return block_lab(IDS, IDS, CONFIG, {"even": 1.6})


@pytest.mark.parametrize(
    ("block", "step"),
    [("plain", "blocks, no residuals"), ("residual", "blocks"), ("pre-norm", "pre-norm")],
)
def test_the_loss_is_that_of_the_chosen_block_at_the_chosen_rate(explorer, block, step):
    for rate in (0.003, 0.01):
        explorer.controls["block"].value, explorer.controls["rate"].value = block, rate
        end = number(_learn(step, rate, IDS, IDS, CONFIG).val_loss[-1])
        said = f"{block.capitalize()} blocks at rate {rate}: from "
        assert explorer.picture.alt.startswith(said)
        assert f"to {end} nats per character in {STEPS} steps" in explorer.picture.alt


def test_the_curve_goes_through_the_losses_that_were_measured(explorer):
    history = _learn("pre-norm", 0.01, IDS, IDS, CONFIG)
    explorer.controls["block"].value, explorer.controls["rate"].value = "pre-norm", 0.01
    (curve,) = lines(explorer.picture.markup, palette.BLUE)
    chart = Chart(274, 41, 296, 277, (0, STEPS), SHOWN)
    wanted = [chart.place(*point) for point in zip(history.steps, history.val_loss, strict=True)]
    assert np.allclose(curve, wanted, atol=0.06)


def test_a_training_that_breaks_is_said(monkeypatch):
    explorer = block_lab(IDS, IDS, CONFIG, {})

    def broken(*_, on_step, **__):
        on_step(1, broken.history)
        raise ArithmeticError

    broken.history = _learn("blocks", 0.01, IDS, IDS, CONFIG)
    del broken.history.steps[1:], broken.history.val_loss[1:]
    monkeypatch.setattr("helpers.learning.training.train", broken)
    explorer.controls["block"].value = "residual"
    assert "the training broke after step 0" in explorer.picture.alt
    (told,) = [t for t in shapes(explorer.picture.markup, "text") if "broke" in (t.text or "")]
    assert told.text == "broke after step 0" and 41 < float(told.get("y")) < 41 + 277


def test_the_callers_random_numbers_stay_as_they_are():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    block_lab(IDS, IDS, CONFIG, {})
    assert torch.equal(before, torch.get_rng_state())


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_a_plain_block_has_no_sum_and_the_others_have_two_and_norms_if_named_so():
    counts = {
        kind: [words(plots.block_flows([kind])).count(word) for word in ("+", "norm")]
        for kind in ("plain", "residual", "post-norm", "pre-norm")
    }
    wanted = {"plain": [0, 0], "residual": [2, 0], "post-norm": [2, 2], "pre-norm": [2, 2]}
    assert counts == wanted


def test_before_the_norm_stands_in_the_branch_and_after_on_the_stream():
    def where(kind, word):
        texts = plots.block_flows([kind]).texts
        return {text.get_position()[0] for text in texts if text.get_text() == word}

    assert where("pre-norm", "norm") == where("pre-norm", "attention")
    assert where("post-norm", "norm") == where("post-norm", "x")


def test_an_unknown_kind_is_an_error_with_advice():
    with pytest.raises(ValueError, match="pre-norm"):
        plots.block_flows(["middle"])
