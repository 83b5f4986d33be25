"""The likeliest next characters as bars: the model's probability, beside it the true one."""

from collections.abc import Sequence

import numpy as np

from helpers.views.drawing import given, glyph, svg
from helpers.views.drawing.chart import SIZE, Chart, key
from helpers.views.drawing.palette import BLUE, INK, VERMILLION
from helpers.views.drawing.wording import likeliest, likeliest_of

SHOWN = 0.005  # smaller probabilities get no number
SCALES = (0.2, 0.5)  # of probabilities, then 1: few, so that the eye can follow from move to move
FILLED = f'fill="{BLUE}"'
LETTER = 16.7  # CSS pixels


def next_character_bars(
    chars: Sequence[str],
    model: Sequence[float],
    truth: Sequence[float] | None = None,
    top: int = 10,
    coming: str = "",
) -> tuple[str, list[str]]:
    """What the bars say in words, and their shapes, 740 by 430 CSS pixels with room above.

    chars: V characters; model, truth: (V,) probabilities in that order. The `top` characters with
    the largest probability in either are shown; `coming` stands in a box. ValueError if the
    lengths differ.
    """
    both = {"model": model} | ({} if truth is None else {"truth": truth})
    both = given.distributions(both, len(chars), "characters")
    best = likeliest(np.max(list(both.values()), axis=0), top)
    highest = max(probs.max() for probs in both.values())
    full = next((scale for scale in SCALES if highest <= scale), 1)
    chart = Chart(63, 107, 662, 269, (-0.6, top - 0.4), (0, 1.1 * full))
    up = {full * part: f"{full * part:g}" for part in (0, 0.5, 1)}
    parts = [svg.HATCHES, *chart.frame({}, up, ylabel="probability")]
    for i, (probs, look) in enumerate(zip(both.values(), (FILLED, svg.HATCHED), strict=False)):
        width = 0.84 / len(both)
        places = np.arange(len(best)) + (i - (len(both) - 1) / 2) * width
        parts += _group(chart, places, probs[best], width * 0.9, look)
    parts += [part for i, j in enumerate(best) for part in _name(chart, i, chars[j], coming)]
    parts.append(svg.words(394, 424, "next character", SIZE, text_anchor="middle"))
    looks = zip((FILLED, svg.HATCHED), both, strict=False)
    entries = [(f'<rect x="0" y="-6" width="24" height="12" {look}/>', n) for look, n in looks]
    parts += key(725 - 92 * len(both), 97, entries)
    tops = [f"likeliest by the {name}: {likeliest_of(chars, p)}" for name, p in both.items()]
    return f"Next character, {'; '.join(tops)}.", [*filter(None, parts)]


def _group(chart: Chart, places, heights, width: float, look: str) -> list[str]:
    """Bars of one distribution, over each its number."""
    parts = []
    for x, p in zip(places, heights, strict=True):
        parts.append(chart.bar(x, p, width, look))
        if p >= SHOWN:
            across, down = chart.place(x, p)
            number = f"{p:.2f}".removeprefix("0")
            parts.append(svg.words(across, down - 5, number, 11, text_anchor="middle"))
    return parts


def _name(chart: Chart, i: int, char: str, coming: str) -> list[str]:
    """A character below its bars, in a box if it is the one that comes."""
    (x, y), comes = chart.place(i, 0), bool(coming) and char == coming
    look = {"fill": VERMILLION if comes else INK, "text_anchor": "middle"}
    shown = svg.words(x, y + 25, glyph(char), LETTER, **look)
    return [box(x - 10, y + 10, 20), shown] if comes else [shown]


def box(x: float, y: float, width: float) -> str:
    """The box around what comes next, 22 CSS pixels high."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="22"'
    return f'<rect {place} fill="white" stroke="{VERMILLION}" stroke-width="1.4"/>'
