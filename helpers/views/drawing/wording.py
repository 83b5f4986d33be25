"""How a description, a label or a figure writes a number, a token and a list."""

import functools
import re
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.font_manager import findfont, get_font

from helpers.views.drawing.style import MONO

VISIBLE = {"\n": "↵", " ": "␣", "\t": "⇥", "\r": "←"}
SPOKEN = {"\n": "newline", " ": "space", "\t": "tab", "\r": "carriage return"}
DUST = 1e-15  # smaller numbers are what rounding left of zero
# What XML has no place for: most control characters, half a surrogate pair, two that are none.
UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: float) -> str:
    """A number for a reader, three digits: 4.11, 0.0500, 12,000, 3 -> '3', 1e-16 -> '0'.

    >>> number(999.4), number(999.7)
    ('999', '1,000')
    """
    value = 0.0 if abs(value) < DUST else float(value)
    if not np.isfinite(value):
        return str(value).replace("inf", "∞")
    if value.is_integer() or abs(value) >= 999.5:  # in three digits it is a thousand
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def writable(text: str) -> str:
    """The text with � in place of each character that no picture can hold.

    >>> writable("one" + chr(0) + "two")
    'one\ufffdtwo'
    """
    return UNWRITABLE.sub("�", text)


def glyph(token: str) -> str:
    """A character or token as a figure can write it: newline -> '↵', ' ' -> '␣', '中' -> '<4E2D>'.

    Write it with parse_math=False: a token may hold dollar signs.
    """
    return "".join(VISIBLE.get(c) or _drawable(c) for c in token)


@functools.cache
def _drawable(character: str) -> str:
    known = get_font(findfont(MONO)).get_char_index(ord(character))
    return character if known and character.isprintable() else f"<{ord(character):X}>"


def spoken(token: str) -> str:
    """A character or token for a description: '\\n' -> 'newline', 'a' -> "'a'"."""
    return SPOKEN.get(token, repr(token))


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence: 'a', 'a and b', 'a, b and c'."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def counted(n: int, noun: str) -> str:
    """So many of them: '1 token', '3 tokens'."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def amounts(values: Mapping[str, float]) -> str:
    """Named numbers in a sentence: {'a': 1, 'b': 2.5} -> 'a 1 and b 2.50'."""
    return listed([f"{name} {number(value)}" for name, value in values.items()])


def course(values: Sequence[float]) -> str:
    """Where a row of numbers begins and ends: [3, 1, 2] -> 'from 3 to 2'."""
    return f"from {number(values[0])} to {number(values[-1])}"


def likeliest(probs: np.ndarray, most: int = 3) -> list[int]:
    """The places of the largest probabilities, the largest first."""
    return np.argsort(-probs, kind="stable")[:most].tolist()


def likeliest_of(tokens: Sequence[str], probs: np.ndarray) -> str:
    """The three likeliest tokens with their probabilities: "'a' 0.60, 'b' 0.30 and 'c' 0.10"."""
    return listed([f"{spoken(tokens[i])} {probs[i]:.2f}" for i in likeliest(probs)])
