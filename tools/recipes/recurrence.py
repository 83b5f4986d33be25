"""A recurrent network on the Playwright, trained as notebook *From RNN to attention* trains it.

Notebook *Summary*.
"""

from collections.abc import Callable

import torch

from helpers.learning import training
from helpers.learning.evaluation import evaluate
from helpers.models.rnn import RNN, RNNConfig
from recipes.ladder import SEEDS, Text

RECIPES = {
    "rnn_playwright": {
        "corpus": "playwright",
        "model": {"n_embd": 128, "block_size": 32},
        "training": {"steps": 300, "batch_size": 64, "lr": 1e-2, "eval_every": 50},
        "seeds": SEEDS,
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """What `learn` returns, a list with a value per seed."""
    text = Text(settings["corpus"])
    runs = [learn(settings, seed, text, on_step, progress) for seed in settings["seeds"]]
    return {key: [each[key] for each in runs] for key in runs[0]}


def learn(
    settings: dict,
    seed: int,
    text: Text,
    on_step: Callable | None = None,
    progress: bool = False,
) -> dict:
    """Train one network from one seed: its size, the curve, its loss on all validation text."""
    torch.manual_seed(seed)
    model = RNN(RNNConfig(text.vocab_size, **settings["model"]))
    own = {"seed": seed, "on_step": on_step, "progress": progress}
    history = training.train(model, text.train_ids, text.val_ids, **settings["training"], **own)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "val_loss": round(evaluate(model, text.val_ids, tokens=None), 4),
        "steps": history.steps,
        "train_curve": [round(loss, 4) for loss in history.train_loss],
        "val_curve": [round(loss, 4) for loss in history.val_loss],
    }
