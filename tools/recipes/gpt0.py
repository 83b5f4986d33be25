"""The lecture's GPT-0, trained as the lecture trains it. Notebook *Train a GPT*."""

from collections.abc import Callable
from dataclasses import asdict, replace

import torch

from helpers.learning import training
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora
from helpers.text.tokenizers import CharTokenizer

# Every 100 steps: so long, and not much longer, all processors have the same digits.
LECTURE = {"steps": 5000, "batch_size": 16, "lr": 1e-3, "seed": 0, "eval_every": 100}
RECIPES = {
    "gpt0_playwright": {"corpus": "playwright", "preset": "gpt0", "training": LECTURE},
    "gpt0_tinyshakespeare": {"corpus": "tinyshakespeare", "preset": "gpt0", "training": LECTURE},
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """The training's history."""
    corpus = corpora.load(settings["corpus"])
    tokenizer = CharTokenizer.from_text(corpus.text)
    ids = batches.split(tokenizer.encode(corpus.text))
    torch.manual_seed(settings["training"]["seed"])
    model = GPT(replace(GPTConfig.preset(settings["preset"]), vocab_size=tokenizer.vocab_size))
    history = training.train(
        model, *ids, **settings["training"], progress=progress, on_step=on_step
    )
    return {"history": asdict(history)}
