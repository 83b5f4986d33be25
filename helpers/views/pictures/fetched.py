"""Where something waits in the stream and when it is fetched: one vector exchanged at a time."""

from collections.abc import Sequence

import numpy as np

from helpers.views.drawing import Picture, given, glyph, listed, spoken
from helpers.views.drawing.palette import GRID, INK, PRINT, QUIET, SKY, VERMILLION
from helpers.views.drawing.svg import document, mono, rect, words

LEFT, TOP, STEP, ROW, CELL = 84, 58, 23, 48, 36  # CSS pixels: margins, a column, a row, a cell
SEEN = 0.02  # a smaller effect is a dot


def fetched(effect, text: Sequence[str], answer: str) -> Picture:
    """Layers from bottom to top, characters from left to right; the way of what the answer needs.

    effect: (L + 1, T), how far the answer follows when the vector of this layer at this character
    is another run's, 0 … 1. text: the T characters. answer: what the other run says. The line
    joins the strongest cell of each layer. ValueError unless the effects are shares that fit.
    """
    effect = given.array(effect)
    fits = effect.ndim == 2 and len(effect) > 1 and effect.shape[1] == len(text)
    rule = f"Effects must be (layers, {len(text)}), one for each character"
    given.must(fits, rule, effect.shape, "Try lens.exchanged for the same characters.")
    shares = effect.min() >= 0 and effect.max() <= 1
    given.must(shares, "Effects must lie in 0 … 1", "others", "Divide by the sum of both.")
    top, way = len(effect) - 1, effect.argmax(1).tolist()
    parts = [
        words(LEFT, 20, "One vector is exchanged. How far does the answer follow?", 13),
        *_rows(effect, top),
        *_way(way, top),
        *_text(text, way, top),
        words(LEFT + (way[-1] + 1) * STEP, TOP - 14, answer, 15, **_BOLD | {"text_anchor": "end"}),
    ]
    return Picture(
        _say(effect, text, way),
        markup=document(LEFT + STEP * len(text) + 28, TOP + ROW * len(effect) + 44, parts),
    )


_BOLD = {"font_weight": "bold", "fill": VERMILLION, "text_anchor": "middle"}


def _middle(column: int, layer: int, top: int) -> tuple[float, float]:
    return LEFT + (column + 0.5) * STEP, TOP + (top - layer + 0.5) * ROW


def _rows(effect: np.ndarray, top: int) -> list[str]:
    parts = []
    for layer, row in enumerate(effect.tolist()):
        _, y = _middle(0, layer, top)
        name = f"layer {layer}" if layer else "embedding"
        parts.append(words(LEFT - 12, y + 4, name, 12, text_anchor="end", fill=QUIET))
        for column, share in enumerate(row):
            parts += _cell(*_middle(column, layer, top), share)
    return parts


def _cell(x: float, y: float, share: float) -> list[str]:
    if share < SEEN:
        return [rect(x - 1.5, y - 1.5, 3, 3, GRID)]
    width = STEP - 2
    sheet = rect(x - width / 2, y - CELL / 2, width, CELL, SKY)
    number = "1" if share > 0.995 else f"{share:.2f}".removeprefix("0")
    look = {"text_anchor": "middle", "fill": PRINT if share > 0.5 else INK}
    return [f'<g fill-opacity="{share:.2f}">{sheet}</g>', words(x, y + 4, number, 10, **look)]


def _way(way: Sequence[int], top: int) -> list[str]:
    """A line through the strongest cells; where it jumps, the name of the block."""
    points = [_middle(column, layer, top) for layer, column in enumerate(way)]
    parts = []
    for block, ((x, y), (to, up)) in enumerate(zip(points, points[1:], strict=False), 1):
        y, up = y - CELL / 2, up + CELL / 2
        parts.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to:.1f}" y2="{up:.1f}" '
            f'stroke="{VERMILLION}" stroke-width="3"/>'
        )
        if x != to:
            said = f"block {block} fetches it"
            parts.append(words((x + to) / 2, (y + up) / 2 - 14, said, 13, **_BOLD))
    x, y = points[-1]
    head = f"M{x - 6:.1f} {y - CELL / 2:.1f}h12l-6 -9z"
    return [*parts, f'<path d="{head}" fill="{VERMILLION}"/>']


def _text(text: Sequence[str], way: Sequence[int], top: int) -> list[str]:
    y = TOP + ROW * (top + 1) + 22
    parts = []
    for column, character in enumerate(text):
        look = {"fill": VERMILLION, "font_weight": "bold"} if column == way[0] else {"fill": INK}
        shown = "·" if character == " " else glyph(character)
        parts.append(mono(LEFT + (column + 0.5) * STEP - 4.8, y, shown, 16, **look))
    return parts


def _say(effect: np.ndarray, text: Sequence[str], way: Sequence[int]) -> str:
    best = [
        f"layer {layer} {spoken(text[column])} ({column}) {effect[layer, column]:.2f}"
        for layer, column in enumerate(way)
    ]
    head = f"What an exchange of one vector does, {len(effect)} layers by {len(text)} characters"
    return f"{head}. Strongest in each: {listed(best)}."
