"""Named points in a plane: two numbers about each of many things."""

from collections.abc import Collection, Mapping

from matplotlib.axes import Axes

from helpers.basics.numbers import array
from helpers.views.drawing.labels import spread
from helpers.views.drawing.palette import BLUE, GRID, INK, QUIET, VERMILLION
from helpers.views.drawing.style import POINTS_PER_INCH, SMALL, axes, finish
from helpers.views.drawing.wording import listed, number

APART = 26  # points between the middles of two names
LABEL = {"textcoords": "offset points", "ha": "center", "fontsize": SMALL, "color": INK}
LABEL |= {"arrowprops": {"arrowstyle": "-", "lw": 0.8, "color": QUIET, "shrinkA": 0, "shrinkB": 4}}


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
    _check(values, marked)
    ax = axes(ax)
    ax.grid(color=GRID)
    plain = array([v for name, v in values.items() if name not in marked]).reshape(-1, 2)
    ax.plot(*plain.T, "o", color=BLUE, ms=6, alpha=0.75, clip_on=False)
    for name in marked:
        ax.plot(*map(float, values[name]), "s", color=VERMILLION, ms=8, clip_on=False)
    finish(ax, _say(values, marked, xlabel, ylabel), title, xlabel, ylabel)
    _name(ax, {name: values[name] for name in marked})
    return ax


def _name(ax: Axes, marked: Mapping[str, tuple[float, float]]) -> None:
    """Write each name over its point; names of points at one height are moved apart."""
    ax.margins(0.08, 0.12)
    ax.figure.draw_without_rendering()  # the layout decides where the points are
    places = {
        n: ax.transData.transform(xy) * POINTS_PER_INCH / ax.figure.dpi for n, xy in marked.items()
    }
    for level in {round(y / APART) for _, y in places.values()}:
        names = [n for n, (_, y) in places.items() if round(y / APART) == level]
        wishes = [places[n][0] for n in names]
        for name, wish, place in zip(names, wishes, spread(wishes, APART, 0, 1e4), strict=True):
            shift = place - wish
            ax.annotate(name, marked[name], (shift, 12), **LABEL)


def _check(values: Mapping[str, tuple[float, float]], marked: Collection[str]) -> None:
    unknown = sorted(set(marked) - set(values))
    if not values or unknown:
        raise ValueError(
            f"A point needs a name, a mark one of these names; got {len(values)} points and the "
            f"unknown names {unknown}. Try named_points({{'a': (1, 2)}}, marked=['a'])."
        )


def _say(values: Mapping, marked: Collection[str], xlabel: str, ylabel: str) -> str:
    head = f"{len(values)} points, {xlabel or 'x'} against {ylabel or 'y'}"
    named = marked or list(values)[:3]
    said = [f"{name} at {number(values[name][0])}, {number(values[name][1])}" for name in named]
    return f"{head}: {listed(said)}."
