"""Named lines over a common axis, and through repeated measurements."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter

from helpers.basics.signature import signed
from helpers.views.drawing import course, given, listed, number, style
from helpers.views.drawing.labels import label_ends, level_lines, name_ends
from helpers.views.drawing.palette import DASHES, MARKERS, PALETTE


@signed()
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
    x, advice = given.array(x), "Try {'name': values} with one value for each x."
    rule = f"Every line must have as many values as x ({len(x)}, at least 1)"
    ys = given.arrays(ys, (len(x),), rule, advice)
    ax = style.axes(ax, grid="both")
    ax.set(xscale="log" if logx else "linear", yscale="log" if logy else "linear")
    for i, y in enumerate(ys.values()):
        ax.plot(x, y, **style.line_style(i, len(x)))
    ax.set_xlim(right=x.max())
    _write_out(ax.xaxis, x)
    _count(ax.xaxis, x)
    _write_out(ax.yaxis, np.concatenate([*ys.values()]))
    style.finish(ax, _say(x, ys, xlabel), title, xlabel, ylabel)
    return name_ends(ax, {name: y[x.argmax()] for name, y in ys.items()})


@signed()
def repeats(
    x: Sequence[float],
    ys: Mapping[str, Sequence[Sequence[float]]],
    floors: Mapping[str, float] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Named lines through the means of repeated measurements, each repeat as a small mark.

    x: (N,); each y: (R, N), one row per repeat. floors: name -> level, a horizontal line each.
    ValueError if a line does not fit x.
    """
    x, floors = given.array(x), floors or {}
    rule = f"Every line needs repeats of {len(x)} values, (R, {len(x)})"
    ys = given.arrays(ys, (None, len(x)), rule, "Try [values] for a single repeat.")
    ax = style.axes(ax, size=(7.4, 4.2), grid="y")
    labels = level_lines(ax, floors)
    for i, (name, y) in enumerate(ys.items()):
        i, means, look = i % len(PALETTE), y.mean(0), {"color": PALETTE[i % len(PALETTE)]}
        ax.plot(x, means, ls=DASHES[i], lw=2, zorder=3, **look)
        ax.plot(np.tile(x, len(y)), y.ravel(), MARKERS[i], ms=4.5, alpha=0.7, zorder=3, **look)
        labels.append((means[-1], name, PALETTE[i]))
    style.finish(ax, _say_repeats(x, ys, floors, xlabel), title, xlabel, ylabel)
    _count(ax.xaxis, x)
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    return label_ends(ax, labels)


def _write_out(axis: Axis, values: np.ndarray) -> None:
    """On a short logarithmic axis plain numbers: 0.5, 1, 2."""
    if axis.get_scale() != "log":
        return
    if values.max() < 1000 * values.min():
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def _count(axis: Axis, values: np.ndarray) -> None:
    """On a short axis of whole numbers, such as layers, no ticks between them."""
    whole = (values == np.round(values)).all() and np.ptp(values) <= 10
    if whole and axis.get_scale() == "linear":
        axis.set_major_locator(style.counting())


def _say(x: np.ndarray, ys: Mapping[str, np.ndarray], xlabel: str) -> str:
    courses = [
        f"{name} goes {course(y)} (lowest {number(y.min())} at {number(x[y.argmin()])}, "
        f"highest {number(y.max())} at {number(x[y.argmax()])})"
        for name, y in ys.items()
    ]
    return f"Line chart, {xlabel or 'x'} {course(x)}: {'; '.join(courses)}."


def _say_repeats(x: np.ndarray, ys: Mapping, floors: Mapping[str, float], xlabel: str) -> str:
    means = [f"{name} {listed(list(map(number, y.mean(0))))}" for name, y in ys.items()]
    levels = "".join(f" {name.capitalize()} {number(level)}." for name, level in floors.items())
    count = max(len(y) for y in ys.values())
    head = f"Means of {count} repeats at {xlabel or 'x'} = {listed(list(map(number, x)))}"
    return f"{head}: {'; '.join(means)}.{levels}"
