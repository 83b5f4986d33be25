"""Speculative decoding on the Playwright: how many tokens a call of the large model yields.

The shipped MoE drafts, the shipped GPT checks. Notebook: A model of English.
"""

from collections.abc import Callable

import torch
from tqdm import tqdm

from helpers.learning import speculative
from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers

LARGE, SMALL = "data/checkpoints/playwright", "data/checkpoints/moe_playwright"
RECIPES = {
    "drafts_playwright": {"drafted": [1, 2, 4, 8, 16], "seeds": [*range(6)], "characters": 150}
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every number of drafted tokens and every seed: calls, and drafted tokens kept."""
    cases = [(n, seed) for n in settings["drafted"] for seed in settings["seeds"]]
    return {"rows": [one(settings, *case) for case in tqdm(cases, "texts", disable=not progress)]}


def one(settings: dict, drafted: int, seed: int) -> dict:
    """A scene's opening by the Playwright, continued by so many characters."""
    model, draft = GPT.load(LARGE), GPT.load(SMALL)
    opening = playwright.write(60, seed=seed).split("\n\n")[0] + "\n\n"
    prompt = torch.tensor([tokenizers.load(LARGE).encode(opening)])
    new, generator = settings["characters"], torch.Generator().manual_seed(seed)
    done = speculative.speculate(model, draft, prompt, new, drafted, generator=generator)
    return {"drafted": drafted, "seed": seed, "calls": done.calls, "kept": done.kept}
