"""Points in a plane: with named curves through them, or with names of their own."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, listed, number, style
from helpers.views.drawing.labels import beside, name_ends, plain, spread
from helpers.views.drawing.palette import BLUE, DASHES, QUIET, VERMILLION, colour

APART = 26  # points between the middles of two names
THREAD = {"arrowstyle": "-", "lw": 0.8, "color": QUIET, "shrinkA": 0, "shrinkB": 4}


@signed()
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
    x, y, at = map(given.array, (x, y, at))
    rule = f"There must be as many x as y, and a height of every curve for each of {len(at)} places"
    got, advice = f"x of shape {x.shape} and y of shape {y.shape}", "Try x[:, 0]."
    given.must(x.ndim == 1 and x.shape == y.shape and len(x), rule, got, advice)
    curves = given.arrays(curves, at.shape, rule, advice) if curves else {}
    ax = style.axes(ax, grid="both")
    ax.scatter(x, y, s=22, color=QUIET, alpha=0.45, linewidths=0)
    for i, curve in enumerate(curves.values()):
        ax.plot(at, curve, color=colour(i), ls=DASHES[i % len(DASHES)], lw=2.4, zorder=4)
    style.finish(ax, _say(x, y, at, curves), title, xlabel, ylabel)
    if curves:
        ax.set_xlim(min(x.min(), at[0]), at[-1])
        name_ends(ax, {name: curve[-1] for name, curve in curves.items()})
    return ax


@signed()
def named_points(
    values: Mapping[str, tuple[float, float]],
    marked: Collection[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One dot per name at (x, y); the marked ones are drawn as squares with their names beside.

    ValueError if nothing is given, or a marked name is not among the values.
    """
    unknown = sorted(set(marked) - set(values))
    rule = "A point needs a name, a mark one of these names"
    got = f"{len(values)} points and the unknown names {unknown}"
    advice = "Try named_points({'a': (1, 2)}, marked=['a'])."
    given.must(values and not unknown, rule, got, advice)
    ax = style.axes(ax, grid="both")
    plain = given.array([v for name, v in values.items() if name not in marked]).reshape(-1, 2)
    ax.plot(*plain.T, "o", color=BLUE, ms=6, alpha=0.75, clip_on=False)
    for name in marked:
        ax.plot(*map(float, values[name]), "s", color=VERMILLION, ms=8, clip_on=False)
    style.finish(ax, _say_named(values, marked, xlabel, ylabel), title, xlabel, ylabel)
    _name(ax, {name: values[name] for name in marked})
    return ax


def _name(ax: Axes, marked: Mapping[str, tuple[float, float]]) -> None:
    """Write each name over its point; names of points at one height are moved apart."""
    ax.margins(0.08, 0.12)
    plain(ax.figure).draw_without_rendering()  # the layout decides where the points are
    on_paper, dpi = ax.transData.transform, ax.figure.dpi
    places = {name: on_paper(xy) * style.POINTS_PER_INCH / dpi for name, xy in marked.items()}
    for level in {round(y / APART) for _, y in places.values()}:
        names = [n for n, (_, y) in places.items() if round(y / APART) == level]
        wishes = [places[n][0] for n in names]
        for name, wish, place in zip(names, wishes, spread(wishes, APART, 0, 1e4), strict=True):
            beside(ax, name, marked[name], (place - wish, 12), ha="center", arrowprops=THREAD)


def _say(x: np.ndarray, y: np.ndarray, at: np.ndarray, curves: Mapping[str, np.ndarray]) -> str:
    head = f"{len(x)} points, x from {number(x.min())} to {number(x.max())}"
    head += f", y from {number(y.min())} to {number(y.max())}"
    if not curves:
        return f"{head}."
    shown = (0, len(at) // 2, -1)
    places, *heights = (", ".join(number(row[i]) for i in shown) for row in (at, *curves.values()))
    courses = [f"{name} {there}" for name, there in zip(curves, heights, strict=True)]
    return f"{head}. At x = {places}: {'; '.join(courses)}."


def _say_named(values: Mapping, marked: Collection[str], xlabel: str, ylabel: str) -> str:
    head = f"{len(values)} points, {xlabel or 'x'} against {ylabel or 'y'}"
    shown = marked or list(values)[:3]
    places = [f"{name} at {number(values[name][0])}, {number(values[name][1])}" for name in shown]
    return f"{head}: {listed(places)}."
