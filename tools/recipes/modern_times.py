"""How long a step of each model of `recipes.modern` takes. Notebook *The modern block*.

The models take their steps in turns, so that whatever else the machine does hits all of them.
"""

import statistics
import time

import torch
from tqdm.auto import tqdm

from helpers.learning.step import take_step
from helpers.text import batches
from recipes import changes, modern

OTHERS = ("twice", "N(0")  # the same model with another training
MODELS = {"GPT-2's block": {}} | modern.RECIPES["modern_playwright"]["models"]
RECIPES = {
    "modern_times": modern.RECIPES["modern_playwright"]
    | {
        "rounds": 60,
        "models": {n: c for n, c in MODELS.items() if not any(o in n for o in OTHERS)},
    }
}


def run(settings: dict, on_step=None, progress: bool = True) -> dict:
    """Median processor time of a step, per model, in the time that GPT-2's block takes."""
    tokenizer, ids = changes._tokens(settings["characters"], None)
    took: dict[str, list[float]] = {name: [] for name in settings["models"]}
    trained = {}
    for name, change in settings["models"].items():
        model = changes.build(settings, change, tokenizer.vocab_size)
        trained[name] = model, changes.adamw(model, settings["training"])
    for _ in tqdm(range(settings["rounds"]), disable=not progress):
        for name, (model, updates) in trained.items():
            took[name].append(_step(model, updates, ids, settings["training"]["batch_size"]))
    medians = {name: statistics.median(times) for name, times in took.items()}
    return {"times": {name: round(t / medians["GPT-2's block"], 2) for name, t in medians.items()}}


def _step(model, updates, ids: torch.Tensor, batch_size: int) -> float:
    x, y = batches.sample(ids, batch_size, model.config.block_size)
    began = time.process_time()
    take_step(model, updates, lambda: model(x, y)[1], 1e-3, 0)
    return time.process_time() - began
