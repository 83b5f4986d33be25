"""Small models of growing size, scored where the truth is known exactly.

Notebook *From GPT-1 to GPT-3*.

Every window begins where a scene begins, in training and in scoring: then a window hides nothing,
and what the truth pays on it is the least that any model can pay. No window is read twice.
"""

import functools
import math
import re

import torch
from torch import Tensor

from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.step import step_seed, take_step
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, playwright
from helpers.text.tokenizers import CharTokenizer

TOKENIZER = CharTokenizer(playwright.characters())
END = r"Exeunt\.\n\n"
RECIPES = {
    "sizes_playwright": {
        "block_size": 128,
        "batch_size": 8,
        "lr": 0.64,  # divided by the number of channels: 0.01 at 64
        "steps": [300, 900],
        "seeds": [0, 1, 2],
        "scored": 300_000,
        "shapes": {
            "1 × 16": [1, 2, 16],
            "1 × 24": [1, 2, 24],
            "2 × 32": [2, 4, 32],
            "2 × 56": [2, 4, 56],
            "3 × 80": [3, 4, 80],
            "4 × 104": [4, 4, 104],
        },
    }
}


def run(settings: dict, on_step=None, progress: bool = True) -> dict:
    """What the truth pays on the scored windows; of every model its size and its loss per seed."""
    rows = [
        climb(settings, shape, steps, settings["seeds"], on_step)
        for steps in settings["steps"]
        for shape in settings["shapes"]
    ]
    return {"floor": round(floor(settings), 5), "models": rows}


def climb(settings: dict, shape: str, steps: int, seeds: list[int], on_step=None) -> dict:
    """A shape trained for so many steps from every seed; val_loss in nats per character."""
    losses = []
    for seed in seeds:
        torch.manual_seed(seed)
        model = build(settings, shape)
        train(model, settings, steps, seed, on_step)
        losses.append(round(score(model, settings), 4))
    parameters = sum(p.numel() for p in model.parameters())
    tokens = steps * settings["batch_size"] * settings["block_size"]
    return {"shape": shape, "parameters": parameters, "tokens": tokens, "val_loss": losses}


def build(settings: dict, shape: str) -> GPT:
    n_layer, n_head, n_embd = settings["shapes"][shape]
    model = GPT(GPTConfig(settings["block_size"], TOKENIZER.vocab_size, n_layer, n_head, n_embd))
    return initialise.gpt2(model, std=n_embd**-0.5)  # 0.02 would be too little for these widths


def train(model: GPT, settings: dict, steps: int, seed: int, on_step=None) -> None:
    """The windows in an order of the seed's own, each once."""
    B, T = settings["batch_size"], settings["block_size"]
    ids, starts = scenes(500 * max(settings["steps"]) * B, seed=1)
    order = torch.randperm(len(starts), generator=torch.Generator().manual_seed(seed))
    peak = settings["lr"] / model.config.n_embd
    updates = optimizer(model, peak)
    model.train()
    for step, rows in enumerate(order[: steps * B].split(B)):
        rate = learning_rate(step, steps, peak, min(100, steps // 10))
        batch_loss = functools.partial(_loss, model, *batches.windows(ids, starts[rows], T))
        loss = take_step(model, updates, batch_loss, rate, step_seed(seed, step))
        if on_step and on_step(step + 1, loss.item()):
            break
    model.eval()


def _loss(model: GPT, x: Tensor, y: Tensor) -> Tensor:
    return model(x, y)[1]


@functools.cache
def scenes(n_chars: int, seed: int) -> tuple[Tensor, Tensor]:
    """A new text as ids, and where its scenes begin, each with room for a window of 128."""
    text = playwright.write(n_chars, seed)
    starts = [0, *(end.end() for end in re.finditer(END, text))]
    room = [start for start in starts if start + 128 < len(text)]
    return torch.tensor(TOKENIZER.encode(text)), torch.tensor(room)


@torch.no_grad()
def score(model: GPT, settings: dict) -> float:
    """Nats per character on the scored windows."""
    ids, starts = scenes(settings["scored"], seed=2)
    x, y = batches.windows(ids, starts, settings["block_size"])
    rows = torch.arange(len(x)).split(64)
    parts = [model(x[part], y[part])[1].item() * len(part) for part in rows]
    return sum(parts) / len(x)


def floor(settings: dict) -> float:
    """What the truth pays on the same characters, in nats per character."""
    text = playwright.write(settings["scored"], seed=2)
    bits = torch.tensor(playwright.surprisals(text), dtype=torch.float64)
    _, starts = scenes(settings["scored"], seed=2)
    _, y = batches.windows(bits, starts, settings["block_size"])
    return math.log(2) * y.mean().item()
