"""The likeliest next words as bars, and all others together as one.

A vocabulary of 50,000 words does not fit a page, and what does not fit still counts.
"""

from collections.abc import Sequence

from helpers.views.drawing import Picture, given, glyph, listed, svg
from helpers.views.drawing.palette import BLUE, GRID, INK, QUIET
from helpers.views.drawing.wording import number

LEFT, WIDTH, TOP, ROW, BAR = 190, 760, 76, 26, 17  # CSS pixels
FULL = WIDTH - LEFT - 84  # of probability 1


def word_bars(
    words: Sequence[str],
    settings: Sequence[float],
    model: Sequence[float],
    others: tuple[int, float, float],
    heading: str,
    lines: Sequence[str] = (),
) -> Picture:
    """A bar for each word at these settings, and a mark for what the model itself says.

    settings, model: a probability for each word. others: how many more words there are, and what
    they have together, at these settings and by the model. lines: sentences below.
    ValueError unless there are as many probabilities as words.
    """
    count, *both = others
    names = [*words, f"{count:,} others"]
    rule = f"There must be a probability for each of {len(words)} words, twice"
    fits = len(words) == len(settings) == len(model) and len(words) > 0
    given.must(fits, rule, (len(settings), len(model)), "Try probs[:12].")
    rows = list(zip(names, [*settings, both[0]], [*model, both[1]], strict=True))
    shapes = [svg.mono(12, 26, heading, 13), *_key()]
    for i, row in enumerate(rows):
        shapes += _row(TOP + i * ROW, *row, quiet=i == len(words))
    floor = TOP + len(rows) * ROW + 14
    shapes += [svg.words(12, floor + 20 * i, line) for i, line in enumerate(lines)]
    best = [f"{name!r} {q:.3f}" for name, q, _ in rows[:3]]
    alt = f"{heading}. At these settings: {listed(best)}; {names[-1]} together {both[0]:.3f}."
    height = floor + 20 * len(lines)
    return Picture(" ".join([alt, *lines]), markup=svg.document(WIDTH, height, shapes), width=WIDTH)


def _key() -> list[str]:
    return [
        svg.rect(LEFT, 44, 14, 14, BLUE),
        svg.words(LEFT + 20, 56, "at these settings"),
        svg.rect(LEFT + 170, 43, 3, 16, INK),
        svg.words(LEFT + 180, 56, "the model itself (T = 1, nothing cut)"),
    ]


def _row(y: float, name: str, q: float, p: float, quiet: bool) -> list[str]:
    shown = name if quiet else "".join(glyph(c) for c in name)
    look = {"text_anchor": "end", "fill": QUIET if quiet else INK}
    return [
        svg.words(LEFT - 10, y + 13, shown[:20], 13, **look),
        svg.rect(LEFT, y, FULL, BAR, GRID),
        svg.rect(LEFT, y, FULL * q, BAR, BLUE),
        svg.rect(LEFT + FULL * p - 1.5, y - 2, 3, BAR + 4, INK),
        svg.words(LEFT + FULL + 12, y + 13, number(q) if q else "0 (cut)", 13, fill=look["fill"]),
    ]
