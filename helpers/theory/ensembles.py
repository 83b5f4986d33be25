"""Ensembles: when many models together are better than each of them, and by how much.

This one import also brings `decomposition` (error = average error - ambiguity, for any models),
`students` (linear students, exactly) and `simulation` (the same, measured). Its own: the best share
of data to hold out, the best weight decay, the best weights.
Built in notebook *Diversity and error*.
"""

import math
from collections.abc import Callable

import numpy as np

from helpers.basics.numbers import array
from helpers.theory.decomposition import Errors, LogLoss, ambiguity, decompose, decompose_log_loss
from helpers.theory.simulation import Measured, simulate
from helpers.theory.students import (
    Parts,
    error_matrix,
    error_parts,
    learning_curve,
    random_subsets,
    training_error,
)

__all__ = ["Errors", "LogLoss", "Measured", "ambiguity", "decompose", "decompose_log_loss"]
__all__ += ["Parts", "error_matrix", "error_parts", "learning_curve", "random_subsets"]
__all__ += ["best_c", "best_lambda", "best_weights", "simulate", "training_error"]

LEAST, MOST = -9, 3  # log10 of the weight decays that best_lambda looks at
CLOSE, TIE_BREAK, ROUNDING = 1e-12, 1e-10, 1e-8  # relative to a weight, to an error


def best_c(alpha, lam, sigma2, K=math.inf, T=0.0) -> float:
    """The share of the data to hold out of every student, for the least ensemble error.

    For K = ∞ it is max(0, (1 - λ/σ²) / (1 + G(α, σ²))). Source: Sollich & Krogh 1995, equation 12.
    """
    return _lowest(lambda c: learning_curve(c, alpha, lam, sigma2, K, T).error, 0.0, 1.0)


def best_lambda(c, alpha, sigma2, K=math.inf, T=0.0) -> float:
    """The weight decay with the least ensemble error at a given c, between 1e-9 and 1000.

    For a single student without training noise it is σ²; for K = ∞ it is σ²(1 - c(1 + G(α, σ²)))
    as long as that is positive, then 1e-9: as little as we look at.
    """
    find = _lowest(lambda e: learning_curve(c, alpha, 10**e, sigma2, K, T).error, LEAST, MOST)
    return 10**find


def _lowest(curve: Callable, low: float, high: float, points: int = 1001, zooms: int = 4) -> float:
    """Where a curve is lowest in [low, high]: on a grid, then on a finer one around the place."""
    for _ in range(zooms):
        grid = np.linspace(low, high, points)
        place = int(np.argmin(curve(grid)))
        low, high = grid[max(0, place - 1)], grid[min(points - 1, place + 1)]
    return float(grid[place])


def best_weights(errors) -> np.ndarray:
    """The weights w ≥ 0 with Σw = 1 and the least ensemble error w @ E @ w, for E (K, K).

    Members are let in one by one, always the one that helps most, and sent out again when their
    weight would be negative (Lawson & Hanson 1974, chapter 23, applied to E). ValueError unless E
    is symmetric and no w makes an error below 0.
    """
    E = _comparable(errors)
    w, inside = np.zeros(len(E)), np.zeros(len(E), dtype=bool)
    for _ in range(10 * len(E)):
        slope = np.where(inside, 0, 1 - E @ w)
        if slope.max() <= CLOSE:
            break
        inside[slope.argmax()] = True
        w = _walk(E, w, inside)
    return w / w.sum()


def _walk(E: np.ndarray, w: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """From w to the best weights of those inside; a member whose weight reaches 0 is sent out."""
    while True:
        aim = np.zeros(len(E))
        aim[inside] = np.linalg.solve(E[np.ix_(inside, inside)], np.ones(inside.sum()))
        falling = inside & (aim <= 0)
        if not falling.any():
            return aim
        step = (w[falling] / (w[falling] - aim[falling])).min()
        w = w + step * (aim - w)
        inside &= w > CLOSE
        w[~inside] = 0


def _comparable(errors) -> np.ndarray:
    """E in units of its mean member's error; twins, between whom E cannot choose, share alike."""
    E = array(errors)
    square = E.ndim == 2 and E.shape[0] == E.shape[1] > 0 and np.isfinite(E).all()
    scale = E.diagonal().mean() or 1.0 if square else 1.0
    if not square or not np.allclose(E, E.T) or np.linalg.eigvalsh(E).min() < -ROUNDING * scale:
        raise ValueError(
            "errors must be a symmetric (K, K) matrix of finite numbers without negative "
            f"eigenvalues; got shape {E.shape}. Try error_matrix(random_subsets(0.2, 1, 10), …)."
        )
    return E / scale + TIE_BREAK * np.eye(len(E))
