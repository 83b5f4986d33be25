"""Linear students drawn, trained and measured, to set beside the exact curves.

Source of the experiment: Sollich & Krogh 1995, section 3. Built in notebook *Diversity and error*.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import checked, whole
from helpers.theory.decomposition import decompose
from helpers.theory.students import settings

STAND_IN = 10  # students that are trained to measure infinitely many


Errors = tuple[float, float, float]  # of the ensemble, of its average member, ambiguity


class Measured(NamedTuple):
    """Means over the runs, then their standard errors (nan for a single run)."""

    error: float
    average_error: float
    ambiguity: float
    error_se: float
    average_error_se: float
    ambiguity_se: float


def simulate(c, alpha, lam, sigma2, K, N: int, runs: int, seed: int, T: float = 0.0) -> Measured:
    """Draw a teacher and its examples, train K students, measure their errors; `runs` times.

    Numbers as in `learning_curve`, whose N → ∞ limit this approaches: its distance falls like 1/N
    and is a few percent at N = 30, more for a tiny lam with as many examples as dimensions. A share
    of examples that is no whole number is rounded up or down at random, right on average. K =
    math.inf is measured, without bias, on ten students. ValueError for an impossible number.
    """
    runs = whole("runs", runs, advice="Try 100.")
    return averaged([*itertools.islice(each_run(c, alpha, lam, sigma2, K, N, seed, T), runs)])


def each_run(c, alpha, lam, sigma2, K, N: int, seed: int, T: float = 0.0) -> Iterator[Errors]:
    """The three errors of one run after the other, without end; arguments as for `simulate`."""
    s = settings(c, alpha, lam, sigma2, K, T)
    if any(np.ndim(x) for x in s):
        raise ValueError("simulate takes one number for each setting; got an array. Try a loop.")
    N = whole("N", N, advice="Try 100.")
    generator, one = np.random.default_rng(whole("seed", seed, 0)), [float(x) for x in s]
    return (_run(generator, N, *one) for _ in itertools.count())


def averaged(runs: Sequence[Errors]) -> Measured:
    """Means of some runs and their standard errors."""
    measured = np.array(runs)
    scatter = measured.std(0, ddof=1) if len(runs) > 1 else np.full(3, np.nan)
    return Measured(*measured.mean(0).tolist(), *(scatter / math.sqrt(len(runs))).tolist())


def _run(generator, N: int, c, alpha, lam, sigma2, K, T) -> Errors:
    members = STAND_IN if math.isinf(K) else int(K)
    teacher, x, y = draw_task(generator, N, _about(generator, alpha * N), sigma2)
    kept = [
        generator.permutation(len(y))[: _about(generator, (1 - c) * len(y))] for _ in range(members)
    ]
    students = [fit(x[k], y[k], lam, T, generator) for k in kept]
    error, average, ambiguity = decompose(teacher, students)  # mean over N: inputs have variance 1
    if math.isinf(K):  # the variance of ten is 9/10 of that of infinitely many
        ambiguity *= members / (members - 1)
        error = average - ambiguity
    return error, average, ambiguity


@takes(N="count", examples="whole", sigma2="least0", generator="with standard_normal")
def draw_task(generator, N: int, examples: int, sigma2: float):
    """A teacher (N,) with |w0|² = N, inputs x (p, N), answers y (p,) with noise of variance σ²."""
    teacher = generator.standard_normal(N)
    teacher *= math.sqrt(N) / np.linalg.norm(teacher)
    x = generator.standard_normal((examples, N))
    noise = math.sqrt(sigma2) * generator.standard_normal(examples)
    return teacher, x, x @ teacher / math.sqrt(N) + noise


@takes(lam="positive", T="least0")
def fit(x: np.ndarray, y: np.ndarray, lam: float, T: float = 0.0, generator=None) -> np.ndarray:
    """A student's weights (N,): the least Σ(y - w·x/√N)² + λ|w|², plus training noise for T > 0.

    The noise is drawn so that P(w) ∝ exp(-loss / 2T): its covariance is T(A + λ)⁻¹.
    """
    for name, values in (("x", x), ("y", y)):
        checked(name, values, np.isfinite, "be finite", "Leave out what is missing.")
    fits = x.ndim == 2 and y.shape == x.shape[:1]
    need(fits, "x", f"be (p, N), with an answer for each of y {y.shape}", x, "Try x[None].")
    N = x.shape[1]
    curvature = x.T @ x / N + lam * np.eye(N)  # A + λ
    w = np.linalg.solve(curvature, x.T @ y / math.sqrt(N))
    if T > 0:
        root = np.linalg.cholesky(curvature)  # root @ root.T = A + λ
        w = w + math.sqrt(T) * np.linalg.solve(root.T, generator.standard_normal(N))
    return w


def _about(generator, amount: float) -> int:
    """The amount, rounded up or down at random so that its mean is right."""
    return math.floor(amount + generator.random())
