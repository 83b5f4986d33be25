"""Whatever is drawn takes any whole number as its seed, and says what it takes."""

import numpy as np
import pytest
import torch

from helpers.learning import evaluation, masking, members
from helpers.models import masks
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice.bugs import in_the_model
from helpers.text import batches, playwright
from helpers.theory import boosting, depth, sharpness

CONFIG = GPTConfig(4, 5, n_layer=1, n_head=1, n_embd=4)
IDS = torch.arange(20) % 5
DRAWN = {
    "bootstrap": lambda seed: boosting.bootstrap(3, 2, seed),
    "held_out": lambda seed: members.held_out(playwright.write(2000, seed=0), 0.5, seed),
    "random_scores": lambda seed: sharpness.random_scores([2], 3, 2, seed),
    "start_gradients": lambda seed: depth.start_gradients(CONFIG, seeds=[seed]),
    "trained_under": lambda seed: masking.trained_under(
        masks.causal(4), CONFIG, IDS, steps=1, seed=seed
    ),
    "line_up": lambda seed: in_the_model.line_up(CONFIG, seed),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_seed_is_any_whole_number(draw):
    draw(np.int64(3))
    for wrong in (True, 2.0, "1"):
        with pytest.raises(ValueError, match=f"seed must be a whole number .*; got {wrong!r}"):
            draw(wrong)


COUNTED = {
    "batch_size": lambda count: batches.sample(IDS, count, 4),
    "members": lambda count: boosting.bootstrap(3, count),
    "tokens": lambda count: evaluation.evaluate(GPT(CONFIG), IDS, count),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_count_is_a_whole_number(name):
    COUNTED[name](np.int64(2))
    for wrong in (True, 2.0):
        with pytest.raises(ValueError, match=f"{name} must be a whole number ≥ 1; got {wrong!r}"):
            COUNTED[name](wrong)
