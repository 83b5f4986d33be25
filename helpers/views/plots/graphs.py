"""Directed graphs: at which tokens each factor of a text looks."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, glyph, number, spoken, style
from helpers.views.drawing.diagram import arrow, sheet, write
from helpers.views.drawing.palette import BLUE, QUIET, VERMILLION

ROW = 1.75  # from one graph to the next, in units of the distance between two tokens
BEND = 0.42
STRONG = {"colour": VERMILLION, "width": 1.7, "head": 11, "zorder": 3}
PLAIN = {"colour": QUIET, "width": 0.9, "head": 9, "zorder": 2}


@signed()
def token_graphs(
    tokens: Sequence[str], graphs: Mapping[str, object], title: str = "", ax: Axes | None = None
) -> Axes:
    """One row per graph: the tokens in circles, an arrow from every parent to its child.

    graphs: name -> (T, T), True in row t, column s where s is a parent of t. The arrows into the
    token with the most parents stand out. ValueError for a circle: P would not be defined.
    """
    parents = {name: given.array(graph).astype(bool) for name, graph in graphs.items()}
    for name, graph in parents.items():
        _check(name, graph, len(tokens))
    n = len(parents)
    limits = (-0.6, len(tokens) - 0.4), (1.4 - n * ROW, 1.2)
    ax = sheet(ax, (5.6, 0.3 + ROW * n), *limits, "equal")
    for i, (name, graph) in enumerate(parents.items()):
        _draw(ax, tokens, graph, name, y=-i * ROW)
    return style.finish(ax, " ".join(_say(name, tokens, g) for name, g in parents.items()), title)


def _check(name: str, graph: np.ndarray, T: int) -> None:
    rule, advice = f"A graph over {T} tokens must be {T} by {T}", "Try masks.causal(T).tril(-1)."
    given.must(graph.shape == (T, T), rule, f"{graph.shape} for {name!r}", advice)
    reach = graph.astype(float)
    for _ in range(T):  # after k rounds: whom one reaches in at most k + 1 steps
        reach = np.minimum(1.0, reach + reach @ graph)
    rule = "No token may be its own ancestor, or the factors are no distribution"
    got = f"{name!r}, where token {int(np.diag(reach).argmax())} is"
    given.must(not np.trace(reach), rule, got, "Try an order of the tokens: .tril(-1).")


def _draw(ax: Axes, tokens: Sequence[str], graph: np.ndarray, name: str, y: float) -> None:
    most = int(graph.sum(1).argmax())
    for child, parent in np.argwhere(graph):
        # Far tokens are joined by an arc above the row, neighbours by a straight line.
        bend = 0 if abs(child - parent) == 1 else -BEND if child > parent else BEND
        look = STRONG if child == most else PLAIN
        arrow(ax, (parent, y), (child, y), gap=15, bend=bend, **look)
    for t, token in enumerate(tokens):
        ax.plot(t, y, "o", ms=26, mfc="white", mec=VERMILLION if t == most else BLUE, mew=1.6)
        write(ax, (t, y), glyph(token), zorder=4)
    write(ax, (-0.3, y + 1.05), name, ha="left", parse_math=True)


def _say(name: str, tokens: Sequence[str], graph: np.ndarray) -> str:
    most = int(graph.sum(1).argmax())
    named = ", ".join(spoken(tokens[s]) for s in np.flatnonzero(graph[most])) or "nobody"
    arrows = number(graph.sum())
    return f"{name}: {arrows} arrows; most of them, into {spoken(tokens[most])}, come from {named}."
