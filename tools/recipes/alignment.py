"""How near DPO and policy gradients come to the best policy. In the notebook *Alignment*."""

import copy
from collections.abc import Callable, Iterator
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.learning.alignment import dpo, optimal_value, preferences
from helpers.learning.alignment.answers import answer_log_probs
from helpers.learning.alignment.policy_gradient import improve
from helpers.learning.fitting import fit
from helpers.models.gpt import GPT
from helpers.text.playwright import speeches
from recipes.overoptimisation import PROMPT, TOKENIZER, draw, speaker

RECIPES = {
    "alignment_playwright": {
        "answers": 16_000,
        "length": 12,
        "compared": 8_000,
        "beta": 0.5,
        "seeds": [0, 1, 2],
        "sampled": 1_500,
        "model": {"n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 400, "lr": 8e-3},
        "batch_size": 64,
        "runs": [
            ["DPO", 3e-4, 60],
            ["DPO", 3e-4, 240],
            ["policy gradient", 7e-4, 40],
            ["policy gradient", 7e-4, 160],
            ["DPO", 3e-4, 480],
            ["DPO, no luck", 3e-4, 480],
        ],
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per seed: where the model starts, the best that is possible, and where each run ends."""
    return {"rows": [row for seed in settings["seeds"] for row in one_seed(settings, seed)]}


def one_seed(settings: dict, seed: int) -> Iterator[dict]:
    """The rows of one model; "no luck": every choice weighed by its probability, none is drawn."""
    model, beta = speaker(settings, seed), settings["beta"]
    drawn = draw(settings, model, settings["compared"], seed)
    liked = reward(drawn)
    levels, counts = liked.unique(return_counts=True)
    best = optimal_value((counts / len(liked)).double(), levels.double(), beta).item()
    yield {"seed": seed, "method": "before", "J": round(liked.mean().item(), 4)}
    yield {"seed": seed, "method": "best", "J": round(best, 4)}
    for method, lr, steps in settings["runs"]:
        tuned = tune(settings, model, drawn, liked, method, lr, steps, seed)
        about = {"seed": seed, "method": method, "lr": lr, "steps": steps}
        yield about | measured(settings, tuned, model, seed)


def tune(settings, model: GPT, drawn: Tensor, liked: Tensor, method, lr, steps, seed) -> GPT:
    """A copy of the model after so many steps of the method."""
    tuned, options = copy.deepcopy(model), {"lr": lr, "steps": steps, "seed": seed}
    if method == "DPO, no luck":
        without_luck(tuned, drawn, liked, settings["beta"], settings["batch_size"], options)
        return tuned
    options |= {"beta": settings["beta"], "batch_size": settings["batch_size"]}
    if method == "DPO":
        wins, losses = preferences.compare(liked, torch.Generator().manual_seed(seed))
        dpo.train(tuned, PROMPT, drawn[wins], drawn[losses], **options)
    else:
        improve(tuned, PROMPT, reward, length=settings["length"], **options)
    return tuned


def without_luck(tuned: GPT, drawn: Tensor, liked: Tensor, beta, batch_size, options) -> None:
    """DPO on the same pairs, both outcomes of each weighed by Bradley and Terry's probability."""
    first, second = drawn[0::2], drawn[1::2]
    chance = preferences.bradley_terry(liked[0::2], liked[1::2])
    with torch.no_grad():
        before = [answer_log_probs(tuned, PROMPT, part) for part in (first, second)]

    def batch_loss() -> Tensor:
        rows = torch.randint(len(first), (batch_size,))
        both = torch.cat([first[rows], second[rows]])
        one, other = answer_log_probs(tuned, PROMPT, both).chunk(2)
        margin = beta * ((one - before[0][rows]) - (other - before[1][rows]))
        p = chance[rows]
        return (p * F.softplus(-margin) + (1 - p) * F.softplus(margin)).mean()

    fit(tuned, batch_loss, progress=False, weight_decay=0.0, **options)


@torch.no_grad()
def measured(settings: dict, tuned: GPT, model: GPT, seed: int) -> dict:
    """J = E[r] - β KL with its standard error, its two parts, and the share of faults."""
    answers = draw(settings, tuned, settings["sampled"], seed)
    earned = reward(answers)
    far = answer_log_probs(tuned, PROMPT, answers) - answer_log_probs(model, PROMPT, answers)
    worth = earned - settings["beta"] * far
    found = {"J": worth.mean(), "J_se": worth.std() / len(worth) ** 0.5, "reward": earned.mean()}
    found |= {"kl": far.mean(), "faults": (earned < 0).float().mean()}
    return {name: round(value.item(), 4) for name, value in found.items()}


def reward(answers: Tensor) -> Tensor:
    return torch.tensor([_applause(TOKENIZER.decode(row)) for row in answers])


@lru_cache(maxsize=100_000)
def _applause(answer: str) -> float:
    return speeches.applause(answer)
