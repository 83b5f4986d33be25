"""Linear students of a linear teacher: what an ensemble of them pays, exactly.

A teacher y = w0·x/√N + noise of variance σ² shows αN examples. Each student is held back a random
share c of them and fits the rest by least squares with weight decay λ. For N → ∞ the errors are
known in closed form. They are quoted without σ², which no student can avoid.

α  examples per dimension     λ  weight decay     σ²  variance of the target's noise
c  share held out of a student's data     K  students     T  noise of the training itself
Source: Sollich & Krogh 1995, equations 7 to 12. Built in notebook *Diversity and error*.
"""

import math
from typing import NamedTuple

import numpy as np

from helpers.basics.borders import takes
from helpers.basics.numbers import array, checked, whole

TINY = 1e-300  # stands for no examples, where nothing is shared either


class Errors(NamedTuple):
    """error = average_error - ambiguity: of the ensemble, of a member, between the members."""

    error: float | np.ndarray
    average_error: float | np.ndarray
    ambiguity: float | np.ndarray


def learning_curve(c, alpha, lam, sigma2, K=math.inf, T=0.0) -> Errors:
    """The error of K equal students averaged with weights 1/K, their mean error, the ambiguity.

    Numbers give floats; any of them may be an array (they are broadcast). 0 ≤ c ≤ 1, alpha > 0,
    lam > 0, sigma2 ≥ 0, T ≥ 0, K a whole number ≥ 1 or math.inf; ValueError otherwise. At c = 1
    no student has seen an example and the error is 1. Source: equations 9 to 11.

    >>> [round(e, 6) for e in learning_curve(0.1, alpha=1, lam=0.05, sigma2=0.2)]
    [0.4, 0.5, 0.1]
    """
    s = settings(c, alpha, lam, sigma2, K, T)
    alone, apart = _alone_and_apart(s)
    ambiguity = (1 - 1 / s.K) * (alone - apart)
    return Errors(*map(_plain, np.broadcast_arrays(alone - ambiguity, alone, ambiguity)))


class Parts(NamedTuple):
    """An ensemble's error in three parts: what all ignore, what pairs share, what is each one's."""

    ignored: float | np.ndarray
    shared: float | np.ndarray
    private: float | np.ndarray


def error_parts(c, alpha, lam, sigma2, K=math.inf, T=0.0) -> Parts:
    """Where the error of `learning_curve` comes from; the three parts are its sum.

    ignored: ρ², what no student has learned. shared: q(σ² + ε∞) with q = (1 - ρ)²/α, the noise and
    the error that two students take from the examples that both have seen; ε∞ = ignored + shared
    is the error of infinitely many. private: the rest, which falls like 1/K. Numbers and errors as
    in `learning_curve`. Source: equation 10, solved for its right side.

    >>> [round(part, 6) for part in error_parts(0.1, alpha=1, lam=0.05, sigma2=0.2, K=2)]
    [0.0625, 0.3375, 0.05]
    """
    s = settings(c, alpha, lam, sigma2, K, T)
    alone, apart = _alone_and_apart(s)
    ignored = unlearned((1 - s.c) * s.alpha, s.lam) ** 2
    parts = ignored, apart - ignored, (alone - apart) / s.K
    return Parts(*map(_plain, np.broadcast_arrays(*parts)))


def _alone_and_apart(s: "Settings"):
    """A student's own error, and the mean product of the errors of two of them."""
    own, shared = (1 - s.c) * s.alpha, (1 - s.c) ** 2 * s.alpha
    alone = pair_error(own, own, own, s.lam, s.lam, s.sigma2) + s.T * response(own, s.lam)
    return alone, pair_error(own, own, shared, s.lam, s.lam, s.sigma2)


@takes(alpha="amount0", lam="amount")
def unlearned(alpha, lam):
    """ρ = λG(α, λ), between 0 and 1: the share of the teacher that a student has not learned.

    On average over data sets a student's weights are (1 - ρ) times the teacher's.
    """
    b = 1 - alpha - lam
    large = np.abs(b) + np.sqrt(b * b + 4 * lam)  # two forms of one root: neither subtracts equals
    return np.where(b > 0, large / 2, 2 * lam / large)


def response(alpha, lam):
    """G(α, λ) = tr(A + λ)⁻¹ / N, with A the inputs' covariance; λG + αG / (1 + G) = 1. Equation 8.

    >>> round(float(response(1, 0.05)), 9)
    4.0
    """
    return unlearned(alpha, lam) / lam


