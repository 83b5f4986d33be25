"""The author's state: what is decided at every character of a Playwright text, and what may follow.

The grammar knows which words it has drawn; a reader has to find them out. So whatever is read out
of a model can be compared with what is true. Notebook *Inside the model*.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.text.playwright import PASSAGES, SPEECHES, exchanges, grammar, slots
from helpers.text.playwright.grammar import Grammar, Options, Part
from helpers.text.playwright.pens import Reader, Writer

NEEDED_BY = {("other", False): "spoken to", ("verb", True): "number"}
NEEDED_BY |= {("echo", True): "rhyme", ("total", True): "sum"}  # (slot, draws) -> variable
UNKNOWN = -1  # the class of a character at which a variable is not decided
VARIABLES = {
    "kind": exchanges.KINDS,  # of exchange
    "spoken to": tuple(slots.NAMES),
    "number": ("one", "many"),  # of a line's subject: noun and verb agree with it
    "rhyme": tuple(group[0] for group in slots.RHYMES),  # a group, by its first word
    "sum": tuple(slots.NUMERALS[1:]),
}
DECIDED_BY = {"other": "spoken to", "start": "number", "rhyme": "rhyme", "pair": "sum"}
CLASS = {
    "spoken to": slots.NAMES.index,
    "number": lambda word: int(word in slots.MANY_STARTS),
    "rhyme": lambda word: next(i for i, group in enumerate(slots.RHYMES) if word in group),
    "sum": lambda pair: VARIABLES["sum"].index(total(pair)),
}


class Span(NamedTuple):
    """A piece of a text that one part of a template wrote: text[start:stop].

    slot: "" where the template's own letters stand. draws: whether a word was chosen here. first:
    whether its passage begins here. word: in lower case, as the slot knows it.
    """

    start: int
    stop: int
    passage: str
    slot: str
    draws: bool
    first: bool
    word: str


@takes(pair="text")
def total(pair: str) -> str:
    """The sum of two numbers in words, from one to six each. ValueError for another pair.

    >>> total("two and five")
    'seven'
    """
    found = [slots.NUMERALS.index(w) + 1 for w in pair.split(" and ") if w in slots.NUMERALS[:6]]
    whole(f"How many numbers {pair!r} has", len(found), 2, 2, "Try 'two and five'.")
    return slots.NUMERALS[sum(found) - 1]


@takes(text="text")
def spans(text: str) -> list[Span]:
    """The text cut into what each part of the grammar wrote; an unfinished part is left out.

    ValueError where the grammar cannot go on.
    """
    reader, found, words = Reader(text), [], {}
    reader.follow(grammar())
    for at, name in reader.passages:
        words = {} if name == exchanges.HEADING else words  # a new scene, a new cast
        for i, part in enumerate(grammar().parts[name]):
            word = _word(part, words, text, at)
            if word is None or at + len(word) > len(text):
                return found
            if part.draws:
                words[part.slot] = word
            stop = at + len(word)
            found.append(Span(at, stop, name, part.slot, part.draws, i == 0, word))
            at = stop
    return found


def _word(part: Part, words: dict[str, str], text: str, at: int) -> str | None:
    """What a part wrote at a place, None if the text ends within it."""
    if not part.draws:
        return words[part.slot] if part.slot else part.text
    options = grammar().slots[part.slot].options(words).probs
    return next((word for word in options if text.startswith(part.case(word), at)), None)


@takes(text="text")
def drawn(text: str) -> dict[str, Span]:
    """The last draw of every slot: where it stands, and its word. ValueError as for `spans`."""
    return {span.slot: span for span in spans(text) if span.draws}


@takes(text="text")
def states(text: str) -> dict[str, list[int]]:
    """For each of VARIABLES its class at every character, or UNKNOWN.

    A variable is decided from the last character of the word that decides it to the end of the
    passage. The classes are the places in VARIABLES[name]. ValueError as for `spans`.
    """
    found, known = {name: [UNKNOWN] * len(text) for name in VARIABLES}, {}
    for span in spans(text):
        known = {} if span.first else known
        decided = known | _decided(span)
        for name in found:
            row = [known.get(name, UNKNOWN)] * (span.stop - span.start - 1)
            found[name][span.start : span.stop] = [*row, decided.get(name, UNKNOWN)]
        known = decided
    return found


def _decided(span: Span) -> dict[str, int]:
    """The variables that are decided when this piece has been read, with their classes."""
    decided = {}
    if span.first and span.passage != exchanges.UNDECIDED:
        kind = exchanges.PARTS_OF.get(span.passage, span.passage)
        decided["kind"] = exchanges.KINDS.index(kind)
    if span.draws and span.slot in DECIDED_BY:
        name = DECIDED_BY[span.slot]
        decided[name] = CLASS[name](span.word)
    return decided


@takes(text="text")
def needed(text: str) -> dict[str, list[int]]:
    """For "spoken to", "number", "rhyme" and "sum" the places just before a word that needs them.

    The character at such a place has been read, the word comes next. ValueError as for `spans`.
    """
    places: dict[str, list[int]] = {name: [] for name in NEEDED_BY.values()}
    for span in spans(text):
        if name := NEEDED_BY.get((span.slot, span.draws)):
            places[name].append(span.start - 1)
    return places


class _Foreteller(Reader):
    """A reader that notes what may come at every place."""

    def __init__(self, text: str):
        super().__init__(text)
        self.coming: list[dict[str, float]] = []

    def literal(self, text: str) -> None:
        before = self.at
        super().literal(text)
        self.coming += [{c: 1.0} for c in self.text[before : self.at]]

    def choose(self, options: Options) -> str:
        string = super().choose(options)
        self.coming += [options.following(string[:k]) for k in range(len(string))]
        return string


@takes(text="text")
def foretold(text: str) -> list[dict[str, float]]:
    """P(character t | text[:t]) for every t, exactly, in one reading; the last parts unfinished.

    Entry t equals `playwright.next_char_probs(text[:t])`. As far as the last finished word goes:
    what the grammar has begun to write there is not foretold. ValueError as for `spans`.
    """
    reader = _Foreteller(text)
    reader.follow(grammar())
    return reader.coming


class _Noter(Writer):
    """A writer that notes where passages begin."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.begun: list[tuple[int, str]] = []

    def enters(self, passage: str, first: str) -> None:
        self.begun.append((self.length - len(first), passage))


@takes(n="count")
def scenes(kind: str, n: int, seed: int) -> list[str]:
    """n texts of the Playwright that begin with a scene and end after its first exchange.

    kind: that of the exchange, one of `playwright.SPEECHES`, else a ValueError.
    """
    place = [*SPEECHES].index(kind) if kind in SPEECHES else None
    whole(f"The place of {kind!r} among {', '.join(SPEECHES)}", place, 0, advice="Try 'sum'.")
    pen, texts = _Noter(seed), []
    while len(texts) < n:
        pen.pieces, pen.length, pen.begun = [], 0, []  # a new page; the generator goes on
        _only(kind).scene(pen)
        ends = [at for at, name in pen.begun if name in (exchanges.UNDECIDED, exchanges.END)]
        texts.append("".join(pen.pieces)[: ends[1]])
    return texts


@cache
def _only(kind: str) -> Grammar:
    """The Playwright's grammar with one kind of exchange."""
    turn = replace(PASSAGES[exchanges.UNDECIDED], then={kind: 1.0})
    return Grammar(slots.slots(), PASSAGES | {exchanges.UNDECIDED: turn}, exchanges.HEADING)
