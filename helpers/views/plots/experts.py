"""Who answers: the selector of 1991, and a tree in which gates choose between gates.

Sources: Jacobs, Jordan, Nowlan & Hinton 1991, figure 1; Jordan & Jacobs 1994, figure 1.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.basics.signature import signed
from helpers.views.drawing import given, listed
from helpers.views.drawing.diagram import Place, arrow, sheet, write
from helpers.views.drawing.palette import BLUE, INK, ORANGE, QUIET, VERMILLION, colour
from helpers.views.drawing.style import SMALL, finish

APART = 1.6  # between two experts
BOX = {"boxstyle": "round,pad=0.45", "facecolor": "white", "lw": 1.8}
DOT = {"marker": "o", "ms": 6, "color": INK, "zorder": 4}


@signed()
def stochastic_selector(
    gates: Sequence[float], chosen: int, title: str = "", ax: Axes | None = None
) -> Axes:
    """Experts and a gate read x; a switch that the gate sets at random lets one answer through.

    gates: (M,), probabilities; chosen: the number of the expert that was drawn, from 0.
    """
    g = _probabilities(gates, 1)
    rule = f"chosen must be the number of one of {len(g)} experts, from 0"
    given.must(chosen in range(len(g)), rule, repr(chosen), "Try 0.")
    right = APART * (len(g) - 1)
    ax = sheet(ax, (7, 3.7), (-1, right + 3.1), (-0.3, 4.5))
    write(ax, (right / 2 + 0.8, 0), "question x")
    top, pivot = (right / 2, 4.35), (right / 2, 3.5)
    for m, share in enumerate(g):
        _expert(ax, APART * m, f"expert {m + 1}", f"{share:.2f}", m == chosen)
    ax.plot([pivot[0], APART * chosen], [pivot[1], 2.75], color=VERMILLION, lw=3, zorder=3)
    ax.plot(*pivot, **DOT)
    arrow(ax, pivot, (top[0], 4.15), VERMILLION, width=2.4, head=14)
    write(ax, top, "answer y", color=VERMILLION)
    _gate(ax, right + 2)
    frame = {"boxstyle": "round,pad=0.3", "facecolor": "none", "edgecolor": QUIET, "ls": ":"}
    ax.add_patch(FancyBboxPatch((-0.1, 2.75), right + 0.2, 0.75, **frame))
    write(ax, (right + 0.5, 3.6), "stochastic selector", SMALL, ha="left", color=QUIET)
    said = f"sets a stochastic selector to expert {chosen + 1}, whose answer is y."
    shares = listed([f"{share:.2f}" for share in g])
    head = f"The question x goes to {len(g)} experts and to a gate. The gate gives them the"
    return finish(ax, f"{head} probabilities {shares} and {said}", title)


@signed()
def expert_tree(
    top: Sequence[float], low: Sequence[Sequence[float]], title: str = "", ax: Axes | None = None
) -> Axes:
    """A gate over gates over experts, for one question: how likely is each way down?

    top: (I,), of the branches; low: (I, J), of the leaves of each branch. A line is as thick as
    its probability is large; below each leaf stands the product along its path.
    """
    g, leaves = _probabilities(top, 1), _probabilities(low, 2)
    rule = "Every branch must have a row of leaves"
    given.must(len(g) == len(leaves), rule, f"{len(g)} branches, {len(leaves)} rows", "Try (2, 2).")
    J = leaves.shape[1]
    root, ends = (len(g) * J - 1) / 2, np.arange(len(g) * J).reshape(len(g), J)
    ax = sheet(ax, (7, 3.4), (-0.6, len(g) * J - 0.4), (-0.85, 2.4))
    for i, row in enumerate(leaves):
        middle, box = ends[i].mean(), BOX | {"edgecolor": colour(i)}
        _way(ax, (root, 2), (middle, 1), g[i], colour(i))
        for j, share in enumerate(row):
            _way(ax, (middle, 1), (ends[i, j], 0), share, colour(i))
            write(ax, (ends[i, j], 0), f"expert {i + 1}{j + 1}", bbox=box)
            write(ax, (ends[i, j], -0.6), _path(g[i], share), SMALL)
        write(ax, (middle, 1), f"gate {i + 1}", bbox=box)
    write(ax, (root, 2), "top gate", bbox=BOX | {"edgecolor": INK})
    ways = [
        f"expert {i}{j} {_path(g[i - 1], share)}"
        for i, row in enumerate(leaves, start=1)
        for j, share in enumerate(row, start=1)
    ]
    return finish(
        ax, f"A top gate over {len(g)} gates over {J} experts each: {'; '.join(ways)}.", title
    )


def _expert(ax: Axes, x: float, name: str, share: str, chosen: bool) -> None:
    """Its box, what it reads, and its answer on the way to its contact of the switch."""
    arrow(ax, (x, 0.35), (x, 0.95), QUIET)
    ax.plot([x, x], [1.65, 2.75], color=VERMILLION if chosen else QUIET, lw=3 if chosen else 1.2)
    ax.plot(x, 2.75, **DOT)
    write(ax, (x, 1.3), name, bbox=BOX | {"edgecolor": BLUE})
    write(ax, (x + 0.1, 2.3), share, SMALL, ha="left", color=ORANGE)


def _gate(ax: Axes, x: float) -> None:
    arrow(ax, (x, 0.35), (x, 0.95), QUIET)
    ax.plot([-0.1, x], [0.35, 0.35], color=QUIET, lw=1.2)
    write(ax, (x, 1.3), "gate", bbox=BOX | {"edgecolor": ORANGE})
    arrow(ax, (x, 1.7), (x, 3.1), ORANGE, head=0)
    arrow(ax, (x, 3.1), (x - 1.55, 3.1), ORANGE, width=1.6)
    write(ax, (x + 0.1, 2.3), "probabilities", SMALL, ha="left", color=ORANGE)


def _path(first: float, second: float) -> str:
    return f"{first:.2f} · {second:.2f} = {first * second:.2f}"


def _way(ax: Axes, start: Place, end: Place, share: float, of: str) -> None:
    ax.plot(*zip(start, end, strict=True), color=of, lw=0.6 + 7 * share, zorder=1, alpha=0.6)
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    write(ax, middle, f"{share:.2f}", SMALL, bbox={"facecolor": "white", "lw": 0, "pad": 1.5})


def _probabilities(shares, ndim: int) -> np.ndarray:
    g = given.array(shares)
    fits = g.ndim == ndim and g.size and (g >= 0).all() and np.allclose(g.sum(-1), 1, atol=1e-6)
    rule = "A gate's probabilities must be 0 or more and sum to 1"
    given.must(fits, rule, f"{g.tolist()}", "Try scores.softmax(-1).")
    return g
