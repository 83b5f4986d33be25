"""From GPT-0 to GPT-2: the full recipe, and one change taken back at a time.

Notebook *From GPT-1 to GPT-3*.

Every model is trained from three seeds on the same windows, and scored on the same new text by
what it pays above the truth, in nats per character.
"""

import functools
import time

import torch
from torch import Tensor

from helpers.learning.evaluation import evaluate, excess
from helpers.learning.optimizer import learning_rate
from helpers.learning.step import step_seed, take_step
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, playwright
from helpers.text.bpe import BPETokenizer
from helpers.text.tokenizers import CharTokenizer

LONG = {"steps": 800}
GPT0 = {
    "config": {"activation": "relu", "tied": False},
    "start": "pytorch",
    "training": {"warmup": 0, "schedule": "constant", "decay": 0.0, "betas": [0.9, 0.999]},
}
RECIPES = {
    "changes_playwright": {
        "characters": 3_000_000,
        "scored": 100_000,
        "config": {"block_size": 64, "n_layer": 3, "n_head": 4, "n_embd": 64},
        "training": {
            "steps": 400,
            "batch_size": 16,
            "lr": 8e-3,
            "warmup": 50,
            "schedule": "cosine",
            "decay": 0.1,
            "decayed": "matrices",
            "betas": [0.9, 0.99],
        },
        "seeds": [0, 1, 2],
        "models": {
            "all of GPT-2's": {},
            "BPE, 512 tokens": {"vocabulary": 512},
            "ReLU": {"config": {"activation": "relu"}},
            "untied head": {"config": {"tied": False}},
            "no 1/√(2L)": {"start": "unscaled"},
            "PyTorch's start": {"start": "pytorch"},
            "no weight decay": {"training": {"decay": 0.0}},
            "decay on all": {"training": {"decayed": "all"}},
            "no warm-up": {"training": {"warmup": 0}},
            "constant rate": {"training": {"schedule": "constant"}},
            "post-norm": {"config": {"block": "post-norm"}},
            "N(0, 1/√C)": {"start": "by width"},
            "all of GPT-0's": GPT0,
            "all of GPT-0's, rate 0.001": GPT0 | {"training": GPT0["training"] | {"lr": 1e-3}},
            # one change more than another row has, to tell which of two it is
            "PyTorch's start, untied head": {"start": "pytorch", "config": {"tied": False}},
            "no warm-up, rate 0.002": {"training": {"warmup": 0, "lr": 2e-3}},
            "GPT-2's, twice as long": {"training": LONG},
            "GPT-0's, twice as long": GPT0 | {"training": GPT0["training"] | LONG},
        },
    }
}


def run(settings: dict, on_step=None, progress: bool = True) -> dict:
    """Per model what `climb` returns, a list with a value per seed."""
    models = {}
    for name in settings["models"]:
        runs = [climb(settings, name, seed, on_step) for seed in settings["seeds"]]
        models[name] = {key: [each[key] for each in runs] for key in runs[0]}
    return {"models": models}


def climb(settings: dict, name: str, seed: int, on_step=None) -> dict:
    """One model from one seed: its size, its loss before, what it pays above the truth, its time.

    start: nats per token. excess, error: nats per character, and the standard error.
    milliseconds: processor time of a step. characters: in a token, on average.
    """
    change = settings["models"][name]
    tokenizer, ids = _tokens(settings["characters"], change.get("vocabulary"))
    torch.manual_seed(seed)
    model = build(settings, change, tokenizer.vocab_size)
    start = evaluate(model, ids[:40_000])
    milliseconds = train(
        model, ids, settings["training"] | change.get("training", {}), seed, on_step
    )
    above, error = excess(model, tokenizer, playwright.write(settings["scored"], seed=2))
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "characters": round(settings["characters"] / len(ids), 2),
        "start": round(start, 3),
        "excess": round(above, 4),
        "error": round(error, 4),
        "milliseconds": round(milliseconds, 1),
    }


@functools.cache
def _tokens(n_chars: int, vocabulary: int | None) -> tuple[object, Tensor]:
    text = playwright.write(n_chars, seed=1)
    if vocabulary is None:
        tokenizer = CharTokenizer(playwright.characters())
        return tokenizer, torch.tensor(tokenizer.encode(text))
    tokenizer = BPETokenizer.train(text[:1_000_000], vocabulary)
    return tokenizer, torch.tensor(tokenizer.to_tiktoken().encode_ordinary(text))


def build(settings: dict, change: dict, vocab_size: int) -> GPT:
    """The model with its start: GPT-2's, with or without 1/√(2L) or as wide as it is; PyTorch's."""
    config = GPTConfig(vocab_size=vocab_size, **settings["config"] | change.get("config", {}))
    model, start = GPT(config), change.get("start")
    if start == "pytorch":
        initialise.pytorch(model)
    if start == "by width":
        initialise.gpt2(model, config.n_embd**-0.5)
    if start == "unscaled":
        for block in model.blocks:
            for matrix in (block.attention.projection.weight, block.mlp.projection.weight):
                matrix.data *= (2 * config.n_layer) ** 0.5
    return model


def train(model: GPT, ids: Tensor, plan: dict, seed: int, on_step=None) -> float:
    """`training.train` with the parts to be taken back; the processor's milliseconds per step."""

    def batch_loss() -> Tensor:
        return model(*batches.sample(ids, plan["batch_size"], model.config.block_size))[1]

    updates, began = adamw(model, plan), time.process_time()
    model.train()
    for step in range(plan["steps"]):
        loss = take_step(model, updates, batch_loss, rate(step, plan), step_seed(seed, step))
        if on_step and on_step(step + 1, loss.item()):
            break
    model.eval()
    return 1000 * (time.process_time() - began) / (step + 1)


def rate(step: int, plan: dict) -> float:
    """Warm-up, then the cosine or the peak for good."""
    falling = plan["schedule"] == "cosine" or step < plan["warmup"]
    return learning_rate(step, plan["steps"], plan["lr"], plan["warmup"]) if falling else plan["lr"]


def adamw(model: GPT, plan: dict) -> torch.optim.AdamW:
    """AdamW, its decay on matrices only or on everything; without decay it is Adam."""
    everything = plan.get("decayed") == "all"
    decayed = [p for p in model.parameters() if p.dim() >= 2 or everything]
    spared = [p for p in model.parameters() if p.dim() < 2 and not everything]
    groups = [{"params": decayed, "weight_decay": plan["decay"]}]
    groups += [{"params": spared, "weight_decay": 0.0}] if spared else []
    return torch.optim.AdamW(groups, lr=plan["lr"], betas=plan["betas"], fused=True)
