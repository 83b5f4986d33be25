"""Sums answered at once, and written out. In the notebook *Rewards that can be checked*."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.learning.fitting import fit
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.tasks import long_sums

RECIPES = {
    "written_sums": {
        "model": {"n_layer": 1, "n_head": 4, "n_embd": 64, "positions": "rotary"},
        "terms": [2, 4, 6],
        "steps": 800,
        "batch_size": 64,
        "seeds": [0, 1, 2],
        "asked": 1000,
        "arms": [  # name, layout, rate, whether steps make up for the shorter text
            ["written out", "written out", 3e-3, False],
            ["at once", "at once", 3e-3, False],
            ["at once, as many tokens", "at once", 3e-3, True],
            ["dots", "dots", 3e-3, False],
            ["work after", "work after", 3e-3, False],
        ],
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """How often the answer is right, per number of terms, arm and seed.

    With two terms there is nothing to write out: all layouts are one, and are trained once.
    """
    rows = []
    for terms in settings["terms"]:
        arms = settings["arms"] if terms > 2 else settings["arms"][:1]
        for name, layout, lr, longer in arms:
            for seed in settings["seeds"]:
                steps = settings["steps"]
                steps = round(steps * (2 * terms - 1) / (terms + 1)) if longer else steps
                model, losses = learn(settings, terms, layout, lr, steps, seed)
                right = share_right(model, terms, layout, settings["asked"])
                end = round(sum(losses[-50:]) / len(losses[-50:]), 4)
                about = {"terms": terms, "arm": name, "seed": seed, "steps": steps}
                rows.append(about | {"right": round(right, 4), "loss": end})
    return {"rows": rows}


def learn(settings, terms: int, layout: str, lr, steps: int, seed: int) -> tuple[GPT, list[float]]:
    """A small GPT trained on fresh sums; only what is to be written counts in its loss."""
    torch.manual_seed(seed)
    size = {"block_size": 2 * terms, "vocab_size": long_sums.VOCAB}
    model = GPT(GPTConfig(**size, **settings["model"]))

    def batch_loss() -> Tensor:
        question, tail = long_sums.rows(long_sums.draw(settings["batch_size"], terms), layout)
        text = torch.cat([question, tail], dim=1)
        logits = model(text[:, :-1])[0][:, terms:]
        return F.cross_entropy(logits.flatten(0, 1), tail.flatten())

    return model, fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=False)


@torch.no_grad()
def share_right(model: GPT, terms: int, layout: str, asked: int) -> float:
    """The share of new sums that are answered rightly; the model writes what comes before."""
    generator = torch.Generator().manual_seed(99)
    text, tail = long_sums.rows(long_sums.draw(asked, terms, generator), layout)
    place = long_sums.answer_at(terms, layout)
    for _ in range(place + 1):
        text = torch.cat([text, model(text)[0][:, -1].argmax(-1, keepdim=True)], dim=1)
    return (text[:, -1] == tail[:, place]).float().mean().item()
