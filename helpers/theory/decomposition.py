"""The ambiguity: how much the members of an ensemble disagree, and so how much averaging gains.

Squared error: error of the mean = mean of the errors - ambiguity, at every point, for any weights
that sum to 1 (Krogh & Vedelsby 1994). Log loss: the same holds for the geometric mean of the
members' probabilities (Heskes 1997); the arithmetic mean gains Jensen's gap.
Built in notebook *Diversity and error*.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.basics.numbers import array, checked
from helpers.theory.students import Errors

ROUNDING = 1e-5  # float32 gates sum to 1 within this; what is left is taken out by dividing


def decompose(y, predictions, weights=None) -> Errors:
    """Squared errors, averaged over the points: error = average_error - ambiguity.

    y: any shape, say (n,); predictions: the same with a last dimension of K members, (n, K), or
    one prediction per member, (K, n); weights: (K,), or one row per point as a gate gives them,
    (n, K); by default 1/K. The same weights stand in all three numbers. They must sum to 1 and may
    be negative, but then the ambiguity may be, too. ValueError for shapes or sums that do not fit.

    >>> decompose(y=0, predictions=[1, 2], weights=[0.5, 0.5])
    Errors(error=2.25, average_error=2.5, ambiguity=0.25)
    """
    y = checked("y", y, np.isfinite, "be finite", "Try it without the points that have no answer.")
    f = checked("predictions", predictions, np.isfinite, "be finite", "Try the members one by one.")
    if f.shape[:-1] != y.shape and f.shape[1:] == y.shape:
        f = np.moveaxis(f, 0, -1)
    if f.ndim == 0 or f.shape[:-1] != y.shape or not f.size:
        raise ValueError(
            f"predictions must have y's shape {y.shape} and one more dimension, the members; "
            f"got {f.shape}. Try numpy.stack(predictions, axis=-1)."
        )
    w = _weights(weights, f.shape)
    error = (y - _mean(w, f)) ** 2
    average = _mean(w, (y[..., None] - f) ** 2)
    return Errors(float(error.mean()), float(average.mean()), ambiguity(f, w))


def ambiguity(predictions, weights=None) -> float:
    """The weighted variance of the members' predictions: no answer y is needed to measure it.

    predictions: (..., K), the members last; weights as in `decompose`.
    """
    f = checked("predictions", predictions, np.isfinite, "be finite", "Leave out the gaps.")
    w = _weights(weights, f.shape)
    around = f - _mean(w, f)[..., None]  # of each member, around their own mean: y plays no part
    return float(_mean(w, around**2).mean())


def _mean(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    return (weights * values).sum(-1)


def _weights(weights, shape: tuple[int, ...]) -> np.ndarray:
    """Weights that fit (..., K) and sum to 1 over the members."""
    if not shape or not shape[-1]:
        raise ValueError(
            f"predictions must have a last dimension of members; got shape {shape}. Try [1.0, 2.0]."
        )
    K = shape[-1]
    w = np.full(K, 1 / K) if weights is None else array(weights)
    if w.shape not in (shape, (K,)) and w.T.shape == shape:
        w = w.T
    if w.shape not in (shape, (K,)):
        raise ValueError(
            f"weights must be one for each of the {K} members, or of shape {shape}, one row per "
            f"point; got {w.shape}. Try None for 1/{K} each."
        )
    totals = w.sum(-1, keepdims=True)
    if not np.allclose(totals, 1, rtol=0, atol=ROUNDING):
        raise ValueError(
            "weights must sum to 1 over the members, else error = average - ambiguity is false; "
            f"got a sum of {totals[~np.isclose(totals, 1, rtol=0, atol=ROUNDING)].flat[0]:g}. "
            "Try weights / weights.sum()."
        )
    return w / totals


class LogLoss(NamedTuple):
    """Nats. geometric = average_error - ambiguity; arithmetic = average_error - gap."""

    average_error: float
    geometric: float
    ambiguity: float
    arithmetic: float
    gap: float


def decompose_log_loss(targets, log_probs: Tensor, weights=None) -> LogLoss:
    """What K members pay on average for the targets, and what their two means pay, in nats.

    targets: (...) tokens; log_probs: (..., K, V), the members next to last; weights: (K,) or
    (..., K), ≥ 0, by default 1/K. The geometric mean of the probabilities is renormalised; its
    ambiguity needs no targets. All numbers are means over the targets and never negative.
    """
    log_q = _log_distributions(log_probs)
    index = _tokens(targets, log_q)[..., None, None]
    w = _weights(weights, tuple(log_q.shape[:-1]))
    w = torch.from_numpy(checked("weights", w, lambda x: x >= 0, "be ≥ 0", "Try 1/K each."))
    w = w.to(log_q.device)
    members = log_q.gather(-1, index.expand(*log_q.shape[:-1], 1))[..., 0]  # (..., K)
    average = -_expectation(w, members)
    geometric, disagreement = geometric_mean(log_q, w)
    arithmetic = (log_q + w.log()[..., None]).logsumexp(-2)  # ln Σ w_k q_k: what a mixture does
    pays = [-q.gather(-1, index[..., 0])[..., 0] for q in (geometric, arithmetic)]
    gap = _expectation(w, -members - pays[1][..., None])
    return LogLoss(*(x.mean().item() for x in (average, pays[0], disagreement, pays[1], gap)))


def geometric_mean(log_probs: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """ln q̄ with q̄ ∝ Π q_k^w_k, (..., V), and the ambiguity -ln Σ_v Π q_k(v)^w_k ≥ 0, (...)."""
    mixed = _expectation(weights[..., None], log_probs, dim=-2)
    log_z = mixed.logsumexp(-1)
    return mixed - log_z[..., None], -log_z


def _expectation(weights: Tensor, values: Tensor, dim: int = -1) -> Tensor:
    """Σ w x, where a member of weight 0 may have x = -∞ (a NaN otherwise)."""
    return torch.where(weights > 0, weights * values, 0.0).sum(dim)


def _log_distributions(log_probs: Tensor) -> Tensor:
    log_q = torch.as_tensor(log_probs).detach().cpu().double()
    totals = log_q.logsumexp(-1, keepdim=True)
    if not torch.allclose(totals, torch.zeros_like(totals), atol=1e-4):
        raise ValueError(
            "log_probs must be logarithms of distributions along the last dimension; got one that "
            f"sums to {totals.exp().flatten()[0]:g}. Try logits.log_softmax(-1)."
        )
    return log_q - totals


def _tokens(targets, log_q: Tensor) -> Tensor:
    tokens, V = torch.as_tensor(targets, device=log_q.device), log_q.shape[-1]
    whole = not (tokens.is_floating_point() or tokens.is_complex())
    inside = whole and bool(((tokens >= 0) & (tokens < V)).all())
    if not inside or tokens.shape != log_q.shape[:-2]:
        raise ValueError(
            f"targets must be tokens 0 … {V - 1} of shape {tuple(log_q.shape[:-2])}, as log_probs "
            f"(..., K, V) has them; got {tokens.dtype} {tuple(tokens.shape)}. "
            "Try log_probs = torch.stack(members, dim=-2)."
        )
    return tokens.long()
