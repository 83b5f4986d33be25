"""Plots that are drawn anew at every move: one figure is kept, and its pixels are fewer."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.views.drawing.picture import Picture, show

DOTS_PER_INCH = 100  # less crisp than a static picture, but a good deal quicker


def figure(width: float, height: float) -> Figure:
    """A figure of so many inches, to be kept: a new one for each move would double the time."""
    return Figure(figsize=(width, height), facecolor="white")


def wipe(ax: Axes) -> None:
    """What was drawn goes, axes and ticks stay: a good deal cheaper than ax.clear()."""
    for artist in [*ax.lines, *ax.collections, *ax.patches, *ax.texts]:
        artist.remove()
    ax.containers.clear()  # before Matplotlib 3.11 a removed one stayed here


def picture(ax: Axes, alt: str | None = None) -> Picture:
    """The whole figure of these Axes, as `show` makes it, in fewer pixels."""
    return show(ax, alt, DOTS_PER_INCH)
