"""A block as a flow from the bottom to the top: the residual stream, and what branches off it.

Source: Vaswani et al. 2017, figure 1, for the norm after the sum; Xiong et al. 2020, figure 1.
"""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.basics.signature import signed
from helpers.views.drawing import given, listed
from helpers.views.drawing.diagram import Place, arrow, sheet, write
from helpers.views.drawing.palette import BLUE, GREEN, INK, ORANGE
from helpers.views.drawing.style import SIZE, SMALL, finish

APART, HALF = 3.1, 2.35  # between two blocks; the height of attention's or the network's part
ASIDE = 1.3  # how far a branch stands from the stream
WIDE, HIGH = 1.15, 0.44  # a box
COLOURS = {"attention": ORANGE, "network": BLUE, "norm": GREEN}


class Flow(NamedTuple):
    """What happens around a sublayer f: is there a sum, and where does the norm stand?"""

    sums: bool
    before: bool
    after: bool
    formula: str


FLOWS = {
    "plain": Flow(False, False, False, "x ← f(x)"),
    "residual": Flow(True, False, False, "x ← x + f(x)"),
    "post-norm": Flow(True, False, True, "x ← norm(x + f(x))"),
    "pre-norm": Flow(True, True, False, "x ← x + f(norm(x))"),
}


@signed()
def block_flows(kinds: Sequence[str] = tuple(FLOWS), ax: Axes | None = None, title="") -> Axes:
    """Blocks of these kinds side by side: "plain", "residual", "post-norm", "pre-norm".

    The thick line is the stream; a thin one is what a sublayer reads and adds. ValueError for
    another kind.
    """
    rule = f"Every kind must be one of {', '.join(FLOWS)}, at least one"
    given.must(kinds and all(k in FLOWS for k in kinds), rule, list(kinds), 'Try ["pre-norm"].')
    right = APART * (len(kinds) - 1) + ASIDE + WIDE / 2
    size = 1.95 * len(kinds), 3.9
    ax = sheet(ax, size, (-WIDE / 2 - 0.1, right + 0.1), (-0.4, 2 * HALF + 1.15))
    for i, kind in enumerate(kinds):
        _block(ax, APART * i, kind)
    return finish(ax, " ".join(_say(kind) for kind in kinds), title)


def _block(ax: Axes, x: float, kind: str) -> None:
    flow = FLOWS[kind]
    arrow(ax, (x, -0.1), (x, 2 * HALF + 0.4), INK, width=3.2, head=16, zorder=1)
    write(ax, (x, -0.25), "x", SIZE)
    write(ax, (x + ASIDE / 2, 2 * HALF + 0.95), kind, SIZE + 1, weight="bold")
    write(ax, (x + ASIDE / 2, 2 * HALF + 0.62), flow.formula, SMALL)
    for n, name in enumerate(("attention", "network")):
        _sublayer(ax, x, n * HALF, name, flow)


def _sublayer(ax: Axes, x: float, y: float, name: str, flow: Flow) -> None:
    """One half of a block, from y upwards: its box on the stream, or on a branch beside it."""
    if not flow.sums:
        return _box(ax, (x, y + HALF / 2), name)
    aside, top = x + ASIDE, y + 1.62
    line = {"width": 1.4, "zorder": 2}
    arrow(ax, (x, y + 0.1), (aside, y + 0.1), head=0, **line)
    arrow(ax, (aside, y + 0.1), (aside, top), head=0, **line)
    arrow(ax, (aside, top), (x + 0.14, top), **line)
    if flow.before:
        _box(ax, (aside, y + 0.5), "norm")
    _box(ax, (aside, y + (1.13 if flow.before else 0.85)), name)
    ring = {"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": INK, "lw": 1.4}
    write(ax, (x, top), "+", SIZE, bbox=ring, zorder=4)
    if flow.after:
        _box(ax, (x, y + 2.08), "norm")


def _box(ax: Axes, middle: Place, name: str) -> None:
    corner = middle[0] - WIDE / 2, middle[1] - HIGH / 2
    shape = {"boxstyle": "round,pad=0.02,rounding_size=0.08", "facecolor": "white", "lw": 1.8}
    ax.add_patch(FancyBboxPatch(corner, WIDE, HIGH, edgecolor=COLOURS[name], zorder=3, **shape))
    write(ax, middle, name, SMALL, zorder=4)


def _say(kind: str) -> str:
    flow = FLOWS[kind]
    branch = listed([*(["norm"] if flow.before else []), "attention or network"])
    if not flow.sums:
        return f"A {kind} block: the stream passes through attention, then through the network."
    end = "; the sum passes through a norm" if flow.after else "; the stream itself goes on"
    return f"A {kind} block, twice: a branch through {branch} is added to the stream{end}."
