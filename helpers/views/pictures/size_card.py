"""A model's size at a glance: where its parameters are, what training holds in memory, how long."""

from collections.abc import Mapping, Sequence

from helpers.views.drawing import Picture, listed
from helpers.views.drawing.labels import spread
from helpers.views.drawing.palette import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, SKY, VERMILLION
from helpers.views.drawing.svg import document, rect, words

WIDTH, LEFT, BAR = 760, 20, 720
COLOURS = (BLUE, SKY, VERMILLION, GREEN, PURPLE, ORANGE)
Parts = Mapping[str, int]  # name -> parameters
NAMED_APART = 16  # pixels between the numbers over the bar


def size_card(
    title: str, parts: Parts, needed: float, memory: float, card: str, lines: Sequence[str] = ()
) -> Picture:
    """Parts of a model as one bar with their numbers, its bytes against a card's, lines of text.

    parts: name -> parameters, six at most. needed, memory: bytes; card: the card's name.
    """
    head = f"{title}: {sum(parts.values()):,} parameters"
    body = [words(LEFT, 28, head, 16, font_weight="bold"), *_bar(parts), *_legend(parts)]
    row = 126 + 21 * len(parts)
    body += _memory(row, needed, memory, card)
    body += [words(LEFT, row + 88 + 22 * i, line) for i, line in enumerate(lines)]
    alt = " ".join([f"{head}.", _shares(parts), _fits(needed, memory, card), *lines])
    height = 126 + 21 * len(COLOURS) + 88 + 22 * len(lines)  # the same for all, so nothing jumps
    return Picture(alt, markup=document(WIDTH, height, body))


def gigabytes(count: float) -> str:
    """Bytes for a reader: 1.99 GB, 2,794 GB, 0.003 GB."""
    value = count / 1e9
    return f"{value:,.0f} GB" if value >= 100 else f"{value:.3g} GB"


def percent(share: float) -> str:
    """A share for a reader: 31.0 %, 0.6 %, below 0.1 %."""
    return f"{100 * share:.1f} %" if share >= 0.0005 or not share else "below 0.1 %"


def _bar(parts: Parts) -> list[str]:
    """The parts side by side, each with its number above."""
    drawn, x, middles, total = [], LEFT, [], sum(parts.values())
    for count, colour in zip(parts.values(), COLOURS, strict=False):
        width = BAR * count / total
        drawn += [rect(x, 62, width, 34, colour), rect(x + width - 0.5, 62, 1, 34, "white")]
        middles.append(x + width / 2)
        x += width
    places = enumerate(spread(middles, NAMED_APART, LEFT, LEFT + BAR), start=1)
    return drawn + [words(x, 56, str(i), 12, text_anchor="middle") for i, x in places]


def _legend(parts: Parts) -> list[str]:
    drawn, total = [], sum(parts.values())
    for i, ((name, count), colour) in enumerate(zip(parts.items(), COLOURS, strict=False)):
        y = 122 + 21 * i
        drawn += [rect(LEFT, y - 11, 13, 13, colour), words(LEFT + 22, y, f"{i + 1}  {name}")]
        drawn.append(words(LEFT + 320, y, f"{count:,}", text_anchor="end"))
        drawn.append(words(LEFT + 430, y, percent(count / total), text_anchor="end"))
    return drawn


def _memory(y: float, needed: float, memory: float, card: str) -> list[str]:
    """What is needed as a bar, the card as a frame around what it holds."""
    most = max(needed, memory)
    colour = BLUE if needed <= memory else VERMILLION
    return [
        words(LEFT, y + 12, _fits(needed, memory, card)),
        rect(LEFT, y + 24, max(1, BAR * needed / most), 18, colour),
        rect(LEFT, y + 20, BAR * memory / most, 26, "none", stroke=INK),
        words(LEFT, y + 60, "the frame: what one card holds", 11, fill=QUIET),
    ]


def _fits(needed: float, memory: float, card: str) -> str:
    verdict = "it fits, and activations come on top" if needed <= memory else "too little"
    need = f"To train it, 16 bytes for each: {gigabytes(needed)}."
    return f"{need} One {card} has {gigabytes(memory)}: {verdict}."


def _shares(parts: Parts) -> str:
    total = sum(parts.values())
    shares = [f"{name} {count:,} ({percent(count / total)})" for name, count in parts.items()]
    return f"In {listed(shares)}."
