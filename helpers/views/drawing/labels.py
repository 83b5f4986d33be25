"""Labels at the ends of lines, spread so that no two overlap, instead of a legend box."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatterSciNotation

from helpers.basics.numbers import array
from helpers.views.drawing.palette import DASHES, INK, QUIET, colour
from helpers.views.drawing.style import POINTS_PER_INCH, SMALL, decade
from helpers.views.drawing.wording import number, writable

Label = tuple[float, str, str]  # height, text, colour


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """The places nearest to the wished heights (least squares) that lie `gap` apart in [low, high].

    Subtract i·gap from the i-th wish in order: what remains must only not fall, which pooling
    neighbours solves exactly. Wishes that cannot all fit are spread evenly over the range.
    """
    n = len(heights)
    gap = min(gap, (high - low) / max(1, n - 1))
    order = np.argsort(heights, kind="stable")
    wishes = array(heights)[order] - gap * np.arange(n)
    places = np.empty(n)
    places[order] = _pooled(wishes).clip(low, high - gap * (n - 1)) + gap * np.arange(n)
    return places


def _pooled(values: np.ndarray) -> np.ndarray:
    """The nearest sequence that never falls: neighbours that fall become their mean."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, size = float(value), 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (mean * size + before * count) / (size + count), size + count
        pools.append((mean, size))
    return np.array([mean for mean, size in pools for _ in range(size)])


def label_ends(ax: Axes, labels: Sequence[Label], size: float = SMALL) -> Axes:
    """Write (height in data units, text, colour) right of the Axes, each with a line to its height.

    The limits must be final: labels are spread in points on the Axes' present height.
    """
    if ax.figure.get_layout_engine() is not None:
        plain(ax.figure).draw_without_rendering()  # the layout decides how high the Axes are
    points = POINTS_PER_INCH / ax.figure.dpi
    bottom, top = ax.bbox.y0 * points, ax.bbox.y1 * points
    wishes = [ax.transData.transform((0, y))[1] * points for y, _, _ in labels]
    places = spread(wishes, gap=1.4 * size, low=bottom, high=top)
    line = {"arrowstyle": "-", "lw": 1.4, "shrinkA": 2, "shrinkB": 0, "relpos": (0, 0.5)}
    look = {"xycoords": ax.get_yaxis_transform(), "va": "center", "fontsize": size}
    for (y, text, tint), wish, place in zip(labels, wishes, places, strict=True):
        arrow = line | {"color": tint}
        beside(ax, text, (1, y), (20, place - wish), arrowprops=arrow, **look)
    return ax


def name_ends(ax: Axes, ends: Mapping[str, float]) -> Axes:
    """The same for name -> height, in the colours of the lines, which are taken in turn."""
    return label_ends(ax, [(y, name, colour(i)) for i, (name, y) in enumerate(ends.items())])


def beside(ax: Axes, text: str, xy: tuple, offset: tuple[float, float], **look) -> None:
    """Write so many points right of and above a place, also outside the Axes."""
    look = {"color": INK, "fontsize": SMALL, "annotation_clip": False} | look
    ax.annotate(text, xy, xytext=offset, textcoords="offset points", **look)


def plain(figure: Figure) -> Figure:
    """Before it is drawn: no text of a figure is a formula, for a name may hold dollar signs.

    What no picture can hold becomes �; names of ticks are written only as they are drawn, so
    whoever sets them makes them `writable`.
    """
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        if isinstance(axis.get_major_formatter(), LogFormatterSciNotation):  # it writes formulas
            axis.set_major_formatter(decade)
    for text in figure.findobj(Text):
        text.set(parse_math=False, text=writable(text.get_text()))
    return figure


def level_lines(ax: Axes, levels: Mapping[str, float]) -> list[Label]:
    """A quiet line across at every level; returns the labels of their ends."""
    for i, level in enumerate(levels.values(), start=1):
        ax.axhline(level, color=QUIET, lw=1.2, ls=DASHES[i % len(DASHES)], zorder=1.5)
    return [(level, f"{name} {number(level)}", QUIET) for name, level in levels.items()]
