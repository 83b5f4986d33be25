"""Several attempts at one question: how often one is right, and what choosing the best does.

Sources: Chen et al. 2021, equation 1 (pass@k); Stiennon et al. 2020 (best-of-n).
Built in the notebook *Rewards that can be checked*.
"""

import math

from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.learning.alignment.closed_form import as_tensor
from helpers.theory.probability import distribution


def pass_at_k(n: int, c: int, k: int) -> float:
    """From n attempts, of which c were right: an unbiased estimate of P(one of k is right).

    1 - C(n - c, k) / C(n, k): the share of all choices of k attempts that hold a right one.
    ValueError unless 0 ≤ c ≤ n and 1 ≤ k ≤ n.

    >>> pass_at_k(4, 1, 2)
    0.5
    """
    n = whole("n", n)
    c, k = whole("c", c, 0, n), whole("k", k, 1, n)
    return 1 - math.comb(n - c, k) / math.comb(n, k)


@takes(n="count")
def best_of_n(probs, rewards, n: int) -> Tensor:
    """What the best of n answers is, exactly: (..., A) probabilities and rewards -> (..., A).

    Among equal rewards the first that was drawn is taken. P(the best earns at most r) is the chance
    that all n earn at most r; within a level answers keep their proportions. ValueError if the
    shapes differ.
    """
    probs, rewards = distribution(as_tensor(probs)), as_tensor(rewards)
    alike = probs.shape == rewards.shape
    need(alike, "rewards", f"be {tuple(probs.shape)}, as probs", rewards, "Pass one for each.")
    at_most = rewards[..., None, :] <= rewards[..., :, None]  # (..., A, A): the other is no better
    below = rewards[..., None, :] < rewards[..., :, None]
    level = at_most & ~below
    upto, under, same = ((probs[..., None, :] * m).sum(-1) for m in (at_most, below, level))
    return (upto**n - under**n) * probs / same.where(same > 0, 1.0)  # 0 / 1 where never drawn
