"""Named lines over a common axis."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter

from helpers.basics.numbers import array
from helpers.views.drawing.labels import label_ends
from helpers.views.drawing.palette import GRID, PALETTE
from helpers.views.drawing.style import axes, finish, line_style
from helpers.views.drawing.wording import number


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
    _write_out(ax.xaxis, x)
    _write_out(ax.yaxis, np.concatenate([*ys.values()]))
    finish(ax, _say(x, ys, xlabel), title, xlabel, ylabel)
    colours = itertools.cycle(PALETTE)
    label_ends(ax, [(y[x.argmax()], name, next(colours)) for name, y in ys.items()])
    return ax


def _write_out(axis: Axis, values: np.ndarray) -> None:
    """Plain numbers on a logarithmic axis that is short: 0.5, 1, 2, not 5·10⁻¹, 10⁰, 2·10⁰."""
    if axis.get_scale() == "log" and values.max() < 1000 * values.min():
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())


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
