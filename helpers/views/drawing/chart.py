"""Lines, bands and marks over two axes, as SVG by hand: what a moved picture needs of a plot.

A figure of matplotlib costs 40 ms and more; these shapes cost one. A flipbook stores every shape
once, so what does not move costs it nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.views.drawing import svg
from helpers.views.drawing.labels import Label, spread
from helpers.views.drawing.palette import DASHES, GRID, QUIET

Values = Sequence[float]
Limits = tuple[float, float]
SMALL, SIZE = 12.5, 14  # CSS pixels: 9 and 10 points
ROUND = (1, 2, 2.5, 5, 10)
FLAT, SLANTED = 1.0, 1.2  # of the half width: squares look as large as circles, points are longer


@dataclass(frozen=True)
class Chart:
    """A rectangle of a picture, in CSS pixels from its upper left corner, and what its axes span.

    Every method returns the markup of a shape; only `inside` cuts off what lies beyond the axes.
    """

    x: float
    y: float
    width: float
    height: float
    across: Limits
    up: Limits

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point in the units of the axes lies in the picture."""
        right = (x - self.across[0]) / (self.across[1] - self.across[0])
        high = (y - self.up[0]) / (self.up[1] - self.up[0])
        return self.x + right * self.width, self.y + (1 - high) * self.height

    def frame(
        self,
        across: Mapping[float, str],
        up: Mapping[float, str],
        xlabel: str = "",
        ylabel: str = "",
        title: str = "",
    ) -> list[str]:
        """Both axes with the names of their ticks, a quiet grid, labels, a title above."""
        left, low, middle = self.x, self.y + self.height, self.x + self.width / 2
        parts = [part for x, name in across.items() for part in self._column(x, name)]
        parts += [part for y, name in up.items() for part in self._row(y, name)]
        parts += [
            stroke((left, self.y, left, low), QUIET),
            stroke((left, low, left + self.width, low), QUIET),
        ]
        parts += [svg.words(middle, low + 40, xlabel, SIZE, text_anchor="middle")] if xlabel else []
        parts += [svg.words(left, self.y - 9, title, SMALL)] if title else []
        if ylabel:
            x, y = left - 42, self.y + self.height / 2
            turned = {"transform": f"rotate(-90 {x:g} {y:g})", "text_anchor": "middle"}
            parts.append(svg.words(x, y, ylabel, SIZE, **turned))
        return parts

    def _column(self, x: float, name: str) -> list[str]:
        at, low = self.place(x, self.up[0])
        look = {"text_anchor": "middle"}
        line = [stroke((at, self.y, at, low), GRID), stroke((at, low, at, low + 5), QUIET)]
        return line + ([svg.words(at, low + 19, name, SMALL, **look)] if name else [])

    def _row(self, y: float, name: str) -> list[str]:
        left, at = self.place(self.across[0], y)
        line = [
            stroke((left, at, left + self.width, at), GRID),
            stroke((left - 5, at, left, at), QUIET),
        ]
        return [*line, svg.words(left - 9, at + 4.5, name, SMALL, text_anchor="end")]

    def inside(self, shapes: Sequence[str]) -> str:
        """The shapes, as far as they lie between the axes' ends."""
        box = f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"
        x, y, width, height = box.split()
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        return f'<svg {place} viewBox="{box}">{"".join(shapes)}</svg>'

    def line(self, x: Values, y: Values, colour: str, style: int = 0, width: float = 3) -> str:
        """A line through points; style: its dashes, as in `palette.DASHES`."""
        dashes = (
            [] if style == 0 else [f"{part * width:g}" for part in DASHES[style % len(DASHES)][1]]
        )
        dashed = f' stroke-dasharray="{" ".join(dashes)}"' if dashes else ""
        look = f'fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}'
        return f'<path d="M{self._through(x, y)}" {look}/>'

    def level(self, y: float, colour: str = QUIET, style: int = 1, width: float = 1.6) -> str:
        """A line at this height from end to end."""
        return self.line(self.across, [y, y], colour, style, width)

    def upright(self, x: float, colour: str = QUIET, width: float = 1.6) -> str:
        """A line at this place from the bottom to the top."""
        return self.line([x, x], self.up, colour, 0, width)

    def bar(self, x: float, height: float, width: float, look: str) -> str:
        """A bar from the lower end up to a height, its middle at x; look: attributes such as fill.

        width: in the units of the axis. Nothing is drawn of a height at or below the lower end.
        """
        if height <= self.up[0]:
            return ""
        (left, top), (right, low) = (
            self.place(x - width / 2, height),
            self.place(x + width / 2, self.up[0]),
        )
        place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{low - top:.1f}"'
        return f"<rect {place} {look}/>"

    def ends(self, labels: Sequence[Label]) -> list[str]:
        """Right of the chart names, each (height, text, colour) with a line to where it belongs."""
        right, low = self.place(self.across[1], self.up[0])
        wishes = [self.place(0, min(max(y, self.up[0]), self.up[1]))[1] for y, _, _ in labels]
        heights = spread(wishes, 18, self.y, low).tolist()
        parts = []
        for (_, text, tint), wish, height in zip(labels, wishes, heights, strict=True):
            parts.append(stroke((right, wish, right + 24, height), tint, 2))
            parts.append(svg.words(right + 28, height + 4.5, text, SMALL))
        return parts

    def band(self, x: Values, low: Values, high: Values, colour: str, opacity: float = 0.14) -> str:
        """The area between two lines."""
        there, back = self._through(x, low), self._through(x[::-1], high[::-1])
        return f'<path d="M{there}L{back}Z" fill="{colour}" fill-opacity="{opacity:g}"/>'

    def mark(self, x: float, y: float, colour: str, kind: int = 0, size: float = 5.5) -> str:
        """A mark of this half width at a point; kind: as in `palette.MARKERS`, the first four."""
        across, down = self.place(x, y)
        return MARKS[kind % len(MARKS)](across, down, size) + f' fill="{colour}"/>'

    def _through(self, x: Values, y: Values) -> str:
        across, down = self.place(np.asarray(x, float), np.asarray(y, float))
        return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(across, down, strict=True))


