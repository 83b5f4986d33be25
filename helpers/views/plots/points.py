"""Points, and named curves through them."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.numbers import array
from helpers.views.drawing.labels import label_ends
from helpers.views.drawing.palette import DASHES, GRID, PALETTE, QUIET
from helpers.views.drawing.style import axes, finish
from helpers.views.drawing.wording import number


def points(
    x: Sequence[float],
    y: Sequence[float],
    at: Sequence[float] = (),
    curves: Mapping[str, Sequence[float]] | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Data as grey points, and curves over the places `at`, each named at its end.

    x, y: (n,); at: (k,), in order; each curve: (k,). ValueError if lengths differ.
    """
    x, y, at = map(array, (x, y, at))
    curves = {name: array(curve) for name, curve in (curves or {}).items()}
    _check(x, y, at, curves)
    ax = axes(ax)
    ax.grid(color=GRID)
    ax.scatter(x, y, s=22, color=QUIET, alpha=0.45, linewidths=0)
    looks = list(zip(curves.items(), itertools.cycle(PALETTE), itertools.cycle(DASHES)))  # noqa: B905
    for (_, curve), colour, dashes in looks:
        ax.plot(at, curve, color=colour, ls=dashes, lw=2.4, zorder=4)
    finish(ax, _say(x, y, at, curves), title, xlabel, ylabel)
    if curves:
        ax.set_xlim(min(x.min(), at[0]), at[-1])
        label_ends(ax, [(curve[-1], name, colour) for (name, curve), colour, _ in looks])
    return ax


def _check(x: np.ndarray, y: np.ndarray, at: np.ndarray, curves: Mapping[str, np.ndarray]) -> None:
    lengths = {name: len(curve) for name, curve in curves.items()}
    if x.ndim != 1 or x.shape != y.shape or not len(x) or {*lengths.values()} - {len(at)}:
        raise ValueError(
            f"There must be as many x as y, and a height of every curve for each of the {len(at)} "
            f"places; got shapes {x.shape} and {y.shape}, and curves {lengths}. Try x[:, 0]."
        )


def _say(x: np.ndarray, y: np.ndarray, at: np.ndarray, curves: Mapping[str, np.ndarray]) -> str:
    head = f"{len(x)} points, x from {number(x.min())} to {number(x.max())}"
    head += f", y from {number(y.min())} to {number(y.max())}"
    if not curves:
        return f"{head}."
    middle = len(at) // 2
    said = [
        f"{name} {number(curve[0])}, {number(curve[middle])}, {number(curve[-1])}"
        for name, curve in curves.items()
    ]
    where = ", ".join(number(at[i]) for i in (0, middle, -1))
    return f"{head}. At x = {where}: {'; '.join(said)}."
