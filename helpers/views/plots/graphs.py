"""Directed graphs over the tokens of a text: whom each factor P(token | parents) looks at."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from helpers.basics.numbers import array
from helpers.views.drawing.palette import BLUE, INK, QUIET, VERMILLION
from helpers.views.drawing.style import SIZE, axes, finish
from helpers.views.drawing.wording import glyph, number, spoken

ROW = 1.75  # from one graph to the next, in units of the distance between two tokens
BEND = 0.42


def token_graphs(
    tokens: Sequence[str],
    graphs: Mapping[str, object],
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One row per graph: the tokens in circles, an arrow from every parent to its child.

    graphs: name -> (T, T), True in row t, column s where s is a parent of t. The arrows into the
    token with the most parents stand out. ValueError for a circle: P would not be defined.
    """
    parents = {name: array(graph).astype(bool) for name, graph in graphs.items()}
    for name, graph in parents.items():
        _check(name, graph, len(tokens))
    ax = axes(ax, size=(5.6, 0.3 + 1.75 * len(parents)))
    for i, (name, graph) in enumerate(parents.items()):
        _draw(ax, tokens, graph, name, y=-i * ROW)
    ax.set(xlim=(-0.6, len(tokens) - 0.4), ylim=(0.4 - len(parents) * ROW + 1.0, 1.2))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return finish(ax, " ".join(_say(name, tokens, g) for name, g in parents.items()), title)


def _check(name: str, graph: np.ndarray, T: int) -> None:
    if graph.shape != (T, T):
        raise ValueError(
            f"A graph over {T} tokens must be {T} by {T}; got {graph.shape} for {name!r}. "
            "Try masks.causal(T).tril(-1)."
        )
    reach = graph.astype(float)
    for _ in range(T):
        reach = np.minimum(1.0, reach + reach @ graph)
    if np.trace(reach):
        raise ValueError(
            f"No token may be its own ancestor, or the factors are no distribution; in {name!r} "
            f"token {int(np.diag(reach).argmax())} is. Try an order of the tokens: .tril(-1)."
        )


def _draw(ax: Axes, tokens: Sequence[str], graph: np.ndarray, name: str, y: float) -> None:
    most = int(graph.sum(1).argmax())
    for child, parent in np.argwhere(graph):
        strong = child == most
        arrow = {"arrowstyle": "-|>", "mutation_scale": 11 if strong else 9}
        look = {"color": VERMILLION, "lw": 1.7} if strong else {"color": QUIET, "lw": 0.9}
        # Far tokens are joined by an arc above the row, neighbours by a straight line.
        bend = 0 if abs(child - parent) == 1 else -BEND if child > parent else BEND
        ends = {"posA": (parent, y), "posB": (child, y), "connectionstyle": f"arc3,rad={bend}"}
        gap = {"shrinkA": 15, "shrinkB": 15}
        ax.add_patch(FancyArrowPatch(**ends, **arrow, **gap, **look, zorder=3 if strong else 2))
    for t, token in enumerate(tokens):
        ax.plot(t, y, "o", ms=26, mfc="white", mec=VERMILLION if t == most else BLUE, mew=1.6)
        style = {"ha": "center", "va": "center", "color": INK, "parse_math": False}
        ax.text(t, y, glyph(token), fontsize=SIZE, **style, zorder=4)
    ax.text(-0.3, y + 1.05, name, fontsize=SIZE, color=INK, ha="left", va="center")


def _say(name: str, tokens: Sequence[str], graph: np.ndarray) -> str:
    most = int(graph.sum(1).argmax())
    named = ", ".join(spoken(tokens[s]) for s in np.flatnonzero(graph[most])) or "nobody"
    arrows = number(graph.sum())
    return f"{name}: {arrows} arrows; most of them, into {spoken(tokens[most])}, come from {named}."
