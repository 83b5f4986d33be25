"""How far a written text gets before its first impossible character. Notebook: Generate."""

from collections.abc import Callable

import torch

from helpers.learning import sampling
from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.text.playwright import writable_length

CHECKPOINT = "data/checkpoints/playwright"
RECIPES = {
    "sampling_playwright": {
        "opening": "A graveyard. Enter Ajax, Beatrix and Kent.\n\n",
        "characters": 150,
        "texts": 32,
        "seeds": [0, 1, 2, 3],
        "temperatures": [0.25, 0.5, 0.75, 1.0, 1.25, 1.5],
        "cuts": {"no cut": {}, "top-p 0.9": {"top_p": 0.9}},
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every cut, temperature and seed: the mean characters before the first mistake."""
    rows = [
        {
            "cut": cut,
            "temperature": T,
            "right": [one(settings, s, T, cut) for s in settings["seeds"]],
        }
        for cut in settings["cuts"]
        for T in settings["temperatures"]
    ]
    return {"rows": rows}


def one(settings: dict, seed: int, temperature: float, cut: str) -> float:
    """The mean over one seed's texts; a text without a mistake counts with its whole length."""
    model, tokenizer = GPT.load(CHECKPOINT), tokenizers.load(CHECKPOINT)
    opening, generator = settings["opening"], torch.Generator().manual_seed(seed)
    prompt = torch.tensor([tokenizer.encode(opening)]).expand(settings["texts"], -1)
    options = {"temperature": temperature, "generator": generator, **settings["cuts"][cut]}
    written = sampling.generate(model, prompt, settings["characters"], **options)
    lengths = [writable_length(tokenizer.decode(row)) - len(opening) for row in written]
    return round(sum(lengths) / len(lengths), 2)
