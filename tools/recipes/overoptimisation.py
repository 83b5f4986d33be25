"""A small GPT tuned against a learned reward, at an ever lower price of KL.

Shown in the notebook *Alignment*.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from helpers.learning.alignment import preferences
from helpers.learning.alignment.answers import answer_log_probs, learn_answers
from helpers.learning.alignment.policy_gradient import improve
from helpers.learning.sampling import generate
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.playwright import speeches
from helpers.text.tokenizers import CharTokenizer

RECIPES = {
    "overoptimisation_playwright": {
        "answers": 16_000,
        "length": 12,
        "comparisons": 2_000,
        "betas": [3.0, 1.0, 0.3, 0.1, 0.03, 0.01],
        "seeds": [0, 1, 2],
        "sampled": 1_000,
        "model": {"n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 400, "lr": 8e-3},
        "tuning": {"steps": 150, "batch_size": 64, "lr": 1e-3},
    }
}
TOKENIZER = CharTokenizer(playwright.characters())
PROMPT = torch.tensor([TOKENIZER.encode("\n")])


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per seed: a model, a reward model, and where each β leads: proxy, true reward, KL."""
    rows = []
    for seed in settings["seeds"]:
        model = speaker(settings, seed)
        weights = reward_weights(settings, model, seed)
        rows.append(_measured(settings, model, model, weights, seed) | {"seed": seed, "beta": None})
        for beta in settings["betas"]:
            tuned = tune(settings, model, weights, beta, seed)
            row = _measured(settings, tuned, model, weights, seed)
            rows.append(row | {"seed": seed, "beta": beta})
    return {"rows": rows}


def speaker(settings: dict, seed: int, steps: int | None = None) -> GPT:
    """A small GPT that answers the prompt about as the Playwright does."""
    answers = speeches.draw(settings["answers"], settings["length"], seed=seed)
    texts = torch.tensor([TOKENIZER.encode("\n" + answer) for answer in answers])
    torch.manual_seed(seed)
    model = GPT(GPTConfig(settings["length"], TOKENIZER.vocab_size, **settings["model"]))
    options = settings["training"] | ({"steps": steps} if steps else {})
    learn_answers(model, texts, seed=seed, **options)
    return model


def reward_weights(settings: dict, model: GPT, seed: int) -> Tensor:
    """The reward model: comparisons by the true reward, explained by counts of characters."""
    answers = draw(settings, model, 2 * settings["comparisons"], seed)
    generator = torch.Generator().manual_seed(seed)
    winners, losers = preferences.compare(true_reward(answers), generator)
    counts = preferences.count_tokens(answers, TOKENIZER.vocab_size)
    return preferences.count_reward(counts[winners], counts[losers])


def tune(settings: dict, model: GPT, weights: Tensor, beta: float, seed: int) -> GPT:
    """A copy of the model after policy gradients against the reward model."""
    tuned = copy.deepcopy(model)
    reward = lambda answers: proxy(answers, weights)  # noqa: E731
    options = settings["tuning"] | {"length": settings["length"], "seed": seed}
    improve(tuned, PROMPT, reward, beta=beta, **options)
    return tuned


def draw(settings: dict, model: GPT, n: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(1000 + seed)
    prompts = PROMPT.expand(n, -1)
    return generate(model, prompts, settings["length"], generator=generator)[:, 1:]


def true_reward(answers: Tensor) -> Tensor:
    return torch.tensor([speeches.applause(TOKENIZER.decode(row)) for row in answers])


def proxy(answers: Tensor, weights: Tensor) -> Tensor:
    return preferences.count_tokens(answers, TOKENIZER.vocab_size) @ weights


@torch.no_grad()
def _measured(settings: dict, tuned: GPT, model: GPT, weights: Tensor, seed: int) -> dict:
    """Means over samples, each with its standard error, and the first three answers."""
    answers = draw(settings, tuned, settings["sampled"], seed)
    ratio = [answer_log_probs(m, PROMPT, answers) for m in (tuned, model)]
    found = {
        "kl": ratio[0] - ratio[1],
        "proxy": proxy(answers, weights),
        "true": true_reward(answers),
    }
    row = {name: round(values.mean().item(), 4) + 0.0 for name, values in found.items()}
    row |= {f"{name}_se": round(v.std().item() / len(v) ** 0.5, 4) for name, v in found.items()}
    return row | {"answers": [TOKENIZER.decode(a) for a in answers[:3]]}
