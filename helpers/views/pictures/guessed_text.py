"""A text that is guessed character by character, and who paid how many bits for it."""

import html
import math
from collections.abc import Mapping, Sequence

from helpers.views.drawing import Picture, counted, given, glyph, spoken
from helpers.views.drawing.palette import BLUE, GREEN, ORANGE, VERMILLION, triple
from helpers.views.pictures.surprisal_text import BOX, SMALL_PRINT

WIDTH = 320  # pixels of the longest bar
SCALE = 20  # bits that a full bar stands for, until somebody has paid more
RIGHT, WRONG = triple(GREEN), triple(VERMILLION)
TINTS = (ORANGE, BLUE, GREEN)  # of the payers, in turn


def guessed_text(
    given_text: str, text: str, guesses: str, bits: Mapping[str, Sequence[float]]
) -> Picture:
    """The text so far, right guesses on green, wrong ones underlined, and everybody's account.

    given_text: what was known before the game. text, guesses: as many characters, the true one and
    the guessed one. bits: who pays -> the price of each character. ValueError if lengths differ.
    """
    n = len(text)
    rule, advice = f"There must be a guess and a price for each of {n} characters", "Cut them."
    same = len(guesses) == n and all(len(paid) == n for paid in bits.values())
    given.must(same, rule, f"{len(guesses)} guesses", advice)
    body = html.escape(given_text) + "".join(map(_character, text, guesses)) + _cursor()
    sums = {name: math.fsum(paid) for name, paid in bits.items()}
    told = _last(text, guesses, bits)
    markup = f'<pre style="{BOX}">{body}</pre><p style="{SMALL_PRINT}">{html.escape(told)}</p>'
    return Picture(_words(text, guesses, sums, told), markup=markup + _accounts(sums))


def _character(true: str, guess: str) -> str:
    shown = html.escape(true) if true != "\n" else '<span style="opacity:.5">↵</span>\n'
    look = f"rgba({RIGHT},.3)" if true == guess else f"rgba({WRONG},.3);text-decoration:underline"
    title = html.escape(f"guessed {spoken(guess)}, it is {spoken(true)}")
    return f'<span title="{title}" style="background-color:{look}">{shown}</span>'


def _cursor() -> str:
    return f'<span style="background-color:rgba({WRONG},.9)">&nbsp;</span>'


def _last(text: str, guesses: str, bits: Mapping[str, Sequence[float]]) -> str:
    """A sentence about the newest character."""
    if not text:
        return "Which character comes next? Type it into the box, or click a button."
    prices = ", ".join(f"{name} {paid[-1]:.2f}" for name, paid in bits.items())
    return f"Guessed {glyph(guesses[-1])}, it is {glyph(text[-1])}. Bits for it: {prices}."


def _words(text: str, guesses: str, sums: Mapping[str, float], told: str) -> str:
    right = sum(map(str.__eq__, text, guesses))
    paid = ", ".join(f"{name} {total:.1f}" for name, total in sums.items())
    done = f"{counted(len(text), 'character')} guessed, {right} right. Bits in all: {paid}."
    return f"{done} {told}"


def _accounts(sums: Mapping[str, float]) -> str:
    """Everybody's bits in all, as bars."""
    most = max(SCALE, *sums.values())
    rows = "".join(
        f'<tr><th scope="row" style="padding:2px 10px 2px 0;text-align:left">{html.escape(name)}'
        f'</th><td style="padding:2px 10px 2px 0;text-align:right">{total:.1f} bits</td>'
        f'<td style="text-align:left"><span style="display:inline-block;height:12px;'
        f"width:{max(1, round(WIDTH * total / most))}px;"
        f'background-color:rgba({triple(tint)},.8)"></span></td></tr>'
        for tint, (name, total) in zip(TINTS, sums.items(), strict=False)
    )
    return f'<table style="font-size:14px;border:0;margin:4px 0"><tbody>{rows}</tbody></table>'
