"""Text coloured by surprise: each character's background says how many bits it cost to predict.

The colours lie thin over the page, so the text keeps the colour of the reader's theme, light or
dark. JupyterLab keeps these inline styles in an untrusted notebook, but removes role and
aria-label; GitHub removes styles as well. So the main figures also stand below the text, and the
surprising characters are bold: the strip says something even where its colours are lost.
"""

import html
import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given, palette
from helpers.views.drawing.wording import likeliest, listed, number, spoken

EDGES = (0.1, 0.5, 1, 2, 4, 8)  # bits; level i holds the characters that cost EDGES[i-1] or more
OPACITY = (0, 0.14, 0.26, 0.38, 0.5, 0.62, 0.74)
TINT = palette.triple(palette.VERMILLION)
BOLD_FROM = 4  # bits
NOTHING = 0.005  # bits; below it a character counts as certain
ROUNDING = 1e-9  # bits that arithmetic may lose: 3.999999999 is coloured as 4

BOX = "font-family:monospace;font-size:14px;line-height:1.65;white-space:pre-wrap;"
BOX += "margin:2px 0 12px;max-width:760px"
SMALL_PRINT = "font-size:13px;line-height:1.6;margin:0;max-width:760px"


@signed("bits")
def surprisal_text(
    text: str, bits: Sequence[float] | Mapping[str, Sequence[float]], title: str = ""
) -> Picture:
    """The text itself, each character on a colour that says its surprisal in bits.

    bits: one value per character, -log2 P(character | all before); or a dict name -> such values,
    for strips below each other. ValueError if a strip has not one value ≥ 0 for each character.
    """
    strips = bits if isinstance(bits, Mapping) else {"": bits}
    strips = {name: _checked(text, name, given.array(values)) for name, values in strips.items()}
    heading = f'<p style="{SMALL_PRINT}"><b>{html.escape(title)}</b></p>' if title else ""
    parts = [_strip(text, values, name) for name, values in strips.items()]
    heads = {name: f"{name}: " if name else "" for name in strips}
    told = [f"{heads[n]}{_totals(v)}, {_peaks(text, v)}." for n, v in strips.items()]
    alt = " ".join([f"{title or 'Text coloured by surprisal'}, {len(text)} characters.", *told])
    return Picture(alt, markup=heading + "".join(parts) + key())


def _checked(text: str, name: str, bits: np.ndarray) -> np.ndarray:
    n, advice = len(text), "Try bits[: len(text)], or -log2(p)."
    rule = f"A strip needs one number of bits ≥ 0 for each of the {n} characters (at least 1)"
    given.must(n and bits.shape == (n,), rule, f"shape {bits.shape} {name}".strip(), advice)
    given.must((bits >= -1e-9).all(), rule, f"{bits.min():g} bits {name}".strip(), advice)
    return bits.clip(0)


def _strip(text: str, bits: np.ndarray, name: str) -> str:
    head = (f"<b>{html.escape(name)}</b>: " if name else "") + _totals(bits)
    return f'<p style="{SMALL_PRINT}">{head}</p><pre style="{BOX}">{tinted(text, bits)}</pre>'


def tinted(text: str, bits: np.ndarray) -> str:
    """The characters as HTML, each on the colour of its bits: one number per character."""
    levels = np.digitize(bits + ROUNDING, EDGES)
    runs = itertools.groupby(zip(text, levels, strict=True), key=lambda pair: pair[1])
    return "".join(_run("".join(c for c, _ in run), level) for level, run in runs)


def _run(characters: str, level: int) -> str:
    shown = html.escape(characters).replace("\n", '<span style="opacity:.5">↵</span>\n')
    if level == 0:
        return shown
    tag = "b" if EDGES[level - 1] >= BOLD_FROM else "span"
    return f'<{tag} style="{_tint(level)}">{shown}</{tag}>'


def _tint(level: int) -> str:
    return f"background-color:rgba({TINT},{OPACITY[level]});border-radius:2px"


def key() -> str:
    """What each colour says, as a line below a strip."""
    names = enumerate((f"under {EDGES[0]:g}", *(f"{edge:g}+" for edge in EDGES)))
    swatches = [f'<span style="{_tint(i)};padding:1px 7px">{name}</span> ' for i, name in names]
    return f'<p style="{SMALL_PRINT}">bits per character: {"".join(swatches)}</p>'


def _totals(bits: np.ndarray) -> str:
    certain = f"{(bits < NOTHING).mean():.0%} of the characters cost nothing"
    return f"{number(bits.sum())} bits in all, {number(bits.mean())} per character, {certain}"


def _peaks(text: str, bits: np.ndarray) -> str:
    largest = [(i, text[max(0, i - 10) : i]) for i in likeliest(bits)]
    peaks = [f"{spoken(text[i])} after {past!r} ({number(bits[i])} bits)" for i, past in largest]
    return f"most surprising {listed(peaks)}"
