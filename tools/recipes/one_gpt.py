"""One small GPT that gets the steps of a whole ensemble, and dropout: *Diversity and error*."""

from collections.abc import Callable

import torch

from helpers.learning import training
from helpers.learning.members import log_probs
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from recipes import ensembles

MEMBERS = ensembles.RECIPES["ensembles_playwright"]
LONGER = MEMBERS["training"] | {"steps": MEMBERS["members"] * MEMBERS["training"]["steps"]}
RECIPES = {
    "one_gpt_playwright": {
        "characters": MEMBERS["characters"],
        "unseen": MEMBERS["unseen"],
        "repeats": 2,
        "model": MEMBERS["model"] | {"dropout": 0.2},
        "training": LONGER,
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every repeat the steps, and what the model then pays on the text that is not read."""
    return {"rows": [_row(settings, r, on_step, progress) for r in range(settings["repeats"])]}


def _row(settings: dict, repeat: int, on_step: Callable | None, progress: bool) -> dict:
    """Texts and scored characters are those of the ensembles' repeat; the seed is 0."""
    ids = ensembles.encode(playwright.write(settings["characters"], seed=100 + repeat))
    unseen = ensembles.encode(playwright.write(settings["unseen"], seed=200 + repeat))
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=ensembles.TOKENIZER.vocab_size, **settings["model"]))
    row = {"repeat": repeat, "steps": [], "loss": [], "train_loss": []}

    def look(step: int, history: training.History) -> None:
        if step == history.steps[-1]:
            _, targets, log_q = log_probs([model], unseen)
            row["steps"].append(step)
            row["loss"].append(round(-log_q.gather(-1, targets[:, None, None]).mean().item(), 4))
            row["train_loss"].append(round(history.train_loss[-1], 4))
        if on_step:
            on_step(step, history)

    options = {"seed": 0, "on_step": look, "progress": progress}
    training.train(model, ids, unseen, **settings["training"], **options)
    return row
