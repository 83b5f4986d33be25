"""Small black-and-white images side by side, with the lines along which they are cut."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.basics.signature import signed
from helpers.views.drawing import counted, given, listed, palette, style

WIDTH, MOST = 7.4, 16  # inches of a row; images in it


@signed()
def images(
    sheets: Sequence[Sequence[Sequence[float]]],
    titles: Sequence[str] | None = None,
    patch_size: int = 0,
    columns: int = 8,
) -> Axes:
    """Images in rows, ink dark; returns the first one's Axes.

    sheets: (n, H, W) of values from 0 to 1. titles: one above each. patch_size: draw the lines
    between patches of so many pixels. ValueError unless there are images, and titles for all.
    """
    sheets, titles = given.array(sheets), [""] * len(sheets) if titles is None else list(titles)
    rule = "images needs (n, H, W) with n ≥ 1 and a title for each"
    got, advice = f"shape {sheets.shape} and {len(titles)} titles", "Try images[:, 0]."
    fits = sheets.ndim == 3 and sheets.size and len(titles) == len(sheets)
    given.must(fits, rule, got, advice)
    columns = min(columns, MOST, len(sheets))
    rows, side = math.ceil(len(sheets) / columns), WIDTH / max(columns, 4)
    figure = Figure(figsize=(columns * side, rows * (side + 0.12)), facecolor="white")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    figure.subplots_adjust(0.01, 0.02, 0.99, 1 - 0.2 / (rows * (side + 0.12)), 0.12, 0.32)
    for ax in grid:
        ax.set_axis_off()
    for ax, sheet, title in zip(grid, sheets, titles, strict=False):
        _one(ax, sheet, title, patch_size)
    grid[0].set_label(_say(sheets, titles, patch_size))
    return grid[0]


def _one(ax: Axes, sheet, title: str, patch_size: int) -> None:
    ax.set_axis_on()
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_color(palette.QUIET)
    ax.imshow(sheet, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    ax.set_title(title, fontsize=style.SMALL, color=palette.INK, pad=3)
    if patch_size:
        for cut, size in zip((ax.axhline, ax.axvline), sheet.shape, strict=True):
            for place in range(patch_size, size, patch_size):
                cut(place - 0.5, color=palette.BLUE, lw=1.2)


def _say(sheets, titles: Sequence[str], patch_size: int) -> str:
    n, height, width = sheets.shape
    cut = f", cut into patches of {patch_size}×{patch_size}" if patch_size else ""
    named = f": {listed(list(titles))}" if any(titles) else ""
    share = f"{sheets.mean():.0%} of the pixels are ink"
    return f"{counted(n, 'image')} of {height}×{width} pixels{cut}{named}; {share}."
