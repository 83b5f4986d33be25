"""The parts of an attention picture, each a list of SVG shapes (see `attention_map`).

Colour says the weight: white is 0, dark blue is 1, with equal steps of the weight's root, so that a
small weight can be seen. Grey is the future, which nobody may look at. Vermillion marks the choice.
"""

import functools

import numpy as np

from helpers.views.drawing import glyph, svg
from helpers.views.drawing.palette import BLUE, INK, MAP, PRINT, QUIET, SKY, VERMILLION

WIDTH, SIDE = 860, 360  # the picture and the map in it, CSS pixels
LEFT, TOP, PANEL = 92, 88, 540  # where the map begins; where the numbers do
LARGEST_CELL = 40
LABEL = 8  # characters of a token beside the map
ABOVE = 56  # pixels for a token over its column, up to the title
COLUMNS, SIZE, LINE = 98, 14, 23  # of the text: characters in a line, type size, line height
SEEN = 0.002  # from this weight on a token has a colour
LOUD = 0.2  # from this weight on white letters are easier to read
FUTURE, GREY = "#ECECEC", 236
GAP = 0.08  # between two small maps, of a step from one to the next
COLOURS = MAP(np.arange(256), bytes=True)[:, :3]


def colours(weights: np.ndarray) -> np.ndarray:
    """The colour of each weight in [0, 1]: (…,) -> (…, 3) of 0 … 255."""
    steps = (255 * np.sqrt(weights.clip(0, 1))).round().astype(int)
    return COLOURS[steps]


def map_colours(weights: np.ndarray) -> np.ndarray:
    """The cells of maps: (…, T, T) -> (…, T, T, 3), the future grey."""
    cells = colours(weights)
    cells[..., np.triu(np.ones(weights.shape[-2:], dtype=bool), 1), :] = GREY
    return cells


def square(s) -> list[str]:
    """The chosen head's map with a label for each token, the chosen row in a frame."""
    w, count = s.window, s.window.stop - s.window.start
    cell, at = min(SIDE / count, LARGEST_CELL), s.row - s.window.start
    cells = map_colours(s.maps[s.layer, s.head, w, w])
    parts = [svg.pixels(LEFT, TOP, count * cell, count * cell, cells)]
    for i, token in enumerate(s.tokens[w]):
        look = {"fill": VERMILLION, "font_weight": "bold"} if i == at else {}
        labels = _labels(_short(token), (i + 0.5) * cell, min(13.0, 1.05 * cell), look)
        parts.append(svg.touched(labels, position=s.window.start + i))
    return [*parts, svg.rect(LEFT, TOP + at * cell, (at + 1) * cell, cell, "none", VERMILLION)]


def _labels(label: str, middle: float, size: float, look: dict) -> list[str]:
    """A token at its row and over its column; more than one character runs upwards there.

    Upwards there is room for the title's line above, so a long one is set smaller.
    """
    advance, low = svg.MONO_ADVANCE * size, 0.36 * size  # from the middle to the baseline
    beside = svg.mono(LEFT - 7 - len(label) * advance, TOP + middle + low, label, size, **look)
    if len(label) > 1:
        small = min(size, ABOVE / (svg.MONO_ADVANCE * len(label)))
        up = svg.upright(LEFT + middle + 0.36 * small, TOP - 7, label, small, **look)
        return [beside, up]
    return [beside, svg.mono(LEFT + middle - advance / 2, TOP - 7, label, size, **look)]


