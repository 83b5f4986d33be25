"""Three ways to score experts who answer together, from Jacobs, Jordan, Nowlan & Hinton 1991.

They differ in who is blamed for an error, and so in whether experts cooperate or specialise.
Notebook *Mixture of experts*.
"""

import math
from typing import NamedTuple

import numpy as np
from torch import Tensor

from helpers.basics.numbers import checked
from helpers.basics.tensors import double

HIGHEST = 700.0  # e^700 is about the largest number of float64


class ExpertLosses(NamedTuple):
    """The three losses of every case; competitive - cooperative = ambiguity, never below 0."""

    cooperative: Tensor
    competitive: Tensor
    mixture: Tensor


def expert_losses(target, outputs, gates) -> ExpertLosses:
    """(t - Σ p_m o_m)²,  Σ p_m (t - o_m)²  and  -ln Σ p_m exp(-½ (t - o_m)²), each (…).

    target t: (…); outputs o and gates p: (…, M), the gates ≥ 0 and summing to 1. Gradients flow.
    The third is the mixture's -ln P(t) for experts of variance 1, without the constant ½ ln 2π.

    >>> [round(loss.item(), 3) for loss in expert_losses(0.0, [1.0, -1.0], [0.5, 0.5])]
    [0.0, 1.0, 0.5]
    """
    t, o, p = double(target), double(outputs), double(gates)
    _check(t, o, p)
    squares = (t[..., None] - o) ** 2
    cooperative = (t - (p * o).sum(-1)) ** 2
    return ExpertLosses(cooperative, (p * squares).sum(-1), _mixture(p, -squares / 2))


def _mixture(p: Tensor, heights: Tensor) -> Tensor:
    """-ln Σ p exp(height), without ln p, whose gradient at 0 is none: a closed gate can open."""
    asked = heights.masked_fill(p == 0, -math.inf)
    top = asked.amax(-1, keepdim=True).detach()  # taken out: so no sum underflows
    return -((p * (heights - top).clamp(max=HIGHEST).exp()).sum(-1).log() + top.squeeze(-1))


def _check(t: Tensor, o: Tensor, p: Tensor) -> None:
    for name, part in (("targets", t), ("outputs", o), ("gates", p)):
        checked(name, part, np.isfinite, "be finite", "Leave out the cases with gaps.")
    sums = bool((p >= 0).all()) and bool(((p.sum(-1) - 1).abs() < 1e-6).all())
    if o.shape != p.shape or not o.ndim or o.shape[:-1] != t.shape or not sums:
        raise ValueError(
            "Every target needs M outputs and M gates that are ≥ 0 and sum to 1; got targets "
            f"{tuple(t.shape)}, outputs {tuple(o.shape)}, gates {tuple(p.shape)} with a sum "
            f"{p.sum(-1).flatten()[:1].tolist()}. Try scores.softmax(-1) for the gates."
        )