def ticks(low: float, high: float, most: int = 4) -> dict[float, str]:
    """At most so many and one round numbers between two, each as it is written.

    >>> ticks(-0.7, 0.8)
    {-0.5: '−0.5', 0.0: '0.0', 0.5: '0.5'}
    """
    found = MaxNLocator(most, steps=ROUND).tick_values(low, high).tolist()
    places = [round(place, 12) for place in found if low <= place <= high]
    digits = max((len(f"{p:.6g}".partition(".")[2]) for p in places), default=0)
    return {p: f"{p:.{digits}f}".replace("-", "−") for p in places}


def key(x: float, y: float, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Samples and names from (x, y) to the right; a sample is markup from (0, 0) on, 24 wide."""
    parts = []
    for sample, name in entries:
        parts.append(f'<g transform="translate({x:g} {y:g})">{sample}</g>')
        parts.append(svg.words(x + 30, y + 4.5, name, SMALL))
        x += 30 + 7.2 * len(name) + 14
    return parts


def sample(colour: str, style: int = 0, kind: int | None = None) -> str:
    """A piece of a line and the mark of its points, for a key."""
    piece = Chart(0, -1, 24, 2, (0, 1), (-1, 1))
    marked = "" if kind is None else piece.mark(0.5, 0, colour, kind)
    return piece.line([0, 1], [0, 0], colour, style) + marked


def stroke(ends: tuple[float, float, float, float], colour: str, width: float = 1) -> str:
    """A straight line from (x1, y1) to (x2, y2), in CSS pixels."""
    names = zip(("x1", "y1", "x2", "y2"), ends, strict=True)
    place = " ".join(f'{name}="{end:.1f}"' for name, end in names)
    return f'<line {place} stroke="{colour}" stroke-width="{width:g}"/>'


def star(x: float, y: float, colour: str, r: float = 8) -> str:
    """A star of five points around (x, y), in CSS pixels."""
    turns = np.pi * (np.arange(10) / 5 - 0.5)
    far = np.where(np.arange(10) % 2, 0.4 * r, r)
    points = zip(x + far * np.cos(turns), y + far * np.sin(turns), strict=True)
    return f'<path d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in points)}Z" fill="{colour}"/>'


def _circle(x: float, y: float, r: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"'


def _square(x: float, y: float, r: float) -> str:
    a = FLAT * r
    return f'<path d="M{x - a:.1f} {y - a:.1f}h{2 * a:g}v{2 * a:g}h{-2 * a:g}Z"'


def _triangle(x: float, y: float, r: float) -> str:
    a = SLANTED * r
    return f'<path d="M{x:.1f} {y - a:.1f}l{a:g} {2 * a:g}h{-2 * a:g}Z"'


def _diamond(x: float, y: float, r: float) -> str:
    a = SLANTED * r
    return f'<path d="M{x:.1f} {y - a:.1f}l{a:g} {a:g}l{-a:g} {a:g}l{-a:g} {-a:g}Z"'


MARKS: tuple[Callable[[float, float, float], str], ...] = (_circle, _square, _triangle, _diamond)
