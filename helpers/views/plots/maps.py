"""Matrices as coloured cells: heat maps, and masks."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle

from helpers.basics.numbers import array
from helpers.basics.signature import signed
from helpers.views.drawing import given, glyph, number, spoken, style
from helpers.views.drawing.palette import BLUE, GRID, INK, MAP, QUIET, SIGNED

MISSING = "#BBBBBB"
WIDE, HIGH = 7.6, 3.5  # inches, of a whole row of heat maps
APART = 1.2  # cells between two masks, besides the room for row labels
LETTER = 0.27  # of a cell's width, for one letter of a label
Panel = tuple[object, Sequence[str], Sequence[str]]


@signed("matrix")
def heatmap(
    matrix: Sequence[Sequence[float]],
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    unit: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
) -> Axes:
    """A matrix as coloured cells with a colour bar: white is the least, dark blue the most.

    Where cells (or vmin) are below zero, white is zero and brown is negative. matrix: (R, C), cells
    that are not a number stay grey; rows, columns: R and C tick labels, made visible if blank.
    ValueError if it is not a matrix or the labels do not fit it.
    """
    cells = array(matrix)
    _check(cells, rows, columns)
    side = min(0.6, max(0.105, 5.4 / max(cells.shape)))  # inches per cell
    size = max(4.0, 1.8 + side * cells.shape[1]), max(2.4, 1.0 + side * cells.shape[0])
    ax = style.axes(ax, size, layout="compressed")
    ax.set_facecolor(MISSING)
    ax.spines[:].set(visible=True, color=GRID)
    image = ax.imshow(cells, **_colours(cells, vmin, vmax), interpolation="nearest")
    style.colour_bar(ax, image, unit)
    _tick(ax.yaxis, rows, side)
    _tick(ax.xaxis, columns, side)
    return style.finish(ax, _say(cells, rows, columns, unit), title, xlabel, ylabel)


@signed("matrices")
def heatmaps(
    matrices: Mapping[str, Sequence[Sequence[float]]],
    labels: Mapping[str, tuple[Sequence[str], Sequence[str]]] | None = None,
    ylabel: str = "",
    **look,
) -> Axes:
    """Named matrices as heat maps beside each other; returns the first one's Axes.

    labels: name -> (row labels, column labels). look: what `heatmap` knows, xlabel, unit, and
    vmin and vmax for one scale. ValueError if there is no matrix.
    """
    advice = "Try {'head 1': weights}."
    given.must(matrices, "heatmaps needs at least one matrix", "none", advice)
    row = style.row_of_axes(len(matrices), (WIDE, HIGH), "compressed")
    for i, (ax, (name, matrix)) in enumerate(zip(row, matrices.items(), strict=True)):
        ticks = (labels or {}).get(name, (None, None))
        heatmap(matrix, *ticks, ax, name, ylabel="" if i else ylabel, **look)
    return row[0]


@signed()
def mask_panels(panels: Mapping[str, Panel], title: str = "", ax: Axes | None = None) -> Axes:
    """Masks side by side: each a grid of cells, filled where the row may look at the column.

    panels: name -> (mask (R, C), R row labels, C column labels). ValueError if they do not fit.
    """
    drawn = {name: (array(m).astype(bool), rows, cols) for name, (m, rows, cols) in panels.items()}
    for name, panel in drawn.items():
        _check_mask(name, *panel)
    given.must(drawn, "There must be a mask", "none", "Try {'causal': (mask, 'abc', 'abc')}.")
    height = max(len(rows) for _, rows, _ in drawn.values())
    top = 1.0 + LETTER * max(len(label) for _, _, cols in drawn.values() for label in cols)
    ax, right = style.axes(ax, size=(7.6, 2.9)), 0.0
    for name, (mask, rows, columns) in drawn.items():
        left = right + LETTER * max(map(len, rows)) + 0.3
        _panel(ax, mask, rows, columns, left)
        ax.text(left, -top, name, fontsize=style.SIZE, color=INK, ha="left", va="bottom")
        right = left + len(columns) + APART
    ax.set(xlim=(0, right - APART + 0.2), ylim=(height + 0.2, -top - 0.8), aspect="equal")
    ax.set_axis_off()
    alt = " ".join(_say_mask(name, *panel) for name, panel in drawn.items())
    return style.finish(ax, alt, title)


def _colours(cells: np.ndarray, vmin: float | None, vmax: float | None) -> dict:
    """The colours and their ends: about zero, as far down as up, if anything is negative."""
    known = np.append(cells[~np.isnan(cells)], [v for v in (vmin, vmax) if v is not None])
    if not (known < 0).any():
        return {"cmap": MAP, "vmin": vmin, "vmax": vmax}
    far = np.abs(known).max()
    return {"cmap": SIGNED, "vmin": -far, "vmax": far}


def _tick(axis: Axis, labels: Sequence[str] | None, side: float) -> None:
    axis.set_tick_params(length=0)
    if labels is None:
        axis.set_major_locator(style.counting())
    else:
        size = min(style.SIZE, 0.85 * side * style.POINTS_PER_INCH)
        shown = [glyph(label) for label in labels]
        axis.set_ticks(range(len(labels)), shown, fontsize=size, parse_math=False)


def _check(cells: np.ndarray, rows: Sequence | None, columns: Sequence | None) -> None:
    counts = [None if labels is None else len(labels) for labels in (rows, columns)]
    fits = [n in (None, size) for n, size in zip(counts, cells.shape, strict=False)]
    rule = "A heat map needs a matrix (R, C) with R row and C column labels"
    got = f"shape {cells.shape} with {counts[0]} and {counts[1]} labels"
    given.must(cells.ndim == 2 and cells.size and all(fits), rule, got, "Try one head of one text.")


def _say(cells: np.ndarray, rows, columns, unit: str) -> str:
    R, C = cells.shape
    head = f"Heat map{f' of {unit}' if unit else ''}, {R} rows by {C} columns"
    if np.isnan(cells).all():
        return f"{head}, all empty."
    r, c = np.unravel_index(np.nanargmax(cells), cells.shape)
    named = ((rows, r), (columns, c))
    row, column = (f"{i}" if labels is None else spoken(labels[i]) for labels, i in named)
    low, high = number(np.nanmin(cells)), number(cells[r, c])
    return f"{head}, values from {low} to {high}; largest cell: row {row}, column {column}."


def _check_mask(name: str, mask: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
    R, C = len(rows), len(columns)
    rule = "A mask needs a label for each row and each column"
    got = f"{name!r} of shape {mask.shape} with {R} and {C} labels"
    advice = "Try the tokens that ask and are asked."
    given.must(mask.shape == (R, C) and mask.size, rule, got, advice)


def _panel(ax: Axes, mask: np.ndarray, rows, columns, left: float) -> None:
    for r, c in np.ndindex(*mask.shape):
        look = {"facecolor": BLUE if mask[r, c] else "white", "edgecolor": QUIET, "lw": 0.6}
        ax.add_patch(Rectangle((left + c + 0.06, r + 0.06), 0.88, 0.88, **look))
    text = {"fontsize": style.SMALL, "color": INK, "parse_math": False}
    for r, label in enumerate(rows):
        ax.text(left - 0.15, r + 0.5, glyph(label), ha="right", va="center", **text)
    for c, label in enumerate(columns):
        turn = {"rotation": 90} if len(label) > 1 else {}
        ax.text(left + c + 0.5, -0.15, glyph(label), ha="center", va="bottom", **turn, **text)


def _say_mask(name: str, mask: np.ndarray, rows, columns) -> str:
    R, C = mask.shape
    square = f"{name}: {R} by {C}, {number(mask.sum())} of {R * C} cells may be looked at"
    if mask.all():
        return f"{name}: {R} by {C}, everything may be looked at."
    if R == C and (mask == np.tri(R, dtype=bool)).all():
        return f"{square}, those on the diagonal and below it."
    hidden = [columns[c] for c in np.flatnonzero(~mask.any(0))]
    return f"{square}" + (f"; hidden: {', '.join(hidden)}." if hidden else ".")
