"""Diagrams: words in boxes and circles, and arrows between them, on a sheet without axes."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from helpers.views.drawing.palette import INK
from helpers.views.drawing.style import SIZE, axes

Place = tuple[float, float]


def sheet(
    ax: Axes | None, size: Place, xlim: Place, ylim: Place, aspect: str | float = "auto"
) -> Axes:
    """The Axes, or new ones of so many inches, as an empty sheet: no ticks, no frame."""
    ax = axes(ax, size)
    ax.set(xlim=xlim, ylim=ylim, aspect=aspect)
    ax.set_axis_off()
    return ax


def write(ax: Axes, place: Place, text: str, size: float = SIZE, **look) -> None:
    """Words with their middle at a place; bbox=… draws a box around them."""
    look = {"ha": "center", "va": "center", "color": INK, "parse_math": False} | look
    ax.text(*place, text, fontsize=size, **look)


def arrow(
    ax: Axes,
    start: Place,
    end: Place,
    colour: str = INK,
    width: float = 1.2,
    head: float = 10,
    gap: float = 0,
    bend: float = 0,
    **look,
) -> None:
    """An arrow from start to end that stops `gap` points before either; a head of 0 is none.

    bend: how far its middle lies right of the straight line, as a share of its length.
    """
    tip = {"arrowstyle": "-|>", "mutation_scale": head} if head else {"arrowstyle": "-"}
    shape = {"connectionstyle": f"arc3,rad={bend}", "shrinkA": gap, "shrinkB": gap}
    ax.add_patch(FancyArrowPatch(start, end, color=colour, lw=width, **tip, **shape, **look))
