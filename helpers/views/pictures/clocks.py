"""A pair of channels as the hands of a clock: turned to their places, the same angle between them.

Notebook *The modern block*; the widget `rotary` draws the same hands.
"""

import math

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.views.drawing import Picture
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE, QUIET, SKY
from helpers.views.drawing.svg import document, words

WIDTH, HEIGHT, RADIUS, DOWN = 760, 292, 78, 140  # CSS pixels
Place = tuple[float, float]


@signed()
def turned_pair(turn: float, between: float, distance: int, starts: tuple[int, int]) -> Picture:
    """One pair of a query and a key three times: as they are, and turned to two pairs of places.

    turn: radians a place; between: the angle from the key to the query before they are turned;
    distance: how far the query stands behind the key, which stands at each of the starts.
    """
    for place in (distance, *starts):
        whole("A place, or a distance,", place, 0)
    panels = [("not turned", 0.0, 0.0)]
    panels += [(f"key at {s}, query at {s + distance}", s * turn, distance * turn) for s in starts]
    parts = []
    for i, (name, key, more) in enumerate(panels):
        centre = (136 + 244 * i, DOWN)
        degrees = f"{math.degrees(between + more):.0f}° apart"
        parts += [face(centre, RADIUS, key + between + more, key)]
        parts += [words(centre[0], 30, name, 15, text_anchor="middle")]
        parts += [words(centre[0], DOWN + RADIUS + 28, degrees, 15, text_anchor="middle")]
    parts += legend(20, HEIGHT - 8)
    apart = math.degrees(between), math.degrees(between + distance * turn)
    alt = f"A query's and a key's hand on three clocks: not turned {apart[0]:.0f}° apart; with the "
    alt += " and with the ".join(name for name, *_ in panels[1:])
    markup = document(WIDTH, HEIGHT, parts)
    return Picture(f"{alt} {apart[1]:.0f}° apart, both times.", markup=markup, width=WIDTH)


def face(centre: Place, radius: float, query: float, key: float) -> str:
    """A clock with the hands of a query and of a key, and a slice for the angle between them."""
    ring = f'<circle cx="{centre[0]:g}" cy="{centre[1]:g}" r="{radius}" fill="none" '
    ring += f'stroke="{GRID}" stroke-width="2"/>'
    slice_ = _slice(centre, radius - 10, query, key)
    hands = _hand(centre, radius - 4, key, ORANGE, 5) + _hand(centre, radius - 4, query, BLUE, 2.5)
    return ring + slice_ + hands


def legend(x: float, y: float) -> list[str]:
    """Which hand is whose."""
    return [
        f'<path d="M {at:g} {y - 4:g} h 22" stroke="{colour}" stroke-width="4"/>'
        + words(at + 28, y, name, 13, fill=INK)
        for at, colour, name in ((x, BLUE, "query"), (x + 84, ORANGE, "key"))
    ]


def _tip(centre: Place, radius: float, angle: float) -> Place:
    """Angle 0 points up, as twelve does, and grows clockwise."""
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def _hand(centre: Place, length: float, angle: float, colour: str, width: float) -> str:
    x, y = _tip(centre, length, angle)
    way = f"M {centre[0]:g} {centre[1]:g} L {x:.2f} {y:.2f}"
    return f'<path d="{way}" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _slice(centre: Place, radius: float, query: float, key: float) -> str:
    """The angle between the hands, the smaller way round."""
    gap = math.remainder(query - key, 2 * math.pi)
    (x0, y0), (x1, y1) = (_tip(centre, radius, angle) for angle in (key, key + gap))
    arc = f"A {radius} {radius} 0 0 {int(gap > 0)} {x1:.2f} {y1:.2f}"
    way = f"M {centre[0]:g} {centre[1]:g} L {x0:.2f} {y0:.2f} {arc} Z"
    return f'<path d="{way}" fill="{SKY}" fill-opacity="0.4" stroke="{QUIET}" stroke-width="0.8"/>'
