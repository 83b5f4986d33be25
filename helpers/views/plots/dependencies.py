"""A directed graphical model: which variable depends on which."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from helpers.views.drawing.palette import GRID, INK, QUIET
from helpers.views.drawing.style import SIZE, axes, finish
from helpers.views.drawing.wording import listed

RADIUS = 0.3  # in the units of the places


def directed_graph(
    places: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    observed: Sequence[str] = (),
    notes: Mapping[str, str] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Variables as circles, shaded if observed, and an arrow from every cause to its effect.

    places: name -> (x, y), neighbours one unit apart; notes: name -> words beside the circle.
    ValueError for an edge between variables that have no place.
    """
    _check(places, edges)
    columns, rows = ([place[i] for place in places.values()] for i in (0, 1))
    left, right, bottom, top = (
        min(columns) - 0.4,
        max(columns) + 2.4,
        min(rows) - 0.4,
        max(rows) + 0.4,
    )
    ax = axes(ax, size=(right - left, top - bottom + 0.2))
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    for a, b in edges:
        gap = {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 14, "lw": 1.5, "color": QUIET}
        ax.add_patch(FancyArrowPatch(*_ends(places[a], places[b]), arrowstyle="-|>", **gap))
    for name, place in places.items():
        face = GRID if name in observed else "white"
        ax.add_patch(Circle(place, RADIUS, facecolor=face, edgecolor=INK, linewidth=1.5))
        ax.text(*place, name, ha="center", va="center", fontsize=SIZE + 3, style="italic")
    for name, words in (notes or {}).items():
        ax.text(places[name][0] + RADIUS + 0.12, places[name][1], words, va="center", fontsize=SIZE)
    return finish(ax, _say(places, edges, observed), title)


def _ends(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
    """Where an arrow begins and ends: on the circles, not at their centres."""
    length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
    step = [RADIUS * (b[i] - a[i]) / length for i in (0, 1)]
    return [(a[0] + step[0], a[1] + step[1]), (b[0] - 1.1 * step[0], b[1] - 1.1 * step[1])]


def _check(places: Mapping, edges: Sequence) -> None:
    unknown = sorted({name for edge in edges for name in edge} - set(places))
    if not places or unknown:
        raise ValueError(
            f"Every variable of an edge needs a place; got none for {unknown or 'any'}. "
            "Try {'X': (0, 0), 'Y': (1, 0)} with [('X', 'Y')]."
        )


def _say(places: Mapping, edges: Sequence, observed: Sequence[str]) -> str:
    arrows = listed([f"{a} → {b}" for a, b in edges]) if edges else "none"
    seen = listed(list(observed)) if observed else "none"
    return f"Directed graph of {listed(list(places))}; arrows: {arrows}; observed: {seen}."
