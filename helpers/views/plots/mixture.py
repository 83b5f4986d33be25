"""Mixtures of experts over one input: points and lines, the gate, the density they make."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator

from helpers.basics.numbers import array
from helpers.basics.signature import signed
from helpers.views.drawing import counted, course, given, labels, listed, number, style
from helpers.views.drawing.palette import DASHES, INK, MAP, MARKERS, VERMILLION, colour

BAND = 2  # standard deviations on either side of a line
Values = Sequence[float]
Rows = Sequence[Values]


@signed()
def experts(
    x: Values,
    y: Values,
    responsibilities: Rows,
    at: Values,
    means: Rows,
    deviations: Values,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Points in the colours of the experts who answer for them, and the experts' lines.

    x, y: (n,); responsibilities: (n, M), a point's colour is the mix and its marker the largest;
    at: (k,) places where the lines stand, means (k, M), each with a band of two deviations (M,).
    """
    x, y, h, at, means, deviations = map(array, (x, y, responsibilities, at, means, deviations))
    _check(x, y, h, at, means, deviations)
    ax = style.axes(ax, grid="both")
    _points(ax, x, y, h)
    for m, (line, deviation) in enumerate(zip(means.T, deviations, strict=True)):
        band = line - BAND * deviation, line + BAND * deviation
        ax.fill_between(at, *band, color=colour(m), alpha=0.14, linewidth=0)
        ax.plot(at, line, color=colour(m), ls=DASHES[m % len(DASHES)], lw=2.2, zorder=4)
    ax.set_xlim(at.min(), at.max())
    margin = 0.08 * (np.ptp(y) or 1)
    ax.set_ylim(y.min() - margin, y.max() + margin)
    style.finish(ax, say_experts(h, at, means, deviations), title, "x", "y")
    _label(ax, means[-1])
    return ax


@signed()
def gates(at: Values, probs: Rows, title: str = "", ax: Axes | None = None) -> Axes:
    """The gate's probability of every expert by x. at: (k,); probs: (k, M), rows sum to 1."""
    at, probs = array(at), array(probs)
    ax = style.axes(ax, size=(7, 2.2), grid="both")
    for m, curve in enumerate(probs.T):
        ax.plot(at, curve, color=colour(m), ls=DASHES[m % len(DASHES)], lw=2.2)
    ax.set(xlim=(at.min(), at.max()), ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
    style.finish(ax, say_gates(at, probs), title, "x", "gate")
    _label(ax, probs[-1])
    return ax


@signed()
def density(
    at: Values,
    heights: Values,
    values: Rows,
    points: tuple[Values, Values] | None = None,
    mean: Values | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """P(y | x) as depth of colour over x and y: every column is a distribution of its own.

    at: (k,) equally spaced x; heights: (j,) equally spaced y; values: (j, k). points: x and y of
    data drawn on top; mean: (k,), a dashed line.
    """
    at, heights, values = array(at), array(heights), array(values)
    fits = len(at) > 1 and len(heights) > 1 and values.shape == (len(heights), len(at))
    rule = "A density needs two places and two heights at least, and (heights, places) values ≥ 0"
    got = f"{len(at)} places, {len(heights)} heights and values {values.shape}"
    given.must(fits and (values >= 0).all(), rule, got, "Try values.T.")
    ax = style.axes(ax)
    sides = _edges(at) + _edges(heights)
    image = ax.imshow(values, MAP, extent=sides, origin="lower", aspect="auto")
    style.colour_bar(ax, image, "P(y | x)", MaxNLocator(5))
    if points is not None:
        ax.scatter(*map(array, points), s=10, color="white", edgecolors=INK, linewidths=0.5)
    if mean is not None:
        ax.plot(at, array(mean), color=VERMILLION, lw=2, ls=DASHES[1])
    ax.set(xlim=sides[:2], ylim=sides[2:])
    return style.finish(ax, _say_density(at, heights, values), title, "x", "y")


def _points(ax: Axes, x: np.ndarray, y: np.ndarray, h: np.ndarray) -> None:
    mixed = h @ np.array([to_rgb(colour(m)) for m in range(h.shape[1])])
    owner = h.argmax(1)
    for m in np.unique(owner):
        own, marker = owner == m, MARKERS[m % len(MARKERS)]
        look = {"s": 24, "marker": marker, "alpha": 0.75, "linewidths": 0, "zorder": 3}
        ax.scatter(x[own], y[own], c=mixed[own].clip(0, 1), **look)


def _label(ax: Axes, ends: np.ndarray) -> None:
    inside = np.clip(ends, *ax.get_ylim())
    labels.name_ends(ax, {f"expert {m}": end for m, end in enumerate(inside, start=1)})


def _edges(centres: np.ndarray) -> tuple[float, float]:
    half = (centres[-1] - centres[0]) / (len(centres) - 1) / 2
    return centres[0] - half, centres[-1] + half


def _check(x, y, h, at, means, deviations) -> None:
    fits = h.ndim == means.ndim == 2 and len(x) == len(y) == len(h) and len(at) == len(means)
    fits = fits and h.shape[1] == means.shape[1] and deviations.shape == h.shape[1:]
    rule = "Points (n,), responsibilities (n, M), places (k,), means (k, M) and deviations (M,)"
    got = f"shapes {[part.shape for part in (x, y, h, at, means, deviations)]}"
    given.must(fits, f"{rule} must fit together", got, "Try x[:, 0] for a single input.")


def say_experts(h: np.ndarray, at: np.ndarray, means: np.ndarray, deviations: np.ndarray) -> str:
    """What `experts` shows, in words: h (n, M), at (k,), means (k, M), deviations (M,)."""
    each = enumerate(zip(means.T, deviations, h.mean(0), strict=True), start=1)
    parts = [
        f"expert {m} goes {course(line)}, deviation {number(width)}, and answers for {share:.0%}"
        for m, (line, width, share) in each
    ]
    head = f"{len(h)} points and {counted(len(parts), 'expert')}"
    return f"{head}, x {course(at)}: {'; '.join(parts)}."


def say_gates(at: np.ndarray, probs: np.ndarray) -> str:
    """What `gates` shows, in words: every expert's probability at both ends and in the middle."""
    shown = [0, len(at) // 2, -1]
    rows = [", ".join(f"{p:.2f}" for p in curve) for curve in probs[shown].T]
    parts = "; ".join(f"expert {m} {row}" for m, row in enumerate(rows, start=1))
    return f"Gate at x = {listed([*map(number, at[shown])])}: {parts}."


def _say_density(at: np.ndarray, heights: np.ndarray, values: np.ndarray) -> str:
    shown = [0, len(at) // 2, -1]
    tops = zip(at[shown], heights[values[:, shown].argmax(0)], strict=True)
    parts = [f"at x = {number(x)} highest at y = {number(y)}" for x, y in tops]
    return f"Density of y given x, up to {number(values.max())}: {'; '.join(parts)}."
