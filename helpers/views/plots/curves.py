"""Named lines over a common axis."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.views.labels import label_ends
from helpers.views.style import GRID, PALETTE, array, axes, finish, line_style, number


def lines(
    x: Sequence[float],
    ys: Mapping[str, Sequence[float]],
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    ax: Axes | None = None,
    logx: bool = False,
    logy: bool = False,
) -> Axes:
    """One named line per entry of ys over a common x, each labelled at its end.

    x: (N,); each y: (N,). ValueError if a line has another length than x, or nothing is given.
    """
    x, ys = array(x), {name: array(y) for name, y in ys.items()}
    _check(x, ys)
    ax = axes(ax)
    ax.grid(color=GRID)
    ax.set(xscale="log" if logx else "linear", yscale="log" if logy else "linear")
    for i, y in enumerate(ys.values()):
        ax.plot(x, y, **line_style(i, len(x)))
    ax.set_xlim(right=x.max())
    finish(ax, _say(x, ys, xlabel), title, xlabel, ylabel)
    colours = itertools.cycle(PALETTE)
    label_ends(ax, [(y[x.argmax()], name, next(colours)) for name, y in ys.items()])
    return ax


def _check(x: np.ndarray, ys: Mapping[str, np.ndarray]) -> None:
    lengths = {name: len(y) for name, y in ys.items()}
    if not lengths or not len(x) or set(lengths.values()) != {len(x)}:
        raise ValueError(
            f"Every line must have as many values as x ({len(x)}, at least 1); got {lengths}. "
            "Try {'name': values} with one value for each x."
        )


def _say(x: np.ndarray, ys: Mapping[str, np.ndarray], xlabel: str) -> str:
    said = [
        f"{name} goes from {number(y[0])} to {number(y[-1])}"
        f" (lowest {number(y.min())} at {number(x[y.argmin()])},"
        f" highest {number(y.max())} at {number(x[y.argmax()])})"
        for name, y in ys.items()
    ]
    return f"Line chart, {xlabel or 'x'} from {number(x[0])} to {number(x[-1])}: {'; '.join(said)}."
