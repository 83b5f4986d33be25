"""A GRU and two small GPTs on equal text. Notebook: From RNN to attention.

Equal windows in equal order, about as many parameters, and for each the best of the learning rates
0.005, 0.01, 0.02 and 0.04, which is 0.02. Measured on all of the validation text.
"""

from collections.abc import Callable

import torch
from torch import nn

from helpers.learning import training
from helpers.learning.evaluation import evaluate
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.rnn import RNN, RNNConfig
from recipes.ladder import SEEDS, Text

SMALL = {"n_layer": 2, "n_head": 4, "n_embd": 64}
RECIPES = {
    "rnn_and_gpt_playwright": {
        "corpus": "playwright",
        "block_size": 32,
        "models": {
            "GRU": {"n_embd": 128},
            "GPT": SMALL,
            "GPT without places": SMALL | {"positions": "none"},
        },
        "training": {"steps": 300, "batch_size": 32, "lr": 0.02, "eval_every": 300},
        "seeds": SEEDS,
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For each model its size, and the loss from every seed."""
    text = Text(settings["corpus"])
    options = {"on_step": on_step, "progress": progress}
    models = {}
    for name in settings["models"]:
        size = sum(p.numel() for p in build(settings, name, text.vocab_size).parameters())
        losses = [learn(settings, name, seed, text, **options) for seed in settings["seeds"]]
        models[name] = {"parameters": size, "val_loss": losses}
    return {"models": models}


def build(settings: dict, name: str, vocab_size: int) -> nn.Module:
    sizes, block_size = settings["models"][name], settings["block_size"]
    if name == "GRU":
        return RNN(RNNConfig(vocab_size, block_size=block_size, **sizes))
    return GPT(GPTConfig(block_size, vocab_size, **sizes))


def learn(settings: dict, name: str, seed: int, text: Text, **options) -> float:
    """Train one model from one seed: nats per character on the validation text."""
    torch.manual_seed(seed)
    model = build(settings, name, text.vocab_size)
    training.train(
        model, text.train_ids, text.val_ids, **settings["training"], seed=seed, **options
    )
    return round(evaluate(model, text.val_ids, tokens=None), 4)
