"""How every plot of the course looks: Axes, grid, type sizes, labels, line styles.

No pyplot: a figure belongs to whoever holds its Axes.
"""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from helpers.views.drawing.palette import DASHES, GRID, INK, MARKERS, PALETTE, QUIET

SIZE = 10  # points; 14 CSS pixels in a figure shown at 100 CSS pixels per inch
SMALL = 9
POINTS_PER_INCH = 72
PADDING = {"w_pad": 0.1, "h_pad": 0.1}  # inches around the picture
MONO = "DejaVu Sans Mono"
Size = tuple[float, float]  # inches
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def axes(
    ax: Axes | None = None, size: Size = (7, 4), grid: str = "", layout: str = "constrained"
) -> Axes:
    """The given Axes, or new ones on a figure of their own, in the course's quiet style.

    size in inches, 100 CSS pixels each; grid: lines across "x", "y", "both" or, by default, no
    axis; layout: matplotlib's name for the rule that places Axes.
    """
    if ax is None:
        ax = row_of_axes(1, size, layout)[0]
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.tick_params(labelsize=SMALL, color=QUIET, labelcolor=INK)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=GRID)
    return ax


def row_of_axes(n: int, size: Size, layout: str = "constrained", **shared) -> list[Axes]:
    """n Axes side by side on one figure of so many inches; shared: say sharey=True."""
    figure = Figure(figsize=size, facecolor="white", layout=layout)
    figure.get_layout_engine().set(**PADDING)
    return [*figure.subplots(1, n, squeeze=False, **shared)[0]]


def finish(
    ax: Axes, alt: str, title: str = "", xlabel: str = "", ylabel: str = "", pad: float = 10
) -> Axes:
    """Write title and axis labels, attach the description, and hand the Axes back.

    pad: points between the title and the Axes.
    """
    if title:
        ax.set_title(title, loc="left", fontsize=SIZE + 1, color=INK, pad=pad)
    ax.set_xlabel(xlabel, fontsize=SIZE, color=INK)
    ax.set_ylabel(ylabel, fontsize=SIZE, color=INK)
    sentence = title if title.endswith(("?", "!", ".")) else f"{title}."
    ax.set_label(f"{sentence} {alt}" if title else alt)
    return ax


def decade(value: float, position: int | None = None) -> str:
    """A tick of a long logarithmic axis. Matplotlib's own are formulas, which no figure here draws.

    >>> decade(1e-6)
    '10⁻⁶'
    """
    return f"10{f'{math.log10(value):.0f}'.translate(RAISED)}"


def counting() -> MaxNLocator:
    """Ticks for an axis that counts: whole round numbers, about ten."""
    return MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True)


def colour_bar(ax: Axes, image: AxesImage, unit: str, ticks: MaxNLocator | None = None) -> None:
    """The key of an image's colours, right of its Axes."""
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.03, ticks=ticks)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_edgecolor(GRID)
    bar.set_label(unit, fontsize=SIZE)


def line_style(i: int, points: int) -> dict:
    """Colour, dashes and marker of the i-th line (they repeat after six), the end point marked."""
    i, every = i % len(PALETTE), max(1, points // 10)
    marked = list(range(points - 1, -1, -every))
    look = {"color": PALETTE[i], "linestyle": DASHES[i], "marker": MARKERS[i]}
    return look | {"lw": 2, "ms": 5, "markevery": marked, "clip_on": False, "zorder": 3}
