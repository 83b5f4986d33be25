"""Small GPTs on the Playwright whose layers see only a sliding window.

Shown in the notebook *Toward GPT-4*.
"""

import math
from collections.abc import Callable
from contextlib import suppress

import torch
from torch import Tensor

from helpers.learning.fitting import fit
from helpers.learning.masking import losses_by_position
from helpers.models import masks
from helpers.models.attention import with_mask
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, playwright
from helpers.text.tokenizers import CharTokenizer

RECIPES = {
    "windows_playwright": {
        "characters": 500_000,
        "unseen": 30_000,
        "widths": [4, 16, 128],
        "seeds": [0, 1, 2],
        "every": 100,
        "model": {"block_size": 128, "n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 1600, "lr": 6e-3},
        "batch_size": 12,
    }
}
TOKENIZER = CharTokenizer(playwright.characters())


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every width and seed: training losses, and the end on second halves of unseen windows."""
    x, y, truth = unseen(settings)
    half, rows = settings["model"]["block_size"] // 2, []
    for width in settings["widths"]:
        for seed in settings["seeds"]:
            model, losses = one(settings, width, seed)
            nats = losses_by_position(model, x, y)[:, half:].mean().item()
            row = {"width": width, "seed": seed, "nats": round(nats, 5)}
            rows.append(row | {"losses": blocks(losses, settings["every"])})
    return {"floor": round(truth[:, half:].mean().item(), 5), "rows": rows}


def one(settings: dict, width: int, seed: int, steps: int | None = None):
    """A model trained under a window, and its losses; with `steps`, no more than so many."""
    config = GPTConfig(vocab_size=TOKENIZER.vocab_size, **settings["model"])
    ids = torch.tensor(TOKENIZER.encode(playwright.write(settings["characters"], seed=1)))
    torch.manual_seed(seed)
    model = with_mask(GPT(config), masks.window(config.block_size, width))
    losses: list[float] = []

    def batch_loss() -> Tensor:
        if steps is not None and len(losses) == steps:
            raise StopIteration
        loss = model(*batches.sample(ids, settings["batch_size"], config.block_size))[1]
        losses.append(loss.item())
        return loss

    with suppress(StopIteration):
        fit(model, batch_loss, seed=seed, progress=False, **settings["training"])
    return model, losses


def unseen(settings: dict) -> tuple[Tensor, Tensor, Tensor]:
    """Windows of an unseen text, what follows each character, and what the truth pays for it."""
    text, T = playwright.write(settings["unseen"], seed=2), settings["model"]["block_size"]
    n = (len(text) - 1) // T * T
    ids = torch.tensor(TOKENIZER.encode(text[: n + 1]))
    nats = math.log(2) * torch.tensor(playwright.surprisals(text)[1 : n + 1])
    return ids[:-1].view(-1, T), ids[1:].view(-1, T), nats.view(-1, T)


def blocks(losses: list[float], every: int) -> list[float]:
    """Means over blocks of steps."""
    return [round(sum(losses[i : i + every]) / every, 4) for i in range(0, len(losses), every)]
