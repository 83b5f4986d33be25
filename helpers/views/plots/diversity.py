"""Error and diversity: the three curves of an ensemble against the data held out from each member.

Line styles as in Sollich & Krogh 1995, figure 1: the ensemble's error solid, the average error
dotted, the ambiguity dashed. Measured points stand on the curves with their standard errors.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, labels, listed, number, style
from helpers.views.drawing.palette import BLUE, GREEN, HATCHED, INK, QUIET, SKY, VERMILLION
from helpers.views.drawing.wording import amounts, writable

LOOKS = {  # name of a curve -> colour, line style, marker
    "ensemble error": (BLUE, "-", "o"),
    "average error": (VERMILLION, (0, (1, 1.5)), "s"),
    "ambiguity": (GREEN, (0, (5, 2.5)), "^"),
}
PARTS = {  # of an ensemble's error, from the one that nothing averages away
    "what all ignore": {"color": BLUE},
    "what pairs share": {"color": SKY},
    "what is each one's own": HATCHED,
}
SHARE = "c: share of the data held out from each student"
HIGHEST = 3.0  # errors above it leave the picture
Three = Sequence[Sequence[float]]  # error, average error, ambiguity
Points = Mapping[float, Sequence[float]]  # c -> three means, three standard errors


@signed()
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
    ax = _three(ax, c, curves, measured or {}, title)
    if here is not None:
        ax.axvline(here, color=QUIET, lw=1.2, zorder=1.5)
        for values, (colour, _, marker) in zip(curves, LOOKS.values(), strict=True):
            ax.plot(here, np.interp(here, c, values), marker, color=colour, ms=6, zorder=5)
    ends = zip(LOOKS, curves, strict=True)
    top = ax.get_ylim()[1]
    return labels.label_ends(ax, [(min(v[-1], top), name, LOOKS[name][0]) for name, v in ends])


@signed()
def diversity_panels(
    panels: Mapping[str, tuple[Sequence[float], Three]],
    measured: Mapping[str, Points] | None = None,
) -> Axes:
    """Several systems side by side on one scale: title -> (c, curves), as `diversity` draws them.

    measured: title -> points. Returns the first Axes; `show` takes the whole figure.
    """
    advice = "Try {'λ = 0.05': (c, curves)}."
    given.must(panels, "diversity_panels needs a system", "none", advice)
    several = style.row_of_axes(len(panels), (3.9 * len(panels), 3.9), sharey=True)
    for ax, (title, (c, curves)) in zip(several, panels.items(), strict=True):
        c, curves = _checked(c, curves)
        _three(ax, c, curves, (measured or {}).get(title, {}), title)
        if ax is not several[0]:
            ax.set_ylabel("")
    several[0].set_ylim(0, top([curves for _, curves in panels.values()]))
    several[0].legend(frameon=False, fontsize=style.SMALL, labelcolor=INK, handlelength=2.8)
    return several[0]


@signed()
def error_parts(
    ensembles: Mapping[str, Sequence[float]], title: str = "", ax: Axes | None = None
) -> Axes:
    """A bar for each ensemble: what all members ignore, what pairs share, what is each one's own.

    ensembles: name -> three parts of its error, as `theory.ensembles.error_parts` gives them; the
    number at the end is their sum. ValueError unless each has three.
    """
    advice = "Try {'K = 2': (0.06, 0.34, 0.05)}."
    rule = "Every ensemble needs the three parts of its error"
    rows = given.arrays(ensembles, (3,), rule, advice)
    values, places = np.stack([*rows.values()]), range(len(rows))
    given.must((values > -1e-9).all(), f"{rule}, none below 0", values.min(), advice)
    ends, right = values.cumsum(1), min(HIGHEST, values.sum(1).max())
    ax = style.axes(ax, size=(7.4, 1.3 + 0.36 * len(rows)), grid="x")
    for (name, look), widths, end in zip(PARTS.items(), values.T, ends.T, strict=True):
        look = look | {"linewidth": 1.4 * (widths > 0)}  # nothing has no edge
        ax.barh(places, widths, left=end - widths, height=0.62, label=name, **look)
    for place, total in zip(places, ends[:, -1], strict=True):
        labels.beside(ax, number(total), (min(total, right), place), (5, 0), va="center")
    ax.set_yticks(places, map(writable, rows), fontsize=style.SIZE)
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlim=(0, 1.12 * right))
    above = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1), "ncols": 3, "frameon": False}
    ax.legend(**above, fontsize=style.SMALL, labelcolor=INK, borderaxespad=0.2)
    return style.finish(ax, say_parts(rows), title, "squared error")


def say_parts(rows: Mapping[str, Sequence[float]]) -> str:
    """The bars of `error_parts` in words."""
    parts = [amounts(dict(zip(PARTS, row, strict=True))) for row in rows.values()]
    totals = [f"{name}: error {number(sum(row))}" for name, row in rows.items()]
    return "; ".join(map(" = ".join, zip(totals, parts, strict=True))) + "."


def _checked(c, curves) -> tuple[np.ndarray, list[np.ndarray]]:
    c, curves = given.array(c), [given.array(values) for values in curves]
    rule = "The curves must be error, average error and ambiguity with one value for each of the "
    rule += f"{len(c)} shares c"
    shapes = [values.shape for values in curves]
    given.must(len(c) and shapes == 3 * [c.shape], rule, shapes, "Try learning_curve(c, …).")
    return c, curves


def _three(ax: Axes | None, c: np.ndarray, curves: list, measured: Points, title: str) -> Axes:
    ax = style.axes(ax, size=(7.4, 4.3), grid="both")
    for (name, (colour, dashes, _)), values in zip(LOOKS.items(), curves, strict=True):
        ax.plot(c, values, color=colour, ls=dashes, lw=2.2, label=name, zorder=3)
    low = curves[0].argmin()
    ax.plot(c[low], curves[0][low], "*", color=INK, ms=11, zorder=6, clip_on=False)
    for i, (colour, _, marker) in enumerate(LOOKS.values()):
        means, errors = [[row[j] for row in measured.values()] for j in (i, i + 3)]
        look = {"color": colour, "capsize": 3, "lw": 1.3, "ms": 5, "zorder": 4}
        if measured:
            ax.errorbar(list(measured), means, errors, fmt=marker, **look)
    ax.set(xlim=(c.min(), c.max()), ylim=(0, top([curves])))
    return style.finish(ax, say_curves(c, curves, measured), title, SHARE, "squared error")


def top(several: Sequence[Three]) -> float:
    """Where the axis of some systems ends."""
    highest = max(float(np.max(curves)) for curves in several)
    return 1.05 * min(HIGHEST, max(1.0, highest))


def say_curves(c: np.ndarray, curves: Three, measured: Points) -> str:
    """The three curves and the points in words."""
    places = sorted({0, len(c) // 4, len(c) // 2, len(c) - 1})
    at, *rows = ([number(values[i]) for i in places] for values in (c, *curves))
    courses = [f"{name} {listed(row)}" for name, row in zip(LOOKS, rows, strict=True)]
    low = curves[0].argmin()
    head = f"At c = {listed(at)}: {'; '.join(courses)}."
    least = f"The ensemble error is least at c = {number(c[low])}: {number(curves[0][low])}."
    points = [f"{number(r[0])} ± {number(r[3])} at c = {number(c)}" for c, r in measured.items()]
    return f"{head} {least}" + (f" Simulated ensemble error: {listed(points)}." if points else "")
