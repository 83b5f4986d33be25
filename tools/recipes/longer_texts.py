"""GPTs that were trained on 64 characters and read 256. Notebook *The modern block*.

Excess over the truth by position, in bins; the model has rows, or angles, for all 256 positions.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from tqdm.auto import tqdm

from helpers.learning.evaluation import losses_by_position
from helpers.learning.fitting import fit
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.positions import Interpolated, ntk_base
from helpers.text import batches
from recipes import changes, windows

ROTARY = {"positions": "rotary", "attention": "grouped"}
RECIPES = {
    "longer_texts_playwright": {
        "characters": 3_000_000,
        "unseen": 60_000,
        "trained_on": 64,
        "bin": 32,
        "read_anew": 40,
        "seeds": [0, 1, 2],
        "model": {"block_size": 256, "n_layer": 3, "n_head": 4, "n_embd": 64},
        "training": {"steps": 400, "lr": 8e-3},
        "batch_size": 16,
        "models": {
            "learned": {},
            "sinusoids": {"positions": "sinusoidal"},
            "rotary": ROTARY,
            "rotary, windows of 16": ROTARY | {"attention": "sliding", "window": 16},
        },
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per way of reading a list of bins for each seed; and what two ways to slide a window cost."""
    found: dict = {"bins": {}, "sliding": {}}
    for name in tqdm(settings["models"], disable=not progress):
        for seed in settings["seeds"]:
            for kind, values in one(settings, name, seed).items():
                for way, value in values.items():
                    found[kind].setdefault(way, []).append(value)
    return found


def one(settings: dict, name: str, seed: int) -> dict:
    """One model from one seed, and all ways to read with it."""
    x, y, truth = windows.unseen(settings)
    model = trained(settings, name, seed)
    above = {
        way: (losses_by_position(reader, x, y) - truth).mean(0)
        for way, reader in readings(model, name).items()
    }
    bins = {way: binned(values, settings["bin"]) for way, values in above.items()}
    sliding = slid(model, settings, x, y, truth) if name == "rotary" else {}
    return {"bins": bins, "sliding": sliding}


def trained(settings: dict, name: str, seed: int) -> GPT:
    """A model with room for block_size places, trained on windows of trained_on."""
    _, ids = changes._tokens(settings["characters"], None)
    config = {**settings["model"], **settings["models"][name]}
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=windows.TOKENIZER.vocab_size, **config))
    initialise.gpt2(model, model.config.n_embd**-0.5)

    def batch_loss() -> Tensor:
        return model(*batches.sample(ids, settings["batch_size"], settings["trained_on"]))[1]

    fit(model, batch_loss, seed=seed, progress=False, **settings["training"])
    return model


def readings(model: GPT, name: str) -> dict[str, GPT]:
    """The model as it is and, if its positions are rotary and it sees all, three other ways."""
    if name != "rotary":
        return {name: model}
    wider = ntk_base(model.config.rotary_base, model.config.head_size, Interpolated.FACTOR)
    return {
        name: model,
        "rotary, angles / 4": model.with_parts(positions=Interpolated),
        "rotary, larger base": changed(model, rotary_base=wider),
        "rotary, window of 64": changed(model, attention="sliding", window=64),
    }


def changed(model: GPT, **settings) -> GPT:
    """The same weights under another config."""
    other = GPT(replace(model.config, **settings))
    other.load_state_dict(model.state_dict())
    return other.eval()


def slid(model: GPT, settings: dict, x: Tensor, y: Tensor, truth: Tensor) -> dict[str, float]:
    """What is paid for the characters beyond trained_on, by how the window slides.

    The keys and values are kept (a window in every layer), or the last T characters are read anew.
    """
    T, n = settings["trained_on"], settings["read_anew"]
    x, y, truth = x[:n], y[:n], truth[:n, T:]
    kept = losses_by_position(changed(model, attention="sliding", window=T), x, y)[:, T:]
    last = [ids.unfold(1, T, 1)[:, 1:].flatten(0, 1).split(2048) for ids in (x, y)]
    anew = [losses_by_position(model, *pair)[:, -1] for pair in zip(*last, strict=True)]
    ways = {"kept": kept, "read anew": torch.cat(anew).view(n, -1)}
    return {way: round((nats - truth).mean().item(), 4) for way, nats in ways.items()}


def binned(values: Tensor, width: int) -> list[float]:
    """Means over bins of positions."""
    return [round(value, 4) for value in values.view(-1, width).mean(1).tolist()]
