"""Preferences: which of two answers people would choose, and the rewards that explain it.

Source: Bradley & Terry 1952. Built in the notebook *Alignment*.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.learning.alignment.closed_form import margin


def bradley_terry(reward_winner, reward_loser) -> Tensor:
    """P(the first is preferred) = σ(r_w - r_l): only differences of rewards can be learned."""
    return margin(reward_winner, reward_loser).sigmoid()


def reward_loss(reward_winner, reward_loser) -> Tensor:
    """-ln P(what people preferred), the mean over pairs: the loss of a reward model."""
    return -F.logsigmoid(margin(reward_winner, reward_loser)).mean()


@takes(rewards="numbers M", generator="generator")
def compare(rewards: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
    """Neighbours are compared, and one is preferred with Bradley and Terry's probability.

    rewards: (2N,) of answers 0 and 1, 2 and 3, … Returns the places of winners and losers, (N,).
    """
    need(len(rewards) % 2 == 0, "rewards", "be even in number", rewards, "Leave out the last.")
    first, second = rewards.cpu().double().view(-1, 2).unbind(-1)  # not every device has doubles
    wins = torch.rand(len(first), generator=generator) < bradley_terry(first, second)
    places = 2 * torch.arange(len(first))
    winners, losers = torch.where(wins, places, places + 1), torch.where(wins, places + 1, places)
    return winners.to(rewards.device), losers.to(rewards.device)


@takes(vocab_size="count", answers="tokens N A <vocab_size")
def count_tokens(answers: Tensor, vocab_size: int) -> Tensor:
    """How often each token stands in each answer: (N, A) -> (N, V)."""
    return F.one_hot(answers, vocab_size).sum(1).float()


@takes(winners="numbers N V alike", losers="numbers N V alike", penalty="least0")
def count_reward(winners: Tensor, losers: Tensor, penalty: float = 0.005) -> Tensor:
    """The simplest reward model, so many points for each token, fitted exactly to comparisons.

    winners, losers: (N, V) counts. Returns (V,): the weights with the least
    `reward_loss` + penalty · Σ weights²; the loss is convex, so there is one minimum.
    """
    weights = torch.zeros(
        winners.shape[1], dtype=winners.dtype, device=winners.device, requires_grad=True
    )
    search = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def evaluate() -> Tensor:
        search.zero_grad()
        loss = reward_loss(winners @ weights, losers @ weights) + penalty * weights.square().sum()
        loss.backward()
        return loss

    search.step(evaluate)
    return weights.detach()
