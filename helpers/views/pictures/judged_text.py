"""Texts that were written, judged by the truth: true bits until the first mistake.

The first character that the truth cannot write is white on red, and what follows it is pale: after
a mistake the truth says nothing more.
"""

import html
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, counted, given, number, spoken
from helpers.views.pictures.surprisal_text import BOX, SMALL_PRINT, key, tinted

RED = "#B3001B"  # darker than every surprise
WRONG = f"background-color:{RED};color:white;border-radius:2px;padding:1px 4px"


@signed("bits", "texts")
def judged_text(texts: Mapping[str, tuple[str, Sequence[float]]], title: str = "") -> Picture:
    """Each named text with its bits, one number ≥ 0 per character until the first impossible one.

    A text with as many numbers as characters has no mistake. ValueError for more numbers than that,
    for a negative one, and if nothing is given.
    """
    given.must(texts, "There must be a text", "none", "Try {'greedy': (text, bits)}.")
    strips = {name: (text, _checked(name, text, bits)) for name, (text, bits) in texts.items()}
    heading = f'<p style="{SMALL_PRINT}"><b>{html.escape(title)}</b></p>' if title else ""
    body = "".join(_strip(name, *strip) for name, strip in strips.items())
    told = " ".join(f"{name}: {_verdict(*strip)}." for name, strip in strips.items())
    alt = f"{title or 'Written texts, judged by the truth'}. {told}"
    return Picture(alt, markup=heading + body + key())


def _checked(name: str, text: str, bits: Sequence[float]) -> np.ndarray:
    bits, n = given.array(bits), len(text)
    rule = f"A text of {n} characters has at most {n} numbers of bits, none below 0"
    fits = n and bits.ndim == 1 and len(bits) <= n and (bits >= -1e-9).all()
    given.must(fits, rule, f"shape {bits.shape} {name}".strip(), "Try playwright.surprisals(text).")
    return bits.clip(0)


def _strip(name: str, text: str, bits: np.ndarray) -> str:
    right, wrong, rest = text[: len(bits)], text[len(bits) :][:1], text[len(bits) + 1 :]
    body = tinted(right, bits)
    if wrong:
        shown = html.escape(wrong).replace("\n", "↵\n")
        body += f'<b style="{WRONG}">{shown}</b><span style="opacity:.5">{html.escape(rest)}</span>'
    head = f"<b>{html.escape(name)}</b>: {html.escape(_verdict(text, bits))}"
    return f'<p style="{SMALL_PRINT}">{head}</p><pre style="{BOX}">{body}</pre>'


def _verdict(text: str, bits: np.ndarray) -> str:
    paid = f"{number(bits.sum())} bits for {counted(len(bits), 'character')}"
    if len(bits) == len(text):
        return f"{paid}, no mistake"
    return f"{paid}, then {spoken(text[len(bits)])}, which is impossible"