def pair_error(alpha_k, alpha_l, shared, lam_k, lam_l, sigma2):
    """ε_kl, the mean product of the errors of students k and l. Equation 10.

    shared: examples per dimension that both have seen. All alike, it is a single student's error.
    """
    rho_k, rho_l = unlearned(alpha_k, lam_k), unlearned(alpha_l, lam_l)
    s_k, s_l = rho_k / (lam_k + rho_k), rho_l / (lam_l + rho_l)  # G / (1 + G)
    q, part = shared * s_k * s_l, shared / np.maximum(alpha_l, TINY)
    rest = 1 - part + part * (lam_k / (lam_k + rho_k) + s_k * rho_l)  # 1 - q, also for q close to 1
    return (rho_k * rho_l + sigma2 * q) / rest


def error_matrix(shared, lam, sigma2, T=0.0) -> np.ndarray:
    """All pairs at once: with ensemble weights w, error = w @ E @ w, average_error = w @ diag(E).

    shared (K, K): examples per dimension that k and l have in common, on the diagonal those of k
    (`random_subsets` makes one). lam, T: numbers or (K,). Returns E (K, K). Equations 9 and 10.
    """
    shared = _overlaps(shared)
    own, each = shared.diagonal(), np.ones(len(shared))
    s = settings(0, 1, array(lam) * each, sigma2, 1, array(T) * each)
    E = pair_error(own[:, None], own, shared, s.lam[:, None], s.lam, s.sigma2)
    return E + np.diag(s.T * response(own, s.lam))


def random_subsets(c, alpha, K: int) -> np.ndarray:
    """Examples per dimension that two of K students share when each misses a random share c."""
    s, K = settings(c, alpha, 1, 0, K, 0), whole("K", K)
    kept = (1 - s.c) * np.ones(K)
    return s.alpha * np.where(np.eye(K, dtype=bool), kept, np.outer(kept, kept))


def _overlaps(shared) -> np.ndarray:
    shared = array(shared)
    square = shared.ndim == 2 and shared.shape[0] == shared.shape[1]
    if not square or not (shared <= shared.diagonal()).all() or not (shared >= 0).all():
        raise ValueError(
            "shared must be (K, K), ≥ 0, and no pair may share more than either has (the diagonal);"
            f" got shape {shared.shape}. Try random_subsets(c=0.2, alpha=1, K=10)."
        )
    return shared


def training_error(c, alpha, lam, sigma2):
    """A student's mean squared error on its own examples, noise included (T = 0).

    Below sigma2 it has fitted noise: it over-fits.
    """
    s = settings(c, alpha, lam, sigma2, 1, 0.0)
    own = (1 - s.c) * s.alpha
    alone = pair_error(own, own, own, s.lam, s.lam, s.sigma2)
    return _plain((alone + s.sigma2) / (1 + response(own, s.lam)) ** 2)


class Settings(NamedTuple):
    """The six numbers of a system, as arrays."""

    c: np.ndarray
    alpha: np.ndarray
    lam: np.ndarray
    sigma2: np.ndarray
    K: np.ndarray
    T: np.ndarray


def settings(c, alpha, lam, sigma2, K, T) -> Settings:
    """The six numbers, checked. ValueError names the first impossible one."""
    share = "lie in [0, 1], the share of the data held out"
    whole = "be a whole number ≥ 1, or math.inf"
    return Settings(
        checked("c", c, lambda x: (x >= 0) & (x <= 1), share, "Try 0.25."),
        checked("alpha", alpha, _positive, "be positive and finite", "Try 1.0."),
        checked("lam", lam, _positive, "be positive and finite", "Try 0.05, or 1e-9 for almost 0."),
        checked("sigma2", sigma2, _not_negative, "be ≥ 0 and finite", "Try 0.2."),
        checked("K", K, lambda x: (x >= 1) & (np.floor(x) == x), whole, "Try 10."),
        checked("T", T, _not_negative, "be ≥ 0 and finite", "Try 0.0."),
    )


def _plain(values):
    """An array of one number as a float, any other as it is."""
    return values.item() if np.ndim(values) == 0 else values


def _positive(x):
    return (x > 0) & np.isfinite(x)


def _not_negative(x):
    return (x >= 0) & np.isfinite(x)
