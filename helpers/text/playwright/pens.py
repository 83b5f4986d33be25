"""Pens: a Writer draws a text from a grammar, a Reader finds the probability of a given text."""

from random import Random

from helpers.basics.numbers import whole
from helpers.text.playwright.grammar import Grammar, Options


class Writer:
    """Draws every choice from a random generator and keeps what it wrote."""

    def __init__(self, seed: int):
        self.generator, self.pieces, self.length = Random(whole("seed", seed, 0)), [], 0

    def literal(self, text: str) -> None:
        """Write what is not a choice."""
        self.pieces.append(text)
        self.length += len(text)

    def choose(self, options: Options) -> str:
        """Draw one string and write it."""
        string = options.draw(self.generator)
        self.literal(string)
        return string

    def enters(self, passage: str, first: str) -> None:
        """Do nothing where a passage begins; a Reader notes the place."""


class Unwritable(ValueError):
    """A text the grammar cannot write; `position` is the first character that is impossible."""

    def __init__(self, text: str, position: int, expected: list[str]):
        self.position = position
        super().__init__(
            f"The text must be the beginning of something the grammar can write; at position "
            f"{position}, after {text[max(0, position - 20) : position]!r}, it has "
            f"{text[position]!r}. Possible there: {' '.join(map(repr, expected))}."
        )


class EndOfText(Exception):
    """The Reader has read everything; `following` are the characters that may come next."""

    def __init__(self, following: dict[str, float]):
        self.following = following


class Reader:
    """Follows a text through a grammar and notes what it finds.

    bits: the surprisal of every character. passages: (place, name) of every passage that began.
    """

    def __init__(self, text: str):
        self.text, self.at, self.bits, self.passages = text, 0, [], []

    def literal(self, text: str) -> None:
        """Pass over what is not a choice: 0 bits."""
        if not self.text.startswith(text, self.at):
            self._stop(Options({text: 1.0}))
        self.bits += [0.0] * len(text)
        self.at += len(text)

    def choose(self, options: Options) -> str:
        """Find the one string that stands here, and note its bits."""
        string = options.read(self.text, self.at)
        if string is None:
            self._stop(options)
        self.bits += options.bits(string)
        self.at += len(string)
        return string

    def enters(self, passage: str, first: str) -> None:
        """Note where a passage began: before its first words, which were read already."""
        self.passages.append((self.at - len(first), passage))

    def follow(self, grammar: Grammar) -> dict[str, float]:
        """Read scene after scene to the end; the distribution of the next character.

        Unwritable where the grammar cannot go on.
        """
        try:
            while True:
                grammar.scene(self)
        except EndOfText as end:
            return end.following

    def _stop(self, options: Options) -> None:
        """The text ends here, or goes wrong: find out which."""
        begun = ""
        while self.at < len(self.text) and options.chance(begun + self.text[self.at]):
            begun += self.text[self.at]
            self.at += 1
        self.bits += options.bits(begun)
        following = options.following(begun)
        if self.at < len(self.text):
            raise Unwritable(self.text, self.at, sorted(following))
        raise EndOfText(following)


def read(grammar: Grammar, text: str) -> tuple[list[float], dict[str, float]]:
    """Bits of every character, and the distribution of the next; Unwritable as `Reader.follow`."""
    reader = Reader(text)
    following = reader.follow(grammar)
    return reader.bits, following
