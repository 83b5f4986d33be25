"""An axis spaced by square roots: near 0, where most happens, there is room."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Locator

NOTE = "(spaced by square roots)"
APART = 0.09  # of the axis, the least distance between two ticks
ROUND = [digit * 10.0**k for k in range(-6, 7) for digit in (1, 2, 5)]


def space_by_roots(ax: Axes) -> None:
    """Space the x axis, which begins at 0, by square roots, with round numbers as ticks."""
    ax.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    ax.xaxis.set_major_locator(_RoundNumbers())
    ax.xaxis.set_major_formatter("{x:g}")


def root_ticks(most: float) -> list[float]:
    """0 and every round number up to `most` that has room beside the one before.

    >>> root_ticks(1.0)
    [0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0]
    """
    ticks, room = [0.0], APART * math.sqrt(max(most, 0))
    for number in ROUND:
        if number <= most and math.sqrt(number) - math.sqrt(ticks[-1]) >= room:
            ticks.append(number)
    return ticks


class _RoundNumbers(Locator):
    def __call__(self) -> list[float]:
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        return root_ticks(vmax)
