"""Heat maps: matrices as coloured cells."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.image import AxesImage

from helpers.basics.numbers import array
from helpers.views.drawing.palette import GRID, MAP
from helpers.views.drawing.style import POINTS_PER_INCH, SIZE, SMALL, axes, counting, finish
from helpers.views.drawing.wording import glyph, number, spoken

MISSING = "#BBBBBB"


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

    matrix: (R, C), cells that are not a number stay grey; rows, columns: R and C tick labels,
    made visible if blank. ValueError if it is not a matrix or the labels do not fit it.
    """
    cells = array(matrix)
    _check(cells, rows, columns)
    side = min(0.6, max(0.105, 5.4 / max(cells.shape)))  # inches per cell
    ax = axes(ax, size=_size(*cells.shape, side), layout="compressed")
    ax.set_facecolor(MISSING)
    ax.spines[:].set(visible=True, color=GRID)
    _add_bar(ax, ax.imshow(cells, MAP, vmin=vmin, vmax=vmax, interpolation="nearest"), unit)
    _tick(ax.yaxis, rows, side)
    _tick(ax.xaxis, columns, side)
    return finish(ax, _say(cells, rows, columns, unit), title, xlabel, ylabel)


def _size(R: int, C: int, side: float) -> tuple[float, float]:
    return max(4.0, 1.8 + side * C), max(2.4, 1.0 + side * R)


def _add_bar(ax: Axes, image: AxesImage, unit: str) -> None:
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.03)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_edgecolor(GRID)
    bar.set_label(unit, fontsize=SIZE)


def _tick(axis: Axis, labels: Sequence[str] | None, side: float) -> None:
    axis.set_tick_params(length=0)
    if labels is None:
        axis.set_major_locator(counting())
    else:
        size = min(SIZE, 0.85 * side * POINTS_PER_INCH)
        shown = [glyph(label) for label in labels]
        axis.set_ticks(range(len(labels)), shown, fontsize=size, parse_math=False)


def _check(cells: np.ndarray, rows: Sequence | None, columns: Sequence | None) -> None:
    given = [None if labels is None else len(labels) for labels in (rows, columns)]
    fits = [n in (None, size) for n, size in zip(given, cells.shape, strict=False)]
    if cells.ndim != 2 or not cells.size or not all(fits):
        raise ValueError(
            f"A heat map needs a matrix (R, C) with R row and C column labels; got shape "
            f"{cells.shape} with {given[0]} and {given[1]} labels. Try one head of one text."
        )


def _say(cells: np.ndarray, rows, columns, unit: str) -> str:
    R, C = cells.shape
    head = f"Heat map{f' of {unit}' if unit else ''}, {R} rows by {C} columns"
    if np.isnan(cells).all():
        return f"{head}, all empty."
    r, c = np.unravel_index(np.nanargmax(cells), cells.shape)
    row, column = _name(rows, r), _name(columns, c)
    low, high = number(np.nanmin(cells)), number(cells[r, c])
    return f"{head}, values from {low} to {high}; largest cell: row {row}, column {column}."


def _name(labels: Sequence[str] | None, i: int) -> str:
    return f"{i}" if labels is None else spoken(labels[i])
