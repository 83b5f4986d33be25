"""What is known where: a text from left to right, layers from bottom to top, what is read below."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from helpers.views.drawing import Picture, glyph
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE, PRINT, QUIET, triple
from helpers.views.drawing.svg import document, mono, pixels, rect, touched, words

SHOWN, LEFT, STEP, ROW, WIDTH = 48, 88, 13, 24, 740  # characters; the rest in CSS pixels
TOP, FAR = 74, 6.0  # where the rows begin; nats that are as dark as it gets
PAPER, UNSURE = np.array([255.0, 255.0, 255.0]), np.array([238.0, 238.0, 238.0])
DARK = np.array([float(x) for x in triple(ORANGE).split(",")])
MARKS = {True: BLUE, False: ORANGE}


class Column(NamedTuple):
    """One character: the lens's likeliest next one and its KL to the truth at each layer (NaN
    where there is no truth), and at each layer what a probe got right, by variable."""

    character: str
    best: Sequence[str]
    distances: Sequence[float]
    marks: Sequence[Mapping[str, bool | None]]


def known_grid(
    columns: Sequence[Column],
    rows: Sequence[str],
    first: int,
    layer: int,
    position: int,
    said: Sequence[str],
) -> Picture:
    """Layers above, variables below, the chosen layer and character in a frame.

    columns: the characters that are shown, from number `first` on. rows: the variables. said: what
    stands below in words; together it is the description. A touched column chooses its character,
    a touched name its layer.
    """
    layers = range(len(columns[0].best))
    bottom = TOP + ROW * len(layers)
    height = bottom + 34 + 18 * len(rows) + 20 * len(said) + 12
    parts = [
        words(LEFT, 18, "what each layer expects next (darker: further from the truth)", 12),
        *_text(columns),
        *_layers(columns, layer),
        *_variables(columns, rows, layer, bottom + 22),
        *_frames(columns, first, layer, position, bottom + 22 + 18 * len(rows)),
    ]
    below = bottom + 50 + 18 * len(rows)
    parts += [words(12, below + 20 * i, line, 13) for i, line in enumerate(said)]
    return Picture(" ".join(said), markup=document(WIDTH, height, parts), width=WIDTH)


def _text(columns: Sequence[Column]) -> list[str]:
    label = words(LEFT - 10, TOP - 22, "text", 12, text_anchor="end", fill=QUIET)
    return [label, *(_letter(i, TOP - 22, c.character, INK) for i, c in enumerate(columns))]


def _letter(i: int, y: float, character: str, fill: str) -> str:
    shown = "·" if character == " " else glyph(character)
    return mono(LEFT + i * STEP + 2.5, y, shown, 13, fill=fill)


def _layers(columns: Sequence[Column], chosen: int) -> list[str]:
    """The last layer on top, as in drawings of the model."""
    n = len(columns[0].best)
    away = np.array([column.distances for column in columns]).T[::-1]  # (layers, characters)
    share = (np.nan_to_num(away) / FAR).clip(0, 1)[..., None] ** 0.6
    colours = np.where(np.isnan(away)[..., None], UNSURE, PAPER + share * (DARK - PAPER))
    parts = [pixels(LEFT, TOP, STEP * len(columns), ROW * n, colours)]
    for layer in range(n):
        y = TOP + ROW * (n - 1 - layer)
        name = f"layer {layer}" if layer else "embedding"
        look = {"text_anchor": "end", "fill": INK if layer == chosen else QUIET}
        label = words(LEFT - 10, y + 16, name, 12, **look)
        sheet = f'<g fill-opacity="0">{rect(0, y, LEFT - 4, ROW, "white")}</g>'
        parts.append(touched([sheet, label], layer=layer))
        parts += [_letter(i, y + 16, c.best[layer], PRINT) for i, c in enumerate(columns)]
    return parts


def _variables(columns: Sequence[Column], rows: Sequence[str], layer: int, top: float) -> list[str]:
    """A bar where a variable is decided: blue where it is read rightly, orange where wrongly."""
    parts = []
    for r, name in enumerate(rows):
        y, look = top + 18 * r, {"text_anchor": "end", "fill": QUIET}
        parts += [words(LEFT - 10, y + 12, name, 12, **look)]
        parts += [rect(LEFT, y + 7, STEP * len(columns), 2, GRID)]
        for i, column in enumerate(columns):
            mark = column.marks[layer].get(name)
            if mark is not None:  # lower where it is wrong: told apart without colours, too
                size = 14 if mark else 5
                parts.append(rect(LEFT + i * STEP + 1, y + 15 - size, STEP - 2, size, MARKS[mark]))
    if rows:
        said = "tall and blue: the probe reads the truth; low and orange: it does not"
        parts.append(words(LEFT, top - 6, said, 11, fill=QUIET))
    return parts


def _frames(
    columns: Sequence[Column], first: int, layer: int, position: int, bottom: float
) -> list[str]:
    """Something to touch above every character, and the frame around what is chosen."""
    n, parts = len(columns[0].best), []
    for i in range(len(columns)):
        sheet = rect(LEFT + i * STEP, TOP - 40, STEP, bottom - TOP + 40, "white")
        parts.append(touched([f'<g fill-opacity="0">{sheet}</g>'], position=first + i))
    x = LEFT + (position - first) * STEP
    column = rect(x, TOP - 36, STEP, bottom - TOP + 36, "white", INK)
    row = rect(LEFT, TOP + ROW * (n - 1 - layer), STEP * len(columns), ROW, "white", QUIET)
    return [*parts, f'<g fill-opacity="0" pointer-events="none">{row}{column}</g>']
