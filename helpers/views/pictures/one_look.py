"""One word looks at a sentence: its query, every word's key, score, weight and value, and the sum.

Colour says the sign of a number: blue is above zero, brown is below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.colors import to_hex

from helpers.views.drawing import Picture, given, listed, spoken, svg
from helpers.views.drawing.palette import BLUE, INK, PRINT, QUIET, SIGNED, SKY, VERMILLION

LEFT, COLUMN, SUM = 150, 132, 118  # CSS pixels: the captions, a word, a channel of the sum
WORD, KEY, SCORE, BAR, VALUE, TOTAL = 176, 206, 268, 352, 384, 452  # where the rows stand
CELL, HIGH, TALL = 29, 24, 60  # a small cell, its height, the bar of weight 1
FAR = 3.0  # from here on a number has the full colour
DARK = 1.4  # from here on white digits are easier to read
SHOWN = 0.02  # a smaller weight draws no arc
QUIETER = 0.1  # a smaller number is not named in the title
Numbers = Sequence[float]


@dataclass(frozen=True)
class Look:
    """What happens when words[asks] looks: T words, keys and values for each, one query."""

    words: Sequence[str]
    asks: int
    query: Numbers
    keys: Sequence[Numbers]
    scores: Numbers
    weights: Numbers
    values: Sequence[Numbers]
    total: Numbers


def one_look_picture(look: Look, parts: Sequence[str], channels: Sequence[str]) -> Picture:
    """The five steps of attention for one word, from its query to the sum of the values.

    parts: what the numbers of queries and keys stand for. channels: the same for the values.
    ValueError unless there is a name for each number, and at most four of them.
    """
    counts = len(look.query), len(look.total), len(look.words)
    fits = (len(parts), len(channels)) == counts[:2] and max(counts[:2]) <= 4 and counts[2] <= 6
    rule = "A look has at most 6 words, and at most 4 numbers in a key and a value, each named"
    got = f"{counts[2]} words, {counts[:2]} numbers, {len(parts)} and {len(channels)} names"
    given.must(fits, rule, got, "Try one short sentence.")
    word = look.words[look.asks]
    wish, heard = _named(look.query, parts), _named(look.total, channels)
    title = f"Word {look.asks + 1}, “{word}”, asks for {wish} and receives {heard}"
    shapes = [svg.words(12, 26, title, 15, font_weight="bold"), *_captions(look, parts)]
    for i in range(counts[2]):
        shapes += _column(look, i)
    shapes += _sum(look.total, channels)
    width = LEFT + COLUMN * max(5, counts[2]) + 12
    return Picture(_say(look, title), markup=svg.document(width, TOTAL + 66, shapes))


def _captions(look: Look, parts: Sequence[str]) -> list[str]:
    names = {WORD: "word", KEY + 17: "key", SCORE: "score", BAR: "weight", VALUE + 17: "value"}
    shapes = [_right(y, text, INK) for y, text in names.items()]
    shapes += [
        _right(KEY + 33, ", ".join(parts), QUIET, 11),
        _right(SCORE + 14, "query · key", QUIET, 11),
    ]
    shapes += [svg.words(12, 70, "query", 13), *_cells(12, 78, look.query)]
    return shapes + [_right(BAR + 14, "softmax of the scores", QUIET, 11)]


def _right(y: float, text: str, fill: str, size: float = 13) -> str:
    return svg.words(LEFT - 12, y, text, size, text_anchor="end", fill=fill)


def _column(look: Look, i: int) -> list[str]:
    """What belongs to one word, from the top to the bottom."""
    middle, weight, here = _middle(i), look.weights[i], i == look.asks
    dress = {"font_weight": "bold", "fill": VERMILLION if here else INK, "text_anchor": "middle"}
    named = svg.words(middle, WORD, look.words[i], 16, **dress)
    shapes = [svg.touched([named], word=i + 1)]
    shapes += [_arc(look.asks, i, weight)] if weight > SHOWN else []
    shapes += _cells(middle - CELL * len(look.keys[i]) / 2, KEY, look.keys[i])
    shapes.append(_centred(middle, SCORE, f"{look.scores[i]:.1f}".replace("-", "−"), 14))
    shapes.append(svg.rect(middle - 34, BAR - TALL * weight, 22, TALL * weight, BLUE))
    shapes.append(svg.words(middle - 6, BAR, f"{weight:.2f}", 14))
    return shapes + _cells(middle - CELL * len(look.values[i]) / 2, VALUE, look.values[i])


def _sum(total: Numbers, channels: Sequence[str]) -> list[str]:
    shapes = [_right(TOTAL + 17, "sum", INK), _right(TOTAL + 33, "weights · values", QUIET, 11)]
    for i, (value, name) in enumerate(zip(total, channels, strict=True)):
        shapes += _cells(LEFT + i * SUM, TOTAL, [value], SUM - 8, "{:.2f}")
        shapes.append(_centred(LEFT + i * SUM + SUM / 2 - 4, TOTAL + 42, name, 12, fill=QUIET))
    return shapes


def _cells(x: float, y: float, values: Numbers, wide: float = CELL, form: str = "{:.2g}"):
    """Numbers in a row, each on the colour of its sign."""
    shapes = []
    for i, value in enumerate(values):
        fill = to_hex(SIGNED(0.5 + max(-FAR, min(FAR, value)) / (2 * FAR)))
        shapes.append(svg.rect(x + i * wide, y, wide - 2, HIGH, fill))
        shapes.append(svg.rect(x + i * wide, y + HIGH, wide - 2, 1, QUIET))
        ink = {"fill": "white" if abs(value) > DARK else PRINT}
        text = form.format(value).replace("-", "−")
        shapes.append(_centred(x + i * wide + wide / 2 - 1, y + 17, text, 12, **ink))
    return shapes


def _centred(x: float, y: float, text: str, size: float, **look) -> str:
    return svg.words(x, y, text, size, text_anchor="middle", **look)


def _middle(i: int) -> float:
    return LEFT + COLUMN * (i + 0.5)


def _arc(start: int, end: int, weight: float) -> str:
    """A bent line over the words; from a word to itself it is a small loop."""
    a, b, y = _middle(start), _middle(end) + 14 * (start == end), WORD - 20
    high = 34 + 22 * abs(start - end)
    path = f"M{a:.0f} {y} C{a:.0f} {y - high:.0f} {b:.0f} {y - high:.0f} {b:.0f} {y}"
    stroke = f'stroke="{BLUE if weight > 0.2 else SKY}" stroke-width="{1 + 9 * weight:.2f}"'
    return f'<path d="{path}" fill="none" {stroke} stroke-opacity="0.75"/>'


def _named(values: Numbers, names: Sequence[str]) -> str:
    """The numbers that are not nearly zero, with their names: "living 2 and place -1"."""
    loud = [f"{n} {round(v, 2):g}" for v, n in zip(values, names, strict=True) if abs(v) >= QUIETER]
    return listed(loud) if loud else "nothing"


def _say(look: Look, title: str) -> str:
    rows = zip(look.words, look.scores, look.weights, strict=True)
    each = [f"{spoken(word)} score {s:.1f}, weight {w:.2f}" for word, s, w in rows]
    return f"{title}. In the sentence's order: {'; '.join(each)}."
