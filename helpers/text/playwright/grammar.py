"""A grammar whose probabilities are exact: text is drawn from it, and read back to its draws.

Text is written passage by passage. A passage is a template: `[word]` draws a new word for a slot,
`{word}` repeats the one drawn last; the case of the slot's name gives the case of the text (word,
Word, WORD). Every draw picks from a *prefix-free* set of strings, so whoever reads the text from
left to right always knows which string was drawn: text and draws determine each other, and
-log P(text) is the sum of -log P(draw). Source of the argument: Cover & Thomas 2006, §5.1 and §4.2.
Probabilities are added by `math.fsum`, which rounds once: so every Python finds the same digits.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

Distribution = dict[str, float]


class Options:
    """A prefix-free set of strings with probabilities that sum to 1. ValueError if it is not."""

    def __init__(self, probs: Distribution):
        _check(probs)
        self.probs = probs
        self.lengths = sorted({len(s) for s in self.probs})
        self.entropy = -math.fsum(p * math.log2(p) for p in self.probs.values())
        self._bits: dict[str, list[float]] = {}

    def draw(self, generator: Random) -> str:
        """One of the strings, by chance."""
        u = generator.random()  # a point in 0 … 1, on which the strings have intervals
        for string, p in self.probs.items():
            u -= p
            if u < 0:
                return string
        return string  # rounding left u at 0

    def read(self, text: str, at: int) -> str | None:
        """The one string that stands in the text at this place, if any."""
        for length in self.lengths:
            if text[at : at + length] in self.probs:
                return text[at : at + length]
        return None

    def bits(self, string: str) -> list[float]:
        """-log2 P(next character | characters before), for each character of a begun string."""
        if string not in self._bits:
            # P(next | before) = P(before and next) / P(before)
            mass = [self.chance(string[:k]) for k in range(len(string) + 1)]
            self._bits[string] = [math.log2(a / b) for a, b in zip(mass, mass[1:], strict=False)]
        return self._bits[string]

    def chance(self, begun: str) -> float:
        """P(the string starts with `begun`); 0 when none does."""
        return math.fsum(p for s, p in self.probs.items() if s.startswith(begun))

    def following(self, begun: str) -> dict[str, float]:
        """P(next character | begun) for a begun, unfinished string."""
        characters = {s[len(begun)]: None for s in self.probs if s.startswith(begun)}
        return {c: self.chance(begun + c) / self.chance(begun) for c in characters}


def _check(probs: Distribution) -> None:
    strings = sorted(probs)
    for one, other in zip(strings, strings[1:], strict=False):
        if other.startswith(one):
            raise ValueError(
                "No option may begin another one, or a reader could not tell them apart; "
                f"got {one!r} and {other!r}. Change one of the words."
            )
    if not math.isclose(total := math.fsum(probs.values()), 1.0):
        raise ValueError(
            f"Probabilities must sum to 1; got a sum of {total}. Divide each of them by the sum."
        )


@dataclass(frozen=True)
class Slot:
    """A word to be drawn.

    options: from the words drawn so far, a dict from slot to word, to what may be drawn now.
    marginal: the word's distribution when nothing else is known.
    entropy: the expected entropy of a draw, in bits.
    """

    options: Callable[[dict[str, str]], Options]
    marginal: Distribution
    entropy: float


def word(options: Options) -> Slot:
    """A slot that does not look at other words."""
    return Slot(lambda words: options, options.probs, options.entropy)


def given(parent_name: str, parent: Slot, options: Callable[[str], Options]) -> Slot:
    """A slot whose options depend on the word in one other slot."""
    table = {value: options(value) for value in parent.marginal}
    mixed: Counter[str] = Counter()
    for value, p in parent.marginal.items():
        mixed.update({s: p * q for s, q in table[value].probs.items()})
    entropy = math.fsum(p * table[value].entropy for value, p in parent.marginal.items())
    return Slot(lambda words: table[words[parent_name]], dict(mixed), entropy)


@dataclass(frozen=True)
class Part:
    """A piece of a template: plain text, or a slot to draw or to repeat, as word, Word or WORD."""

    text: str = ""
    slot: str = ""
    draws: bool = False
    style: str = "lower"

    def case(self, word: str) -> str:
        """A word as this part writes it."""
        title = word[:1].upper() + word[1:]
        return {"lower": word, "title": title, "upper": word.upper()}[self.style]

    def uncased(self, written: str) -> str:
        """The word behind what this part wrote, the inverse of `case`."""
        title = written[:1].lower() + written[1:]
        return {"lower": written, "title": title, "upper": written.lower()}[self.style]


@dataclass(frozen=True)
class Passage:
    """A template and what may follow it: passage name to probability; {} ends the scene."""

    template: str
    then: dict[str, float]

    def parts(self) -> list[Part]:
        """The template cut into plain text and slots."""
        pieces = re.split(r"(\[\w+\]|\{\w+\})", self.template)
        return [_slot_part(s) if s[0] in "[{" else Part(s) for s in pieces if s]


def _slot_part(piece: str) -> Part:
    name = piece[1:-1]
    style = "upper" if name.isupper() else "title" if name[0].isupper() else "lower"
    return Part(slot=name.lower(), draws=piece[0] == "[", style=style)


class Grammar:
    """Slots and passages; a text is an endless row of independent scenes, each begun by `start`."""

    def __init__(self, slots: dict[str, Slot], passages: dict[str, Passage], start: str):
        self.slots, self.passages, self.start = slots, passages, start
        self.parts = {name: passage.parts() for name, passage in passages.items()}
        self._written_options = cache(self._written_options)
        self._ways = cache(self._ways)

    def scene(self, pen) -> None:
        """Go through one scene; `pen.literal` and `pen.choose` write the text or read it."""
        words: dict[str, str] = {}
        name = self._enter("", words, pen)
        while self.passages[name].then:
            name = self._enter(name, words, pen)

    def _enter(self, before: str, words: dict[str, str], pen) -> str:
        """Choose the passage after `before` by its first words, and go through it."""
        then = self.passages[before].then if before else {self.start: 1.0}
        firsts = [self.parts[name][0] for name in then]
        openings = tuple(self._openings(part, words) for part in firsts)
        options, owner = self._ways(tuple(then.items()), openings)
        string = pen.choose(options)
        name = owner[string]
        pen.enters(name, string)
        first, *others = self.parts[name]
        if first.draws:
            words[first.slot] = first.uncased(string)
        for part in others:
            self._perform(part, words, pen)
        return name

    def _perform(self, part: Part, words: dict[str, str], pen) -> None:
        if part.draws:
            words[part.slot] = part.uncased(pen.choose(self._openings(part, words)))
        else:
            pen.literal(part.case(words[part.slot]) if part.slot else part.text)

    def _openings(self, part: Part, words: dict[str, str]) -> Options:
        """What a part may write: a slot's options in its case, or the one literal text."""
        options = self.slots[part.slot].options(words) if part.draws else None
        return self._written_options(part, options)

    def _written_options(self, part: Part, options: Options | None) -> Options:
        if options is None:
            return Options({part.text: 1.0})
        return Options({part.case(s): p for s, p in options.probs.items()})

    def _ways(self, then: tuple, openings: tuple[Options, ...]) -> tuple[Options, dict[str, str]]:
        """All first words of all passages that may follow, and the passage each belongs to."""
        ways = [
            (string, p * q, name)
            for (name, p), options in zip(then, openings, strict=True)
            for string, q in options.probs.items()
        ]
        return Options({s: p for s, p, _ in ways}), {s: name for s, _, name in ways}
