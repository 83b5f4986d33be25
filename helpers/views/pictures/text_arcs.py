"""Who looks where, drawn over the text itself: an arc from the token that looks to the one it sees.

The thicker the arc, the larger the weight. A second line below the text can say what each token has
been told.
"""

from collections.abc import Sequence

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, counted, given, glyph, listed, spoken, svg
from helpers.views.drawing.palette import BLUE, INK, QUIET, SKY, VERMILLION

WIDTH, LEFT, RIGHT = 940, 96, 20  # CSS pixels: the picture, and the room beside the text
LINE, RISE = 226, 150  # where the text stands, and how high the highest arc rises above it
WIDEST, SIZE = 34, 15  # pixels for a token at most, type size
MOST = 60  # tokens that a line can hold
NAMED = 4  # arcs in the description
Arc = tuple[int, int, float]  # from, to, weight in [0, 1]


@signed()
def text_arcs(
    tokens: Sequence[str],
    arcs: Sequence[Arc],
    title: str = "",
    told: Sequence[str] = (),
    chosen: Sequence[int] = (),
    said: str = "",
) -> Picture:
    """A line of T tokens and arcs (from, to, weight) over it; from and to count from 0.

    told: T tokens for a line below, "" for nothing. chosen: places in a frame. said: a sentence at
    the foot. ValueError for more than 60 tokens, or an arc that leaves the text.
    """
    T, rule = len(tokens), "A line of text has 1 to 60 tokens, and every arc stays within them"
    inside = all(0 <= place < T for a, b, _ in arcs for place in (a, b))
    got = f"{T} tokens and arcs {[(a, b) for a, b, _ in arcs][:5]}"
    given.must(0 < T <= MOST and inside, rule, got, "Try the last 40 tokens, counted from 0.")
    cell = min(WIDEST, (WIDTH - LEFT - RIGHT) / T)
    parts = [svg.words(12, 26, title, 15, font_weight="bold"), _caption(LINE, "text")]
    parts += [_arc(arc, cell) for arc in arcs]
    parts += _line(tokens, LINE, cell, INK) + [_frame(place, cell) for place in chosen]
    if told:
        parts += [_caption(LINE + 34, "was told"), *_line(told, LINE + 34, cell, VERMILLION)]
    foot = LINE + 34 * bool(told) + 42
    parts.append(svg.words(12, foot, said, 14))
    return Picture(_say(tokens, arcs, title, said), markup=svg.document(WIDTH, foot + 16, parts))


def _caption(y: float, text: str) -> str:
    return svg.words(LEFT - 14, y, text, 12, text_anchor="end", fill=QUIET)


def _line(tokens: Sequence[str], y: float, cell: float, fill: str) -> list[str]:
    size = min(SIZE, 1.2 * cell)
    shown = [(i, glyph(token)) for i, token in enumerate(tokens) if token]
    half = svg.MONO_ADVANCE * size / 2
    return [
        svg.mono(_middle(i, cell) - half * len(token), y, token, size, fill=fill)
        for i, token in shown
    ]


def _middle(place: int, cell: float) -> float:
    return LEFT + (place + 0.5) * cell


def _frame(place: int, cell: float) -> str:
    return svg.rect(LEFT + place * cell, LINE - 18, cell, 25, "none", VERMILLION)


def _arc(arc: Arc, cell: float) -> str:
    """A bent line from the token that looks, with a point where it arrives."""
    start, end, weight = _middle(arc[0], cell), _middle(arc[1], cell), arc[2]
    y, high = LINE - 22, min(RISE, 16 + 0.42 * abs(start - end))
    colour = BLUE if weight >= 0.2 else SKY
    path = f"M{start:.1f} {y} Q{(start + end) / 2:.1f} {y - 2 * high:.1f} {end:.1f} {y - 4}"
    tip = f"M{end - 4:.1f} {y - 6} L{end + 4:.1f} {y - 6} L{end:.1f} {y + 2} Z"
    stroke = f'stroke="{colour}" stroke-width="{0.8 + 4 * weight:.2f}" stroke-opacity="0.75"'
    return f'<path d="{path}" fill="none" {stroke}/><path d="{tip}" fill="{colour}"/>'


def _say(tokens: Sequence[str], arcs: Sequence[Arc], title: str, said: str) -> str:
    strongest = sorted(arcs, key=lambda arc: -arc[2])[:NAMED]
    told = [
        f"{spoken(tokens[a])} ({a}) looks at {spoken(tokens[b])} ({b}) with {weight:.2f}"
        for a, b, weight in strongest
    ]
    head = f"{title or 'Who looks where'}: {counted(len(tokens), 'token')}"
    arcs_said = f", {counted(len(arcs), 'arc')}" + (f"; {listed(told)}" if told else "")
    return f"{head}{arcs_said}.{' ' * bool(said)}{said}"
