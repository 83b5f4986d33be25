"""The guessing game: the reader guesses the next character, and pays in bits; so does a GPT.

Source: Shannon 1951, whose readers guessed until they were right; here a guess is a bet.
Notebook *Start here*.
"""

import functools
import math
from collections.abc import Callable

import ipywidgets
from torch import nn

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given
from helpers.views.pictures.guessed_text import guessed_text
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.reading import TokenizerLike, Truth

PAYERS = ("you", "GPT", "the truth")
NO_IDEA = "…"  # a guess that is none: every character is equally likely
LINE = "/"  # stands for a new line, which cannot be typed into a box
SURE, HOW_SURE = 0.9, "how sure you are"
GUESS_FOR_ME, PASS, UNDO = "what GPT would guess", "no idea", "take one back"


@signed()
def guessing_game(
    model: nn.Module,
    tokenizer: TokenizerLike,
    text: str,
    truth: Truth,
    start: int,
    guesses: str = "",
) -> Explorer:
    """Guess a text from its character `start` on; every guess is answered at once.

    A guess gets the probability `sure`, the other characters share the rest, so being wrong is dear
    to whoever was sure. In the box / stands for a new line. tokenizer: one token for each
    character. truth: prefix -> {character: probability}. ValueError unless start is in the text.
    """
    rule = f"start must be a place between 1 and {len(text) - 1}"
    given.must(1 <= start < len(text), rule, start, "Try the length of the first line.")
    believed = functools.cache(lambda read: reading.next_probs(model, tokenizer, read))

    def best(explorer: Explorer) -> None:
        box = explorer.controls["guesses"]
        if (read := text[: start + len(box.value)]) != text:
            guess = tokenizer.decode([int(believed(read).argmax())])
            box.value += guess.replace("\n", LINE)

    def skip(explorer: Explorer) -> None:
        explorer.controls["guesses"].value += NO_IDEA

    def undo(explorer: Explorer) -> None:
        explorer.controls["guesses"].value = explorer.controls["guesses"].value[:-1]

    return Explorer(
        _drawing(believed, tokenizer, text, truth, start),
        actions={GUESS_FOR_ME: best, PASS: skip, UNDO: undo},
        guesses=ipywidgets.Text(value=guesses, description="your guesses"),
        sure=ipywidgets.FloatSlider(SURE, min=0.1, max=0.99, step=0.01, description=HOW_SURE),
    )


def _drawing(believed: Callable, tokenizer, text: str, truth: Truth, start: int):
    def prices(place: int, guess: str, sure: float) -> tuple[float, float, float]:
        """What the reader, GPT and the truth pay for the character at a place."""
        read, true = text[:place], text[place]
        q = believed(read)[tokenizer.encode(true)[0]].item()
        mine = bet(true, guess, sure, tokenizer.vocab_size)
        return tuple(-math.log2(p) + 0.0 for p in (mine, q, truth(read)[true]))

    def draw(guesses: str, sure: float) -> Picture:
        end = min(len(text), start + len(guesses))
        guesses = guesses[: end - start].replace(LINE, "\n")
        paid = [prices(start + i, guess, sure) for i, guess in enumerate(guesses)]
        bits = {name: [each[k] for each in paid] for k, name in enumerate(PAYERS)}
        return guessed_text(text[:start], text[start:end], guesses, bits)

    return draw


def bet(true: str, guess: str, sure: float, V: int) -> float:
    """The probability that a guess gives to what comes: V characters, the guess gets `sure`.

    >>> bet("a", "a", 0.9, 11), round(bet("b", "a", 0.9, 11), 3)
    (0.9, 0.01)
    """
    if guess == NO_IDEA:
        return 1 / V
    return sure if guess == true else (1 - sure) / (V - 1)
