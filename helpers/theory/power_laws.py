"""A loss that falls with size like a power, down to a limit: L(N) = limit + factor · N^-exponent.

Sources: Kaplan et al. 2020, §1.2 (without a limit); Henighan et al. 2020, §1 (with one, read as
the text's entropy). Notebook *From GPT-1 to GPT-3*.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers.basics.borders import takes
from helpers.basics.numbers import array, checked, whole

EXPONENTS = np.geomspace(0.02, 3, 1500)


class PowerLaw(NamedTuple):
    """L(N) = limit + factor · N^-exponent, in the unit of the losses."""

    limit: float
    factor: float
    exponent: float

    def loss(self, sizes):
        """L(N) of a number or of an array of sizes."""
        return self.limit + self.factor * array(sizes) ** -self.exponent


def fit(sizes: Sequence[float], losses: Sequence[float]) -> PowerLaw:
    """The power law with the least squared error, (n,) sizes > 0 and (n,) losses.

    For a given exponent the best limit and factor follow from a straight line; the exponent is
    the best of a fine grid. ValueError for fewer than three different sizes: three unknowns.
    """
    sizes, losses = array(sizes), array(losses)
    _check(sizes, losses)
    scale = np.exp(np.log(sizes).mean())
    x = (sizes / scale) ** -EXPONENTS[:, None]  # (exponents, n)
    x_mean, y_mean = x.mean(-1, keepdims=True), losses.mean()
    slope = ((x - x_mean) * (losses - y_mean)).sum(-1) / ((x - x_mean) ** 2).sum(-1)
    limit = y_mean - slope * x_mean[:, 0]
    errors = ((limit[:, None] + slope[:, None] * x - losses) ** 2).sum(-1)
    best = errors.argmin()
    exponent = float(EXPONENTS[best])
    return PowerLaw(float(limit[best]), float(slope[best] * scale**exponent), exponent)


@takes(draws="count", seed="whole", losses="rows")
def bootstrap(
    sizes: Sequence[float], losses: Sequence[Sequence[float]], draws: int = 1000, seed: int = 0
) -> list[PowerLaw]:
    """Fits to the means of seeds drawn anew: how far the chance in the trainings moves the law.

    losses: for each size one value per seed. This cannot show what all fits have in common, such as
    a formula that is not quite right.
    """
    random, losses = np.random.default_rng(seed), [_seeds(values) for values in losses]
    means = ([random.choice(values, len(values)).mean() for values in losses] for _ in range(draws))
    return [fit(sizes, each) for each in means]


def without_one(sizes: Sequence[float], losses: Sequence[float]) -> list[PowerLaw]:
    """The fits that leave out one size each: how much the law hangs on a single point."""
    sizes, losses = array(sizes), array(losses)
    _check(sizes, losses)
    return [fit(np.delete(sizes, i), np.delete(losses, i)) for i in range(len(sizes))]


def _seeds(losses: Sequence[float]) -> np.ndarray:
    losses = checked("losses", losses, np.isfinite, "be finite", "Leave out what is missing.")
    whole("The number of losses of a size", losses.size, advice="Try one for each seed.")
    return losses.reshape(-1)


def _check(sizes: np.ndarray, losses: np.ndarray) -> None:
    finite = np.isfinite(sizes).all() and np.isfinite(losses).all()
    if (
        not finite
        or sizes.shape != losses.shape
        or sizes.ndim != 1
        or len(set(sizes)) < 3
        or sizes.min() <= 0
    ):
        raise ValueError(
            f"A power law with a limit needs a finite loss for each of at least three different "
            f"sizes > 0; got shapes {sizes.shape} and {losses.shape}, sizes {sizes.tolist()[:5]}. "
            "Try fit([1e4, 1e5, 1e6], [1.2, 0.8, 0.7])."
        )
