"""Balance: how evenly the experts are used, and two losses that act on the router.

Sources: Fedus et al. 2022 (Switch Transformers), equations 4-6; Zoph et al. 2022 (ST-MoE), the
z-loss. Built by hand in notebook *Mixture of experts in GPT*.
"""

import math

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import check_tensor
from helpers.basics.numbers import whole
from helpers.models.routing import capacity, check_logits


def balance_loss(logits: Tensor, k: int = 1) -> Tensor:
    """E · Σ f_i P_i: choices times probabilities, 1 when either is uniform, E when both are one's.

    logits: (..., E). f_i: the share of all choices (k per token) that fell on expert i, without
    gradient; P_i: its mean probability. Its gradient moves probability away from busy experts. Its
    *value* is no measure of balance: it can be below 1 with experts that nobody asks.
    """
    share = chosen_share(logits, k)  # (E,)
    probs = logits.softmax(-1).flatten(0, -2)  # (N, E)
    return (probs.shape[-1] * share * probs.mean(0)).sum()


def chosen_share(logits: Tensor, k: int = 1) -> Tensor:
    """f: the share of the choices that falls on each expert when every token takes its best k.

    logits: (..., E). Returns (E,), which sums to 1; no gradient passes.
    """
    check_logits(logits, k)
    # a count of choices has no gradient; only the probabilities can be moved
    choices = logits.detach().topk(k, dim=-1).indices.flatten()
    return torch.bincount(choices, minlength=logits.shape[-1]) / len(choices)


def z_loss(logits: Tensor) -> Tensor:
    """The mean of (ln Σ e^logit)²: keeps logits small. It says nothing about balance.

    >>> round(z_loss(torch.zeros(1, 8)).item(), 6)  # (ln 8)²
    4.324077
    """
    check_logits(logits)
    return logits.logsumexp(-1).square().mean()


@takes(gates="numbers ... N E")
def expert_load(gates: Tensor) -> Tensor:
    """Tokens per expert: (..., E) gate weights -> (E,) counts of those that are not 0."""
    return (gates != 0).flatten(0, -2).sum(0)


def variation(counts: Tensor) -> float:
    """The coefficient of variation of counts (E,): 0 when all are equal, √(E - 1) when one has all.

    The standard deviation divided by the mean. Unlike the balance loss it cannot be fooled.
    """
    check_tensor("counts", counts, "counts", ["E"], {})
    counts = counts.cpu().double()  # not every device has doubles
    return (counts.std(unbiased=False) / counts.mean()).item()


def expected_experts_hit(n_expert: int, k: int, n_tokens: int) -> float:
    """How many different experts n_tokens ask together, expected: E · (1 - (1 - k/E)^n).

    Each token takes k different experts, all sets of k equally likely, tokens independently.

    >>> [round(expected_experts_hit(8, 2, n), 3) for n in (1, 2, 4, 8, 16)]
    [2.0, 3.5, 5.469, 7.199, 7.92]
    """
    check_experts(n_expert, k)
    whole("n_tokens", n_tokens, 0, advice="Try 1024.")
    return n_expert * (1 - (1 - k / n_expert) ** n_tokens)


def expected_dropped(n_tokens: int, n_expert: int, factor: float) -> float:
    """The share of tokens that find their expert full, when each picks one at random, expected.

    E · mean of (Bin(N, 1/E) - capacity)₊ / N: even perfect balance drops some, by chance alone.

    >>> round(expected_dropped(1024, 8, factor=1.0), 5)
    0.03296
    """
    check_experts(n_expert, 1)
    whole("n_tokens", n_tokens, advice="Try 1024.")
    counts = torch.arange(n_tokens + 1, dtype=torch.float64)
    log_ways = math.lgamma(n_tokens + 1) - (counts + 1).lgamma() - (n_tokens - counts + 1).lgamma()
    misses = torch.special.xlog1py(n_tokens - counts, counts.new_tensor(-1 / n_expert))
    chance = (log_ways - counts * math.log(n_expert) + misses).exp()
    too_many = (counts - capacity(factor, n_tokens, n_expert)).clamp(min=0)
    return (n_expert * (chance * too_many).sum() / n_tokens).item()


def check_experts(n_expert: int, k: int) -> None:
    """ValueError unless 1 ≤ k ≤ n_expert, both whole numbers."""
    whole("n_expert", n_expert, advice="Try k=2 of n_expert=8.")
    whole("k", k, 1, n_expert, advice="Try k=2 of n_expert=8.")
