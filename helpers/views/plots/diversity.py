"""Error and diversity: the three curves of an ensemble against the data held out from each member.

Line styles as in Sollich & Krogh 1995, figure 1: the ensemble's error solid, the average error
dotted, the ambiguity dashed. Measured points stand on the curves with their standard errors.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.basics.numbers import array
from helpers.views.drawing.labels import label_ends
from helpers.views.drawing.palette import (
    BLUE,
    DASHES,
    GREEN,
    GRID,
    INK,
    MARKERS,
    PALETTE,
    QUIET,
    VERMILLION,
)
from helpers.views.drawing.style import PADDING, SMALL, axes, finish
from helpers.views.drawing.wording import listed, number

LOOKS = {  # name of a curve -> colour, line style, marker
    "ensemble error": (BLUE, "-", "o"),
    "average error": (VERMILLION, (0, (1, 1.5)), "s"),
    "ambiguity": (GREEN, (0, (5, 2.5)), "^"),
}
SHARE = "c: share of the data held out from each student"
HIGHEST = 3.0  # errors above it leave the picture
Three = Sequence[Sequence[float]]  # error, average error, ambiguity
Points = Mapping[float, Sequence[float]]  # c -> three means, three standard errors


def diversity(
    c: Sequence[float],
    curves: Three,
    measured: Points | None = None,
    here: float | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """The three curves against c, their names at their ends, the least ensemble error starred.

    c: (N,); curves: error, average error and ambiguity, (N,) each. measured: c -> their means and
    then standard errors, drawn as points with bars. here: a c to be marked. ValueError if the
    curves do not fit c.
    """
    c, curves = _checked(c, curves)
    ax = _three(axes(ax, size=(7.4, 4.3)), c, curves, measured or {}, title)
    if here is not None:
        ax.axvline(here, color=QUIET, lw=1.2, zorder=1.5)
        for values, (colour, _, marker) in zip(curves, LOOKS.values(), strict=True):
            ax.plot(here, np.interp(here, c, values), marker, color=colour, ms=6, zorder=5)
    ends = zip(LOOKS, curves, strict=True)
    label_ends(ax, [(min(v[-1], ax.get_ylim()[1]), name, LOOKS[name][0]) for name, v in ends])
    return ax


def diversity_panels(
    panels: Mapping[str, tuple[Sequence[float], Three]],
    measured: Mapping[str, Points] | None = None,
) -> Axes:
    """Several systems side by side on one scale: title -> (c, curves), as `diversity` draws them.

    measured: title -> points. Returns the first Axes; `show` takes the whole figure.
    """
    if not panels:
        raise ValueError(
            "diversity_panels needs a system; got none. Try {'λ = 0.05': (c, curves)}."
        )
    figure = Figure(figsize=(3.9 * len(panels), 3.9), facecolor="white", layout="constrained")
    figure.get_layout_engine().set(**PADDING)
    several = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for ax, (title, (c, curves)) in zip(several, panels.items(), strict=True):
        c, curves = _checked(c, curves)
        _three(axes(ax), c, curves, (measured or {}).get(title, {}), title)
        if ax is not several[0]:
            ax.set_ylabel("")
    several[0].set_ylim(0, _top([curves for _, curves in panels.values()]))
    several[0].legend(frameon=False, fontsize=SMALL, labelcolor=INK, handlelength=2.8)
    return several[0]


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
    """
    x, ys = array(x), {name: array(y) for name, y in ys.items()}
    if not ys or any(y.ndim != 2 or y.shape[1] != len(x) for y in ys.values()):
        raise ValueError(
            f"Every line needs repeats of {len(x)} values, (R, {len(x)}); got "
            f"{ {name: y.shape for name, y in ys.items()} }. Try [values] for a single repeat."
        )
    ax, labels = axes(ax, size=(7.4, 4.2)), []
    ax.grid(axis="y", color=GRID)
    for i, (name, level) in enumerate((floors or {}).items(), start=1):
        ax.axhline(level, color=QUIET, lw=1.2, ls=DASHES[i % len(DASHES)], zorder=1.5)
        labels.append((level, f"{name} {number(level)}", QUIET))
    for i, (name, y) in enumerate(ys.items()):
        look = {"color": PALETTE[i % len(PALETTE)], "zorder": 3}
        ax.plot(x, y.mean(0), ls=DASHES[i % len(DASHES)], lw=2, **look)
        ax.plot(np.tile(x, len(y)), y.ravel(), MARKERS[i % len(MARKERS)], ms=4.5, alpha=0.7, **look)
        labels.append((y.mean(0)[-1], name, look["color"]))
    finish(ax, _say_repeats(x, ys, floors or {}, xlabel), title, xlabel, ylabel)
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    label_ends(ax, labels)
    return ax


