"""Preferences: whole answers, their log-probabilities, and a GPT that learns from comparisons.

Sources: Bradley & Terry 1952; Rafailov et al. 2023, equation 7 (DPO). Built in notebook 10.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.learning.alignment.closed_form import bradley_terry, dpo_loss, reward_loss
from helpers.learning.fitting import fit


def answer_log_probs(model: nn.Module, prompt: Tensor, answers: Tensor) -> Tensor:
    """ln P(whole answer | prompt): prompt (1, T), answers (N, A) -> (N,) nats, with gradient."""
    text = torch.cat([prompt.expand(len(answers), -1), answers], dim=1)
    logits = model(text[:, :-1])[0][:, prompt.shape[1] - 1 :]  # (N, A, V)
    return logits.log_softmax(-1).gather(-1, answers[..., None]).sum((1, 2))


def compare(rewards: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
    """Neighbours meet, and one is preferred with Bradley and Terry's probability.

    rewards: (2N,) of answers 0 and 1, 2 and 3, … Returns the places of winners and losers, (N,).
    """
    first, second = rewards.double().view(-1, 2).unbind(-1)
    wins = torch.rand(len(first), generator=generator) < bradley_terry(first, second)
    places = 2 * torch.arange(len(first))
    return torch.where(wins, places, places + 1), torch.where(wins, places + 1, places)


def learn_answers(
    model: nn.Module, texts: Tensor, *, steps: int, lr: float, batch_size: int = 64, seed: int = 0
) -> list[float]:
    """Ordinary training on whole texts, prompt and answer: (N, T). Returns losses in nats each."""

    def batch_loss() -> Tensor:
        rows = texts[torch.randint(len(texts), (batch_size,))]
        return (texts.shape[1] - 1) * model(rows[:, :-1], rows[:, 1:])[1]

    return fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=False)


def count_tokens(answers: Tensor, vocab_size: int) -> Tensor:
    """How often each token stands in each answer: (N, A) -> (N, V)."""
    return F.one_hot(answers, vocab_size).sum(1).float()


def count_reward(winners: Tensor, losers: Tensor, penalty: float = 0.005) -> Tensor:
    """The simplest reward model: so much for each token. Fitted to comparisons, exactly.

    winners, losers: (N, V) counts. Returns (V,): the weights with the least
    `reward_loss` + penalty · Σ weights²; the loss is convex, so there is one minimum.
    """
    weights = torch.zeros(winners.shape[1], requires_grad=True)
    search = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def evaluate() -> Tensor:
        search.zero_grad()
        loss = reward_loss(winners @ weights, losers @ weights) + penalty * weights.square().sum()
        loss.backward()
        return loss

    search.step(evaluate)
    return weights.detach()


def dpo(
    model: nn.Module,
    prompt: Tensor,
    winners: Tensor,
    losers: Tensor,
    *,
    beta: float,
    steps: int,
    batch_size: int = 32,
    lr: float = 2e-4,
    seed: int = 0,
) -> list[float]:
    """Fine-tune in place on comparisons; the reference is the model as it comes. Returns losses.

    winners, losers: (N, A) tokens of answers to the one prompt (1, T).
    """
    with torch.no_grad():
        reference = [answer_log_probs(model, prompt, part) for part in (winners, losers)]

    def batch_loss() -> Tensor:
        rows = torch.randint(len(winners), (batch_size,))
        both = torch.cat([winners[rows], losers[rows]])
        w, l = answer_log_probs(model, prompt, both).chunk(2)  # noqa: E741
        return dpo_loss(w, l, reference[0][rows], reference[1][rows], beta)

    settings = {"steps": steps, "lr": lr, "seed": seed, "weight_decay": 0.0}
    return fit(model, batch_loss, progress=False, **settings)
