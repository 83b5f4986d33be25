"""Masks side by side: who may look at whom, as filled cells."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from helpers.basics.numbers import array
from helpers.views.drawing.palette import BLUE, INK, QUIET
from helpers.views.drawing.style import SIZE, SMALL, axes, finish
from helpers.views.drawing.wording import glyph, number

APART = 1.2  # cells between two panels, besides the room for row labels
LETTER = 0.27  # of a cell's width, for one letter of a label
Panel = tuple[object, Sequence[str], Sequence[str]]


def mask_panels(panels: Mapping[str, Panel], title: str = "", ax: Axes | None = None) -> Axes:
    """Each mask as a grid of cells, filled where the row may look at the column.

    panels: name -> (mask (R, C), R row labels, C column labels). ValueError if they do not fit.
    """
    drawn = {name: (array(m).astype(bool), rows, cols) for name, (m, rows, cols) in panels.items()}
    for name, panel in drawn.items():
        _check(name, *panel)
    height = max(len(rows) for _, rows, _ in drawn.values())
    top = 1.0 + LETTER * max(len(label) for _, _, cols in drawn.values() for label in cols)
    ax = axes(ax, size=(7.6, 2.9))
    right = 0.0
    for name, (mask, rows, columns) in drawn.items():
        left = right + LETTER * max(map(len, rows)) + 0.3
        _panel(ax, mask, rows, columns, left)
        ax.text(left, -top, name, fontsize=SIZE, color=INK, ha="left", va="bottom")
        right = left + len(columns) + APART
    ax.set(xlim=(0, right - APART + 0.2), ylim=(height + 0.2, -top - 0.8), aspect="equal")
    ax.set_axis_off()
    return finish(ax, " ".join(_say(name, *panel) for name, panel in drawn.items()), title)


def _check(name: str, mask: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
    if mask.shape != (len(rows), len(columns)) or not mask.size:
        raise ValueError(
            f"A mask needs a label for each row and each column; {name!r} has shape {mask.shape} "
            f"and {len(rows)} and {len(columns)} labels. Try the tokens that ask and are asked."
        )


def _panel(ax: Axes, mask: np.ndarray, rows, columns, left: float) -> None:
    for r, c in np.ndindex(*mask.shape):
        look = {"facecolor": BLUE} if mask[r, c] else {"facecolor": "white"}
        cell = Rectangle((left + c + 0.06, r + 0.06), 0.88, 0.88, edgecolor=QUIET, lw=0.6, **look)
        ax.add_patch(cell)
    text = {"fontsize": SMALL, "color": INK, "parse_math": False}
    for r, label in enumerate(rows):
        ax.text(left - 0.15, r + 0.5, glyph(label), ha="right", va="center", **text)
    for c, label in enumerate(columns):
        turn = {"rotation": 90} if len(label) > 1 else {}
        ax.text(left + c + 0.5, -0.15, glyph(label), ha="center", va="bottom", **turn, **text)


def _say(name: str, mask: np.ndarray, rows, columns) -> str:
    R, C = mask.shape
    square = f"{name}: {R} by {C}, {number(mask.sum())} of {R * C} cells may be looked at"
    if mask.all():
        return f"{name}: {R} by {C}, everything may be looked at."
    if R == C and (mask == np.tri(R, dtype=bool)).all():
        return f"{square}, those on the diagonal and below it."
    hidden = [columns[c] for c in np.flatnonzero(~mask.any(0))]
    return f"{square}" + (f"; hidden: {', '.join(hidden)}." if hidden else ".")