def grid(s) -> list[str]:
    """Every head's map, layers downwards, heads to the right, the chosen one in a frame.

    A layer takes several lines where that makes the maps larger.
    """
    L, nh = s.maps.shape[:2]
    across = columns(L, nh)
    lines = -(-nh // across)  # of a layer
    step = SIDE / max(across, L * lines)
    size = across * step, L * lines * step
    sheet = _sheet(s.maps[..., s.window, s.window], across, lines)
    parts = [svg.pixels(LEFT, TOP, *size, sheet), *_grid_labels(L, nh, across, lines, step)]
    x, y = LEFT + s.head % across * step, TOP + (s.layer * lines + s.head // across) * step
    side = step * (1 - GAP) + 4
    parts += [
        _small(s, layer, head, across, lines, step) for layer in range(L) for head in range(nh)
    ]
    return [*parts, svg.rect(x - 2, y - 2, side, side, "none", VERMILLION)]


def _small(s, layer: int, head: int, across: int, lines: int, step: float) -> str:
    """A small map's place, to be touched."""
    x, y = LEFT + head % across * step, TOP + (layer * lines + head // across) * step
    side = step * (1 - GAP)
    return svg.touched([svg.rect(x, y, side, side, "#00000000")], layer=layer, head=head)


def columns(L: int, nh: int) -> int:
    """How many heads stand side by side, so that L layers of nh heads fill a square best."""
    return min(range(1, nh + 1), key=lambda across: (max(across, L * -(-nh // across)), -across))


def _sheet(maps: np.ndarray, across: int, lines: int) -> np.ndarray:
    """All maps (L, nh, t, t) on one white sheet, each filling 1 - GAP of its square."""
    L, nh, t, _ = maps.shape
    unit = round(t / (1 - GAP))
    sheet = np.full((L, lines * across, unit, unit, 3), 255, dtype=np.uint8)
    sheet[:, :nh, :t, :t] = map_colours(maps)
    sheet = sheet.reshape(L * lines, across, unit, unit, 3).swapaxes(1, 2)
    return sheet.reshape(L * lines * unit, across * unit, 3)


def _grid_labels(L: int, nh: int, across: int, lines: int, step: float) -> list[str]:
    """'layer 0' at each line and 'head 0' over each column, or '0.3–0.5' at a layer's lines."""
    many, middle = max(L, nh) > 8, step * (1 - GAP) / 2
    beside = [f"{n}" if many else f"layer {n}" for n in range(L)]
    above = [f"{h}" if many else f"head {h}" for h in range(nh)]
    if lines > 1:
        firsts = range(0, nh, across)
        beside = [f"{n}.{h}–{n}.{min(h + across, nh) - 1}" for n in range(L) for h in firsts]
        above = []
    rows = [(LEFT - 8, TOP + i * step + middle + 4, text, "end") for i, text in enumerate(beside)]
    rows += [(LEFT + i * step + middle, TOP - 9, text, "middle") for i, text in enumerate(above)]
    return [svg.words(x, y, text, 12, text_anchor=side) for x, y, text, side in rows]


def row_in_numbers(s) -> list[str]:
    """The chosen row's largest weights as bars with three decimals, and what the others share."""
    parts = _heading(f"Token {s.row}", _short(s.tokens[s.row]), "looks at")
    for line, i in enumerate(s.strongest):
        parts += _bar(TOP + 18 + 26 * line, f"{i}", _short(s.tokens[i]), s.weights[i])
    others = s.row + 1 - len(s.strongest)
    if others:
        y, rest = TOP + 18 + 26 * len(s.strongest), 1 - s.weights[s.strongest].sum()
        parts += _bar(y, "", f"{others} others", max(0.0, rest), fill=SKY)
    return parts


def _heading(number: str, token: str, rest: str) -> list[str]:
    """'Token 25  b  looks at' in one line, the token in a frame as in the text."""
    y, x = TOP - 9, PANEL + 12 + 8.6 * len(number)
    width = len(token) * svg.MONO_ADVANCE * SIZE
    return [
        svg.words(PANEL, y, number, 13, font_weight="bold"),
        svg.mono(x, y, token, SIZE),
        svg.rect(x - 3, y - 16, width + 6, 21, "none", VERMILLION),
        svg.words(x + width + 12, y, rest, 13, font_weight="bold"),
    ]


def _bar(y: float, place: str, label: str, weight: float, fill: str = BLUE) -> list[str]:
    x, length = PANEL + 118, 120 * weight
    return [
        svg.words(PANEL + 32, y, place, 12, text_anchor="end", fill=QUIET),
        svg.mono(PANEL + 42, y, label, 12),
        svg.rect(x, y - 11, length, 14, fill),
        svg.words(x + length + 6, y, f"{weight:.3f}", 12),
    ]


@functools.cache
def key() -> list[str]:
    """Which colour is which weight."""
    y = TOP + SIDE - 22
    strip = svg.pixels(PANEL, y, 200, 12, colours(np.linspace(0, 1, 200)[None] ** 2))
    ticks = [(0, "0"), (0.2, ".04"), (0.5, ".25"), (1, "1")]
    look = {"text_anchor": "middle", "fill": QUIET}
    parts = [svg.words(PANEL + 200 * x, y + 27, text, 11, **look) for x, text in ticks]
    future = svg.rect(PANEL + 216, y, 12, 12, FUTURE), svg.words(PANEL + 234, y + 10, "future", 11)
    return [svg.words(PANEL, y - 8, "weight", 11, fill=QUIET), strip, *parts, *future]


def text_below(s) -> tuple[list[str], float]:
    """The whole text, each token on the colour of its weight in the chosen row; where it ends."""
    top = TOP + SIDE + 34
    parts = [svg.words(12, top, "The same row over the text", 13, font_weight="bold")]
    places = _places([glyph(t).replace("␣", " ") for t in s.tokens])
    advance = svg.MONO_ADVANCE * SIZE
    for i, (line, column, shown) in enumerate(places):
        x, y = 12 + column * advance, top + 28 + line * LINE
        parts.append(svg.touched(_token(x, y, shown, len(shown) * advance, i, s), position=i))
    return parts, top + 28 + (places[-1][0] + 1) * LINE


def _places(tokens: list[str]) -> list[tuple[int, int, str]]:
    """(line, column, token): tokens in reading order, none cut in two unless it fills a line."""
    placed, line, column = [], 0, 0
    for token in tokens:
        if column and column + len(token) > COLUMNS:
            line, column = line + 1, 0
        placed.append((line, column, token))
        column += len(token)
    return placed


def _token(x: float, y: float, shown: str, width: float, i: int, s) -> list[str]:
    weight, parts = s.weights[i], []
    if weight >= SEEN:
        red, green, blue = colours(weight)
        parts.append(svg.rect(x, y - 16, width, 21, f"rgb({red},{green},{blue})"))
    ink = PRINT if weight >= SEEN else INK if i <= s.row else "#8A8A8A"
    fill = "white" if weight > LOUD else ink
    if shown.strip():
        parts.append(svg.mono(x, y, shown, SIZE, fill=fill))
    if i == s.row:
        parts.append(svg.rect(x, y - 16, width, 21, "none", VERMILLION))
    return parts


def _short(token: str) -> str:
    shown = glyph(token)
    return shown if len(shown) <= LABEL else f"{shown[: LABEL - 1]}…"
