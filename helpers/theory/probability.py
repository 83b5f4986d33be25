"""Entropy, divergence and perplexity of distributions, in nats.

Sources: Shannon 1948, §6; Kullback & Leibler 1951. Used from notebook *Start here* on.
"""

import math

import numpy as np
import torch
from torch import Tensor

from helpers.basics.kinds import check_tensor
from helpers.basics.numbers import array, checked

BITS_PER_NAT = 1 / math.log(2)


def entropy(probs) -> Tensor:
    """H(p) = -Σ p ln p: the mean surprise, in nats, along the last dimension; 0 ≤ H ≤ ln V.

    >>> round(entropy([0.5, 0.25, 0.125, 0.125]).item() * BITS_PER_NAT, 6)
    1.75
    """
    return cross_entropy(probs, probs)


def cross_entropy(p, q) -> Tensor:
    """H(p, q) = -Σ p ln q: what q pays for text drawn from p, in nats; never below H(p).

    p, q: (..., V). Terms with p = 0 count 0; infinite where q = 0 < p.
    """
    p, q = distribution(p), distribution(q)
    return -(p * q.where(p > 0, 1.0).log()).sum(-1)  # 0 · ln 1: also its gradient is 0


def kl(p, q) -> Tensor:
    """KL(p‖q) = H(p, q) - H(p) ≥ 0, in nats: the extra cost of predicting q where p is true."""
    return cross_entropy(p, q) - entropy(p)


def perplexity(nats) -> float | Tensor:
    """e^nats: the number of equally likely tokens among which a choice would be as uncertain.

    >>> round(perplexity(math.log(61)))
    61
    """
    checked("nats", nats, np.isfinite, "be finite", "Try a loss that was measured.")
    return nats.exp() if isinstance(nats, Tensor) else math.exp(nats)


def distribution(probs) -> Tensor:
    """As a tensor of float32 or better; ValueError unless rows are ≥ 0 and sum to 1."""
    probs = probs if isinstance(probs, Tensor) else torch.from_numpy(array(probs)).float()
    probs = probs if probs.is_floating_point() else probs.float()
    check_tensor("A distribution", probs, "any", ["...", "V"], {})
    total = probs.sum(-1)
    if (probs < 0).any() or not torch.allclose(total, torch.ones_like(total), atol=1e-4):
        raise ValueError(
            "A distribution must be ≥ 0 and sum to 1 along the last dimension; "
            f"got a smallest entry {probs.min():.4g} and a first sum {total.flatten()[0]:.6g}. "
            "Try logits.softmax(-1)."
        )
    return probs
