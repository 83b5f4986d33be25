"""Plots that are drawn anew at every move: one figure is kept, and it is written as SVG."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.views.drawing import Picture, palette, style, vector
from helpers.views.drawing.picture import described


def figure(width: float, height: float) -> Figure:
    """A figure of so many inches, to be kept: a new one for each move would double the time."""
    return Figure(figsize=(width, height), facecolor="white")


def panel(ax: Axes, title: str, xlabel: str = "", grid: str = "y", pad: float = 6) -> Axes:
    """One of several Axes in a figure, its title and its label in the size of text."""
    look = {"fontsize": style.SIZE, "color": palette.INK}
    style.axes(ax, grid=grid).set_xlabel(xlabel, **look)
    ax.set_title(title, loc="left", pad=pad, **look)
    return ax


def lift(bars: Sequence[Rectangle], heights: Sequence[float]) -> None:
    """Give every bar its new height."""
    for bar, height in zip(bars, heights, strict=True):
        bar.set_height(height)


def wipe(ax: Axes) -> None:
    """What was drawn goes, axes and ticks stay: a good deal cheaper than ax.clear()."""
    for artist in [*ax.lines, *ax.collections, *ax.patches, *ax.texts]:
        artist.remove()
    ax.containers.clear()  # before Matplotlib 3.11 a removed one stayed here


def picture(ax: Axes, alt: str | None = None) -> Picture:
    """The whole figure of these Axes as SVG; alt: by default what its plots say of themselves."""
    figure = ax.figure
    return Picture(alt or described(figure), markup=vector.svg(figure))