def _checked(c, curves) -> tuple[np.ndarray, list[np.ndarray]]:
    c, curves = array(c), [array(values) for values in curves]
    if len(curves) != 3 or not len(c) or any(values.shape != c.shape for values in curves):
        raise ValueError(
            "The curves must be error, average error and ambiguity with one value for each of the "
            f"{len(c)} shares c; got {[v.shape for v in curves]}. Try learning_curve(c, …)."
        )
    return c, curves


def _three(ax: Axes, c: np.ndarray, curves: list, measured: Points, title: str) -> Axes:
    ax.grid(color=GRID)
    for (name, (colour, dashes, _)), values in zip(LOOKS.items(), curves, strict=True):
        ax.plot(c, values, color=colour, ls=dashes, lw=2.2, label=name, zorder=3)
    low = curves[0].argmin()
    ax.plot(c[low], curves[0][low], "*", color=INK, ms=11, zorder=6, clip_on=False)
    for i, (colour, _, marker) in enumerate(LOOKS.values()):
        means, errors = [[row[j] for row in measured.values()] for j in (i, i + 3)]
        look = {"color": colour, "capsize": 3, "lw": 1.3, "ms": 5, "zorder": 4}
        if measured:
            ax.errorbar(list(measured), means, errors, fmt=marker, **look)
    ax.set(xlim=(c.min(), c.max()), ylim=(0, _top([curves])))
    return finish(ax, _say(c, curves, measured), title, SHARE, "squared error")


def _top(several: Sequence[Three]) -> float:
    highest = max(float(np.max(curves)) for curves in several)
    return 1.05 * min(HIGHEST, max(1.0, highest))


def _say(c: np.ndarray, curves: list, measured: Points) -> str:
    places = sorted({0, len(c) // 4, len(c) // 2, len(c) - 1})
    said = [
        f"{name} {listed([number(values[i]) for i in places])}"
        for name, values in zip(LOOKS, curves, strict=True)
    ]
    low = curves[0].argmin()
    head = f"At c = {listed([number(c[i]) for i in places])}: {'; '.join(said)}."
    return f"{head} The ensemble error is least at c = {number(c[low])}: " + (
        f"{number(curves[0][low])}.{_say_measured(measured)}"
    )


def _say_measured(measured: Points) -> str:
    said = [
        f"{number(row[0])} ± {number(row[3])} at c = {number(c)}" for c, row in measured.items()
    ]
    return f" Simulated ensemble error: {listed(said)}." if said else ""


def _say_repeats(x: np.ndarray, ys: Mapping, floors: Mapping[str, float], xlabel: str) -> str:
    said = [f"{name} {listed(list(map(number, y.mean(0))))}" for name, y in ys.items()]
    levels = "".join(f" {name.capitalize()} {number(level)}." for name, level in floors.items())
    count = max(len(y) for y in ys.values())
    head = f"Means of {count} repeats at {xlabel or 'x'} = {listed(list(map(number, x)))}"
    return f"{head}: {'; '.join(said)}.{levels}"
