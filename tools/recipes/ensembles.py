"""Ensembles of small GPTs whose members each miss a share c of a small text.

Notebook *Diversity and error*.
"""

import math
from collections.abc import Callable
from dataclasses import asdict

import torch
from torch import Tensor

from helpers.learning import training
from helpers.learning.members import held_out, log_probs
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer
from helpers.theory.ensembles import decompose_log_loss

RECIPES = {
    "ensembles_playwright": {
        "characters": 20_000,
        "unseen": 30_000,
        "shares": [0.0, 0.25, 0.5, 0.75],
        "members": 4,
        "repeats": 3,
        "model": {"block_size": 64, "n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 400, "batch_size": 32, "lr": 4e-3, "eval_every": 100},
    }
}
TOKENIZER = CharTokenizer(playwright.characters())


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """The first member's history; for every repeat the floor, and the losses at every share.

    "seeds differ": members start from weights of their own and read in an order of their own, as
    one would do. "one seed": only their data differ, so at c = 0 they are one and the same model.
    """
    first, history = member(settings, 0, 0.0, 0, 0, on_step, progress)
    rows, floors = [], []
    for repeat in range(settings["repeats"]):
        unseen = playwright.write(settings["unseen"], seed=200 + repeat)
        floors.append(round(_floor(unseen, first), 5))
        for c in settings["shares"]:
            about = {"repeat": repeat, "c": c}
            losses = _losses(settings, repeat, c, encode(unseen), progress)
            rows += [about | {"seeds": seeds} | row for seeds, row in losses.items()]
    return {"first_member": asdict(history), "floors": floors, "rows": rows}


def member(
    settings: dict, repeat: int, c: float, part: int, seed: int, on_step=None, progress=True
) -> tuple[GPT, training.History]:
    """A small GPT trained on a repeat's text without its part-th random choice of scenes."""
    text = playwright.write(settings["characters"], seed=100 + repeat)
    ids = encode(held_out(text, c, seed=1000 * repeat + part))
    unseen = encode(playwright.write(settings["unseen"], seed=200 + repeat))
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=TOKENIZER.vocab_size, **settings["model"]))
    options = {"seed": seed, "on_step": on_step, "progress": progress}
    return model, training.train(model, ids, unseen, **settings["training"], **options)


def encode(text: str) -> Tensor:
    return torch.tensor(TOKENIZER.encode(text))


def _losses(settings: dict, repeat: int, c: float, ids: Tensor, progress: bool) -> dict:
    """The losses of both kinds of ensemble; a member that is in both is trained once."""
    each = range(settings["members"])
    kinds = {"differ": [(k, k) for k in each], "one": [(k, 0) for k in each] if c else [(0, 0)]}
    trained = {
        pair: member(settings, repeat, c, *pair, progress=progress)[0]
        for pair in dict.fromkeys(kinds["differ"] + kinds["one"])
    }
    return {seeds: _pooled([trained[p] for p in pairs], ids) for seeds, pairs in kinds.items()}


def _pooled(models: list[GPT], ids: Tensor) -> dict[str, float]:
    _, targets, each = log_probs(models, ids)
    losses = decompose_log_loss(targets, each)._asdict()
    return {name: round(nats, 5) + 0.0 for name, nats in losses.items()}  # 0.0, never -0.0


def _floor(text: str, model: GPT) -> float:
    """What the truth pays on the characters that are scored, in nats per character."""
    places, _, _ = log_probs([model], encode(text))
    return math.log(2) * torch.tensor(playwright.surprisals(text))[places].mean().item()
