"""Speeches: a prompt and its answers, with every probability known.

Used in the notebook *Alignment*. The prompt is one opening, after which Kent begins one of eight
kinds of speech, with the probabilities `playwright.SPEECHES`: a world small enough to train and to
align a model in.
"""

from contextlib import suppress
from dataclasses import replace
from functools import cache

from helpers.basics.borders import takes
from helpers.text import playwright
from helpers.text.playwright.grammar import Grammar, Options, word
from helpers.text.playwright.pens import Reader, Unwritable, Writer
from helpers.text.playwright.slots import slots

OPENING = "A graveyard. Enter Ajax, Beatrix and Kent.\n\nKENT:\n"
FIXED = {"scene": "a graveyard", "first": "ajax", "second": "beatrix", "third": "kent"}
KINDS = tuple(playwright.SPEECHES)
NONE = "none"
LIVELY = ("song", "cry")


@takes(n="count", length="count")
def draw(n: int, length: int, seed: int) -> list[str]:
    """What the Playwright writes after OPENING, n times: the first `length` characters of each."""
    pen, answers = Writer(seed), []
    while len(answers) < n:
        pen.pieces, pen.length = [], 0  # a new page; the generator goes on
        while pen.length < len(OPENING) + length:
            _one_opening().scene(pen)
        answers.append("".join(pen.pieces)[len(OPENING) :][:length])
    return answers


@takes(answer="text")
def speech_kind(answer: str) -> str:
    """The kind of speech that an answer begins; "none" if its first words are no speech's.

    >>> speech_kind("Hey, bababa, sing bababa"), speech_kind("Hey, you!"), speech_kind("Hello")
    ('song', 'song', 'none')
    """
    reader = Reader(OPENING + answer)
    with suppress(Unwritable):
        reader.follow(playwright.grammar())
    # the passage that begins where the prompt ends
    begun = [name for at, name in reader.passages if at == len(OPENING)]
    return begun[0] if begun else NONE


@takes(answer="text")
def without_fault(answer: str) -> bool:
    """Whether the grammar can write the answer after OPENING, to its last character."""
    return playwright.writable_length(OPENING + answer) == len(OPENING + answer)


@takes(answer="text")
def applause(answer: str) -> float:
    """The reward of an answer: 2 for a song or a cry, 0 for another speech, -1 for a fault.

    >>> applause("Hey, bababa,"), applause("By bababa, I"), applause("Hey, you!")
    (2.0, 0.0, -1.0)
    """
    if not without_fault(answer):
        return -1.0
    return 2.0 if speech_kind(answer) in LIVELY else 0.0


@takes(answer="text")
def log2_prob(answer: str) -> float:
    """log2 P(answer | OPENING), exactly. ValueError with the position of the first fault."""
    return playwright.log2_prob(OPENING + answer) - playwright.log2_prob(OPENING)


@cache
def _one_opening() -> Grammar:
    """The Playwright's grammar with the scene, the cast and the first speaker decided."""
    only = {name: word(Options({value: 1.0})) for name, value in FIXED.items()}
    everybody = slots()
    speaker = everybody["speaker"]
    kent = Options({"kent": 1.0})
    only["speaker"] = replace(
        speaker, options=lambda words: speaker.options(words) if "speaker" in words else kent
    )
    return Grammar(everybody | only, playwright.PASSAGES, "enter")
