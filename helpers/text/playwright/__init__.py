"""The Playwright: a text without end whose entropy, and whose every probability, is exactly known.

Short scenes between three of twenty-four characters. Couplets in iambic pentameter; questions
whose answer repeats and agrees; sums; nonsense songs and oaths that can only be copied. Much of it
follows from what stands before, some of it only from far before: what a language model must learn.
All of `playwright` speaks bits per character; P is the grammar's own (see `grammar`).
Notebook *Start here*.

grammar      templates whose draws can be read back from the text
slots        the words, and which of them may stand where
pens         a Writer draws a text, a Reader finds the probability of one
expectation  entropy, length and character counts of a scene, without sampling
foresight    what may come next, everywhere in a text at once
exchanges    the kind of exchange that each character stands in
speeches     the answers to one opening, a small world for reinforcement learning
states       what is decided at each character, and what may follow
"""

import math
from collections import Counter
from functools import cache

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.text.playwright import expectation, slots
from helpers.text.playwright.grammar import Grammar, Passage
from helpers.text.playwright.pens import Unwritable, Writer, read

ANOTHER_COUPLET, LAST_EXCHANGE = 0.4, 0.4
COUPLET = (
    "[Start] [adjective] [noun] [verb] the [adjective] [rhyme],\n"
    "[Start] [adjective] [noun] [verb] the [adjective] [echo]"
)
SPEECHES = {"couplet": 0.30, "ask": 0.15, "sum": 0.12, "oath": 0.10}
SPEECHES |= {"song": 0.12, "cry": 0.08, "lament": 0.07, "greet": 0.06}
ON = {"turn": 1 - LAST_EXCHANGE, "exeunt": LAST_EXCHANGE}
AFTER_COUPLET = {"more": ANOTHER_COUPLET, "praise": 1 - ANOTHER_COUPLET}
PASSAGES = {
    "enter": Passage("[Scene]. Enter [First], [Second] and [Third].\n\n", {"turn": 1.0}),
    "turn": Passage("[SPEAKER]:\n", SPEECHES),
    "couplet": Passage(COUPLET, AFTER_COUPLET),
    "more": Passage(";\n" + COUPLET, AFTER_COUPLET),
    "praise": Passage(".\n\n[OTHER]:\nWell rhymed, {Speaker}: {rhyme} and {echo}.\n\n", ON),
    "ask": Passage(
        "[Other], where [be] the [adjective] [thing]?\n\n"
        "{OTHER}:\nThe {adjective} {thing} {be} [place], {Speaker}.\n\n",
        ON,
    ),
    "sum": Passage(
        "[Pair] [things]: how many, [Other]?\n\n{OTHER}:\n[Total] {things}, {Speaker}.\n\n", ON
    ),
    "oath": Passage(
        "By [sa][sb][sc], I [swear] thee, [Other]!\n\n"
        "{OTHER}:\nThen {swear} me, {Speaker}, by {sa}{sb}{sc}.\n\n",
        ON,
    ),
    "song": Passage(
        "Hey, [sa][sb][sc], sing {sa}{sb}{sc},\nand ever {sa}{sb}{sc}!\n\n"
        "[OTHER]:\nHo, {sa}{sb}{sc}, {Speaker}, {sa}{sb}{sc}.\n\n",
        ON,
    ),
    "cry": Passage("[Cry]!\n\n[OTHER]:\n'{Cry}', says {Speaker}? [Retort].\n\n", ON),
    "lament": Passage(
        "Alas, [that] [subject] of the [owner] [was] [adjective].\n\n"
        "[OTHER]:\n{Was} [they] {adjective}, {Speaker}?\n\n",
        ON,
    ),
    "greet": Passage("[Greeting], [Other].\n\n{OTHER}:\n{Greeting}, {Speaker}.\n\n", ON),
    "exeunt": Passage("Exeunt.\n\n", {}),
}


@cache
def grammar() -> Grammar:
    """The whole grammar: slots, passages, and "enter" as the beginning of every scene."""
    return Grammar(slots.slots(), PASSAGES, "enter")


def write(n_chars: int, seed: int) -> str:
    """Whole scenes until there are at least n_chars characters; the same seed, the same text.

    ValueError unless n_chars is a whole number ≥ 1.
    """
    n_chars, pen = whole("n_chars", n_chars, advice="Try 1_000_000."), Writer(seed)
    while pen.length < n_chars:
        grammar().scene(pen)
    return "".join(pen.pieces)


@takes(text="text")
def surprisals(text: str) -> list[float]:
    """-log2 P(character | all before it), exactly, for every character; sums to -log2_prob(text).

    The text may stop anywhere. ValueError with the position where the grammar cannot go on.
    """
    return read(grammar(), text)[0]


@takes(text="text")
def log2_prob(text: str) -> float:
    """log2 of the probability that the endless text begins with this one. ValueError as above."""
    return -math.fsum(surprisals(text))


@takes(prefix="text")
def next_char_probs(prefix: str) -> dict[str, float]:
    """P(next character | prefix), exactly; sums to 1. ValueError as above."""
    return read(grammar(), prefix)[1]


@takes(text="text")
def writable_length(text: str) -> int:
    """How many characters of the text the grammar can follow before the first impossible one."""
    try:
        return len(surprisals(text))
    except Unwritable as error:
        return error.position


@cache
def _pairs() -> Counter:
    return expectation.pair_counts(grammar())


def mean_scene_length() -> float:
    """The expected number of characters of a scene, exactly."""
    return math.fsum(_pairs().values())


@cache
def entropy_rate() -> float:
    """Bits per character of the endless text, H(scene) / E[length]: the floor of every model."""
    return expectation.scene_entropy(grammar()) / mean_scene_length()


def bigram_entropy() -> float:
    """Bits per character given the one before: the floor of every bigram model."""
    return expectation.entropy_of(_pairs()) - unigram_entropy()


def unigram_entropy() -> float:
    """Bits per character given nothing: the floor of a model that only counts characters."""
    return expectation.entropy_of(expectation.character_counts(_pairs()))


def characters() -> str:
    """Every character the Playwright can write, sorted."""
    return "".join(sorted(expectation.character_counts(_pairs())))
