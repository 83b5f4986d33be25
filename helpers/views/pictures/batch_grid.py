"""A batch as two grids, what is read and what must be predicted, and one token's vector."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.colors import to_hex

from helpers.views.drawing import Picture, given, glyph, spoken, svg
from helpers.views.drawing.palette import GRID, INK, ORANGE, PRINT, QUIET, SIGNED, VERMILLION

LEFT, TOP, CELL, HIGH, GAP = 20, 78, 42, 44, 44  # CSS pixels: the grids, a cell, between the two
VECTOR = 52  # from the grids down to the vector
WIDE, MOST = 22, 9  # a number of the vector, and the most rows and columns of a grid
FAR = 2.5  # from here on a number of the vector has the full colour
SEEN, ASKED = "#BBDDF2", "#FBE3B0"  # light, so that letters in PRINT can be read on them


@dataclass(frozen=True)
class Batch:
    """B rows of T tokens, as text and as numbers, the same one step later, and (B, T, C)."""

    read: Sequence[Sequence[str]]
    ids: Sequence[Sequence[int]]
    asked: Sequence[Sequence[str]]
    asked_ids: Sequence[Sequence[int]]
    vectors: Sequence[Sequence[Sequence[float]]]


def batch_grid(batch: Batch, row: int, place: int) -> Picture:
    """One place of a batch: what has been read there, what must come, and the token's vector.

    row, place: counted from 0. ValueError unless at most 9 rows of 9 tokens are given.
    """
    B, T, C = len(batch.read), len(batch.read[0]), len(batch.vectors[0][0])
    rule = f"The picture has room for {MOST} rows of {MOST} tokens"
    given.must(B <= MOST and T <= MOST, rule, f"{B} rows of {T}", "Draw a smaller batch.")
    seen, target = "".join(batch.read[row][: place + 1]), batch.asked[row][place]
    title = f"Row {row + 1}, position {place + 1}: after {spoken(seen)} comes {spoken(target)}"
    right, bottom = LEFT + T * CELL + GAP, TOP + B * HIGH + VECTOR
    shapes = [
        svg.words(LEFT, 26, title, 15, font_weight="bold"),
        svg.words(LEFT, TOP - 14, f"x  (B, T) = ({B}, {T})", 13),
        svg.words(right, TOP - 14, "y, one step later", 13),
    ]
    for b, t in itertools.product(range(B), range(T)):
        shapes += _place(batch, b, t, row, place)
    shapes += _vector(batch, row, place, bottom)
    width = max(right + T * CELL, LEFT + C * WIDE) + LEFT
    number, token = batch.ids[row][place], spoken(batch.read[row][place])
    alt = f"{title}. The token {token} is number {number}: its row of the table holds {C} numbers."
    return Picture(alt, markup=svg.document(width, bottom + 76, shapes))


def _place(batch: Batch, b: int, t: int, row: int, place: int) -> list[str]:
    """One cell of x, which can be touched, and the cell of y that stands for the same place."""
    here, past = (b, t) == (row, place), b == row and t <= place
    right = LEFT + len(batch.read[0]) * CELL + GAP
    fill, edge = SEEN if past else "white", VERMILLION if here else GRID
    cell = _cell(LEFT + t * CELL, b, batch.read[b][t], batch.ids[b][t], fill, edge)
    fill, edge = (ASKED, ORANGE) if here else ("white", GRID)
    asked = batch.asked[b][t], batch.asked_ids[b][t]
    return [
        svg.touched(cell, row=b + 1, place=t + 1),
        *_cell(right + t * CELL, b, *asked, fill, edge),
    ]


def _cell(x: float, b: int, token: str, number: int, fill: str, edge: str) -> list[str]:
    """A token, with its number below it."""
    y, ink = TOP + b * HIGH, INK if fill == "white" else PRINT
    middle = {"text_anchor": "middle", "fill": ink}
    return [
        svg.rect(x + 1, y + 1, CELL - 4, HIGH - 4, fill, edge),
        svg.words(x + CELL / 2 - 1, y + 21, glyph(token), 15, **middle),
        svg.words(x + CELL / 2 - 1, y + 35, str(number), 11, **middle),
    ]


def _vector(batch: Batch, row: int, place: int, y: float) -> list[str]:
    """The row of the table that belongs to the token: C numbers, coloured by their signs."""
    number, values = batch.ids[row][place], batch.vectors[row][place]
    B, T, C = len(batch.read), len(batch.read[0]), len(values)
    said = f"row {number} of the table: the C = {C} numbers of {spoken(batch.read[row][place])}"
    shapes = [svg.words(LEFT, y - 12, said, 13, fill=VERMILLION)]
    for i, value in enumerate(values):
        colour = to_hex(SIGNED(0.5 + max(-FAR, min(FAR, value)) / (2 * FAR)))
        shapes.append(svg.rect(LEFT + i * WIDE, y, WIDE - 2, 24, colour))
        shapes.append(svg.rect(LEFT + i * WIDE, y + 24, WIDE - 2, 1, QUIET))
    whole = f"Such a row for each of the {B} × {T} tokens of x: (B, T, C) = ({B}, {T}, {C})"
    return shapes + [svg.words(LEFT, y + 52, whole, 13)]
