"""Rotary positions as clocks: a query and a key, and the score of their distance.

Notebook: The modern block.
"""

import math

import ipywidgets

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given, number
from helpers.views.drawing.palette import BLUE, GRID, INK, QUIET
from helpers.views.drawing.svg import document, touched, words
from helpers.views.pictures.clocks import face, legend
from helpers.views.widgets.explorer import Explorer

PAIRS, FARTHEST, LAST = 8, 64, 128  # pairs of channels, largest distance, last place
MOST = 16  # places back that a query seeks
BASES = (10, 100, 1_000, 10_000, 500_000)
WIDTH, HEIGHT, RADIUS = 760, 440, 36  # CSS pixels
LEFT, RIGHT, TOP, BOTTOM = 56, 740, 248, 400  # the curve's frame
Place = tuple[float, float]


@signed()
def rotary(distance: int = 5, base: int = 10_000, seeks: int = 0, place: int = 100) -> Explorer:
    """Two tokens so far apart: how each pair of channels turns them, and what their product is.

    A head of 16 channels. The query stands at a place, the key a distance before it. Every pair has
    length 1; seeks: how far back the token stands that the query fits best, before all turning.
    """
    whole("distance", distance, 0, FARTHEST)
    whole("seeks", seeks, 0, MOST)
    whole("place", place, FARTHEST, LAST)
    given.must(base in BASES, f"base must be one of {BASES}", base, "Try 10_000.")
    controls = {
        "distance": ipywidgets.IntSlider(distance, min=0, max=FARTHEST),
        "base": ipywidgets.SelectionSlider(options=[(f"{b:,}", b) for b in BASES], value=base),
        "seeks": ipywidgets.IntSlider(
            seeks, min=0, max=MOST, description="query seeks, places back"
        ),
        "place": ipywidgets.IntSlider(
            place, min=FARTHEST, max=LAST, description="query stands at place"
        ),
    }
    pairs = [("distance", "base"), ("distance", "seeks"), ("distance", "place")]
    return Explorer(draw, play=["distance"], pairs=pairs, **controls)


def turns(base: float) -> list[float]:
    """How many radians each pair turns from one place to the next: base^(-2i/hs)."""
    return [base ** (-i / PAIRS) for i in range(PAIRS)]


def products(distance: int, base: float, seeks: int) -> list[float]:
    """What each pair adds to the score: the cosine of the angle between its two hands."""
    return [math.cos(turn * (distance - seeks)) for turn in turns(base)]


def score_at(distance: int, base: float, seeks: int) -> float:
    """The mean of the products: 1 where all hands point the same way."""
    return sum(products(distance, base, seeks)) / PAIRS


def draw(distance: int, base: int, seeks: int, place: int) -> Picture:
    """Eight clocks with two hands each, and the score at every distance."""
    found = products(distance, base, seeks)
    clocks = [
        _clock(i, turn, turn * (place - seeks), turn * (place - distance), found[i])
        for i, turn in enumerate(turns(base))
    ]
    said = _say(distance, place, score_at(distance, base, seeks))
    note = "below: what the pair adds to the score, and in how many places it turns once"
    head = [words(LEFT - 40, 22, said, 14), *legend(LEFT - 40, 48), words(LEFT + 112, 48, note, 13)]
    parts = [*head, *clocks, *_frame(), *_curve(base, seeks, distance)]
    alt = f"{said} Base {base:,}; the query seeks the token {seeks} back. Each pair adds "
    alt += ", ".join(f"{p:.2f}" for p in found)
    return Picture(f"{alt}.", markup=document(WIDTH, HEIGHT, parts), width=WIDTH)


def _clock(i: int, turn: float, query: float, key: float, product: float) -> str:
    x, y = 54 + 93 * i, 116.0
    shown = f"{product:+.2f}".replace("-", "−")
    round_ = f"a turn: {2 * math.pi / turn:,.0f}"
    lines = [(y - RADIUS - 10, f"pair {i}", 12), (y + 56, shown, 14), (y + 74, round_, 11)]
    written = [words(x, at, text, size, text_anchor="middle") for at, text, size in lines]
    return face((x, y), RADIUS, query, key) + "".join(written)


def _at(distance: float, value: float) -> Place:
    """Where a distance and its score lie in the frame: −1 at the bottom, 1 at the top."""
    return LEFT + (RIGHT - LEFT) * distance / FARTHEST, TOP + (BOTTOM - TOP) * (1 - value) / 2


def _frame() -> list[str]:
    ticks = [(v, _at(0, v)[1]) for v in (-1, 0, 1)]
    lines = [
        f'<path d="M {LEFT} {y:g} H {RIGHT}" stroke="{GRID}" stroke-width="1.5"/>'
        + words(LEFT - 10, y + 4.5, f"{v}".replace("-", "−"), 12, text_anchor="end")
        for v, y in ticks
    ]
    along = [
        words(_at(d, 0)[0], BOTTOM + 18, f"{d}", 12, text_anchor="middle")
        for d in range(0, FARTHEST + 1, 8)
    ]
    middle = (LEFT + RIGHT) / 2
    names = words(middle, BOTTOM + 36, "distance: query − key", 13, text_anchor="middle")
    title = "score ÷ 8 of this query and a key that stands so far before it"
    return [*lines, *along, names, words(LEFT, TOP - 14, title, 13)]


def _curve(base: float, seeks: int, distance: int) -> list[str]:
    places = [_at(d, score_at(d, base, seeks)) for d in range(FARTHEST + 1)]
    way = " L ".join(f"{x:.2f} {y:.2f}" for x, y in places)
    line = f'<path d="M {way}" fill="none" stroke="{INK}" stroke-width="2"/>'
    dots = [touched([_dot(xy, 3, INK)], distance=d) for d, xy in enumerate(places)]
    x, y = places[distance]
    drop = f'<path d="M {x:.2f} {TOP} V {BOTTOM}" stroke="{QUIET}" stroke-dasharray="4 3"/>'
    return [drop, line, *dots, _dot((x, y), 7, BLUE)]


def _dot(centre: Place, radius: float, colour: str) -> str:
    return f'<circle cx="{centre[0]:.2f}" cy="{centre[1]:.2f}" r="{radius}" fill="{colour}"/>'


def _say(distance: int, place: int, mean: float) -> str:
    where = f"Query at place {place}, key at place {place - distance}"
    return f"{where}: distance {distance}, score ÷ 8 = {number(mean)}."
