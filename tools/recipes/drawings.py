"""Captioners that learn to name drawings, with patches of several sizes.

Shown in the notebook *Toward GPT-4*.
"""

from collections.abc import Callable

import torch

from helpers.learning import captioning
from helpers.models.config import GPTConfig
from helpers.models.vision import Captioner
from helpers.text.tasks import drawings

RECIPES = {
    "naming_drawings": {
        "noise": 0.1,
        "patch_sizes": [16, 8, 4],
        "seeds": [0, 1, 2],
        "unseen": 500,
        "every": 40,
        "model": {"n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 800, "batch_size": 64, "lr": 5e-3},
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every patch size and seed: the losses on the way, and the end on unseen drawings."""
    images, names = unseen(settings)
    posterior = drawings.posterior(images, settings["noise"])
    pays = -posterior[torch.arange(len(names)), names].log().mean().item()
    best = (posterior.argmax(1) == names).float().mean().item()
    rows = [
        _row(settings, patch_size, seed) for patch_size in settings["patch_sizes"]
        for seed in settings["seeds"]
    ]  # fmt: skip
    return {"truth": {"nats": round(pays, 5), "right": round(best, 5)}, "rows": rows}


def _row(settings: dict, patch_size: int, seed: int) -> dict:
    model, losses = one(settings, patch_size, seed)
    images, names = unseen(settings)
    log_probs = captioning.caption_log_probs(model, images)
    return {
        "patch_size": patch_size,
        "seed": seed,
        "losses": blocks(losses, settings["every"]),
        "nats": round(-log_probs[torch.arange(len(names)), names].mean().item(), 5),
        "right": round((log_probs.argmax(1) == names).float().mean().item(), 5),
    }


def one(settings: dict, patch_size: int, seed: int) -> tuple[Captioner, list[float]]:
    """A trained model and its losses, in nats per name."""
    model = untrained(settings, patch_size, seed)
    return model, learn(settings, model, seed)


def untrained(settings: dict, patch_size: int, seed: int) -> Captioner:
    torch.manual_seed(seed)
    length = (drawings.SIDE // patch_size) ** 2 + captioning.LENGTH
    config = GPTConfig(length, captioning.tokenizer().vocab_size, **settings["model"])
    return Captioner(config, drawings.SIDE, patch_size)


def learn(settings: dict, model: Captioner, seed: int) -> list[float]:
    options = settings["training"] | {"seed": seed, "progress": False}
    return captioning.train(model, settings["noise"], **options)


def unseen(settings: dict):
    """The same drawings for every model."""
    generator = torch.Generator().manual_seed(1000)
    return drawings.draw(settings["unseen"], settings["noise"], generator)


def blocks(losses: list[float], every: int) -> list[float]:
    """Means over blocks of steps."""
    return [round(sum(losses[i : i + every]) / every, 4) for i in range(0, len(losses), every)]
