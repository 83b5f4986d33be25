"""Exercises of the notebook *Rewards that can be checked*: a group, and attempts."""

import math

import torch

from helpers.learning.alignment.attempts import pass_at_k
from helpers.learning.alignment.groups import standardised
from helpers.practice.answers import doubles, then
from helpers.practice.exercise import Exercise


def advantages(rewards):
    mean = rewards.mean(1, keepdim=True)
    deviation = rewards.std(1, keepdim=True, correction=0)
    return (rewards - mean) / (deviation + 1e-4)


def _less(baseline, scale):
    """The rewards less a baseline, over a scale + 1e-4; both are functions of the rewards."""
    return lambda r: (r - baseline(r)) / (scale(r) + 1e-4)


def _mean(rewards):
    return rewards.mean(1, keepdim=True)


def _deviation(rewards):
    return rewards.std(1, keepdim=True, correction=0)


ONE = torch.ones_like
SLIPS_OF_ADVANTAGES = {
    "no baseline: every right answer pulls, however easy its question was.": (
        _less(torch.zeros_like, _deviation)
    ),
    "this is one baseline for all questions; each group has its own mean.": (
        _less(lambda r: r.mean(), _deviation)
    ),
    "the mean runs over the questions (dim 0); a group is a row, dim 1.": (
        _less(lambda r: r.mean(0, keepdim=True), _deviation)
    ),
    "you divided by the variance; its root, the deviation, has the rewards' own unit.": (
        _less(_mean, lambda r: _deviation(r) ** 2)
    ),
    "the deviation is missing.": lambda r: r - _mean(r),
    "this is the deviation of all answers together; each group has its own.": (
        _less(_mean, lambda r: r.std(correction=0))
    ),
    "this deviation divides by G - 1; here it is that of the group itself: `correction=0`.": (
        _less(_mean, lambda r: r.std(1, keepdim=True))
    ),
    "a group whose answers all earn alike gives 0 / 0, which is nan. Add 1e-4 to the deviation.": (
        lambda r: (r - _mean(r)) / _deviation(r)
    ),
    "the sign: what beats the mean must be above 0.": then(advantages, torch.neg),
    "the deviation is multiplied; divide by it.": lambda r: (r - _mean(r)) * _deviation(r),
}
GROUPS = doubles([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0])
check_advantages = Exercise(
    "19 The advantages of a group",
    "rewards (Q, G): a row for each question -> advantages (Q, G).",
    advantages,
    cases={
        "the advantages of three groups of four": (GROUPS,),
        "the advantages where one group is all right": (doubles([1.0, 1.0], [0.0, 1.0]),),
    },
    slips=SLIPS_OF_ADVANTAGES,
    right=[
        standardised,
        lambda r: torch.stack([(g - g.mean()) / (g.var(correction=0) ** 0.5 + 1e-4) for g in r]),
    ],
    hints=[
        "A row is a group. Its mean is `rewards.mean(1, keepdim=True)`, of shape (Q, 1).",
        "Subtract the mean, then divide by the deviation of the same row.",
        "Add 1e-4 to `rewards.std(1, keepdim=True, correction=0)`: a group that is all alike has "
        "none.",
    ],
)


def one_of_k(n, c, k):
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def _by_product(n, c, k):
    """All k attempts miss: one after the other, drawn without putting back."""
    missed = 1.0
    for i in range(k):
        missed *= max(0, n - c - i) / (n - i)
    return 1 - missed


check_one_of_k = Exercise(
    "19 One of k is right",
    "n attempts were made, c were right -> an unbiased estimate of P(one of k is right).",
    one_of_k,
    cases={
        "the estimate for n = 10, c = 3, k = 3": (10, 3, 3),
        "the estimate for n = 10, c = 2, k = 1": (10, 2, 1),
        "the estimate for n = 4, c = 3, k = 2": (4, 3, 2),
    },
    slips={
        "this puts every attempt back before the next is drawn, and is too low on average: the "
        "k must be k different ones of the n.": lambda n, c, k: 1 - (1 - c / n) ** k,
        "this is the chance that all k are wrong.": lambda n, c, k: 1 - one_of_k(n, c, k),
        "this is the chance that all k are right.": (
            lambda n, c, k: math.comb(c, k) / math.comb(n, k)
        ),
        "this is the chance that exactly one of k is right.": (
            lambda n, c, k: c * math.comb(n - c, k - 1) / math.comb(n, k)
        ),
        "c and n - c are exchanged: the wrong ones must fill all k places.": (
            lambda n, c, k: 1 - math.comb(c, k) / math.comb(n, k)
        ),
        "this is pass@1, whatever k is.": lambda n, c, k: c / n,
        "k times c/n is more than a chance can be: two right ones are counted twice.": (
            lambda n, c, k: k * c / n
        ),
    },
    right=[pass_at_k, _by_product],
    hints=[
        "How many ways are there to choose k of n attempts? `math.comb(n, k)`.",
        "And how many of them hold wrong ones only? There are n - c wrong ones.",
        "1 minus the share of the choices that hold wrong ones only.",
    ],
)
