"""The whole vocabulary as bars: what is drawn from, what it was made from, and what is true.

Drawn as SVG: a hundred bars in a millisecond, so that a slider can be dragged.
"""

import html
from collections.abc import Sequence

import numpy as np

from helpers.views.drawing import Picture, given
from helpers.views.drawing.palette import BLUE, GRID, INK, QUIET
from helpers.views.drawing.svg import HATCHED, HATCHES
from helpers.views.drawing.wording import glyph, likeliest, listed, spoken

WIDTH, LEFT, TOP, HEIGHT = 760, 34, 78, 190  # CSS pixels; the bars stand between TOP and +HEIGHT
SHOWN = 60  # tokens, the likeliest ones
SCALES = (0.25, 0.5, 1)  # where the axis may end: few, so that it rarely moves
SEEN = 0.002  # a smaller probability gets no mark
LINE = 20  # CSS pixels
FONT = "font-family:DejaVu Sans,Verdana,Helvetica,Arial,sans-serif;font-size:13px"
MONO = "font-family:DejaVu Sans Mono,Menlo,Consolas,monospace;font-size:13px"


def vocabulary_bars(
    tokens: Sequence[str],
    settings: Sequence[float],
    model: Sequence[float],
    truth: Sequence[float] | None = None,
    heading: str = "",
    lines: Sequence[str] = (),
    alt: str = "",
) -> Picture:
    """A bar per token, likeliest by the model first: at these settings, by the model, in truth.

    settings, model, truth: (V,) probabilities of the tokens. heading stands above, in mono; lines
    of text stand below and join the description, `alt` after them. ValueError if lengths differ.
    """
    probs = {"these settings": settings, "model": model}
    probs |= {} if truth is None else {"truth": truth}
    probs = given.distributions(probs, len(tokens), "tokens")
    order = likeliest(probs["model"], SHOWN)
    full = next(scale for scale in SCALES if max(p.max() for p in probs.values()) <= scale + 1e-6)
    below = [_text(LEFT, _floor(lines, i), line) for i, line in enumerate(lines)]
    parts = [HATCHES, _text(8, 24, heading, MONO), *_legend(probs), *_grid(full)]
    heights = {name: each / full for name, each in probs.items()}
    parts += [*_columns(tokens, heights, order), *below]
    height = _floor(lines, len(lines)) - LINE + 12
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="white"/>'
    description = " ".join([*_say(tokens, probs), *lines, alt]).strip()
    return Picture(description, markup=svg + "".join(parts) + "</svg>", width=WIDTH)


def _floor(lines: Sequence[str], i: int) -> int:
    return TOP + HEIGHT + 50 + LINE * i


def _legend(probs: dict[str, np.ndarray]) -> list[str]:
    """A key above the bars: each name behind a sample of its look."""
    looks = {
        "these settings": f'<rect width="12" height="12" fill="{BLUE}"/>',
        "model": f'<path d="M0 6H13" stroke="{INK}" stroke-width="3"/>',
        "truth": f'<rect width="12" height="12" {HATCHED}/>',
    }
    parts, right = [], LEFT
    for name in probs:
        parts.append(f'<g transform="translate({right},44)">{looks[name]}</g>')
        parts.append(_text(right + 18, 55, name))
        right += 18 + round(7.4 * len(name)) + 24
    return parts


def _grid(full: float) -> list[str]:
    parts = []
    for p in (0, 0.5, 1):
        y = _up(p)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - 6}" stroke="{QUIET if p == 0 else GRID}"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{p * full:g}", FONT + ";text-anchor:end"))
    return parts


def _columns(tokens: Sequence[str], probs: dict[str, np.ndarray], order: list[int]) -> list[str]:
    """Each token's bars; probs are heights, as shares of the whole axis."""
    step = min(40.0, (WIDTH - 6 - LEFT) / len(order))
    long = max(len(glyph(tokens[i])) for i in order) > 1
    parts = []
    for place, i in enumerate(order):
        left, true = LEFT + place * step, probs.get("truth")
        half = step * (0.84 if true is None else 0.42)
        parts.append(_bar(left, half, probs["these settings"][i], f'fill="{BLUE}"'))
        if true is not None:
            parts.append(_bar(left + half, half, true[i], HATCHED))
        if (believed := probs["model"][i]) > SEEN:
            tick = f"M{left:.1f} {_up(believed)}h{half:.1f}"
            parts.append(f'<path d="{tick}" stroke="{INK}" stroke-width="2"/>')
        parts.append(_label(left + step * 0.42, glyph(tokens[i]), long))
    return parts


def _bar(left: float, width: float, p: float, look: str) -> str:
    y = _up(p)
    box = f'x="{left:.1f}" y="{y}" width="{width:.1f}" height="{TOP + HEIGHT - y:.1f}"'
    return f"<rect {box} {look}/>" if p > 0 else ""


def _label(x: float, token: str, long: bool) -> str:
    y = TOP + HEIGHT + 16
    if not long:
        return _text(x, y, token, MONO + ";text-anchor:middle")
    turn = f'transform="translate({x + 4:.1f},{y - 10}) rotate(60)"'
    return f"<g {turn}>{_text(0, 0, token[:5], MONO.replace('13', '10'))}</g>"


def _up(p: float) -> float:
    return round(TOP + HEIGHT * (1 - p), 1)


def _text(x: float, y: float, words: str, font: str = FONT) -> str:
    look = f'style="{font};white-space:pre" xml:space="preserve" fill="{INK}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{html.escape(words)}</text>'


def _say(tokens: Sequence[str], probs: dict[str, np.ndarray]) -> list[str]:
    """One sentence per distribution: its three likeliest tokens."""
    sentences = []
    for name, each in probs.items():
        best = [i for i in likeliest(each) if each[i] > 0]
        tops = listed([f"{spoken(tokens[i])} {each[i]:.2f}" for i in best])
        by = name if name.startswith("these") else f"the {name}"
        sentences.append(f"Likeliest by {by}: {tops}.")
    return sentences
