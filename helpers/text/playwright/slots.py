"""The Playwright's slots: which words may stand where, and what they depend on.

People are drawn so that names are interchangeable; words agree, rhyme and add up by depending on
the word they refer to.
"""

import math
from collections.abc import Callable
from functools import cache

from helpers.text.playwright.grammar import Options, Slot, given, word
from helpers.text.playwright.words import (
    ADJECTIVES,
    MANY,
    MANY_STARTS,
    NAMES,
    NOUNS,
    NUMBERS,
    ONE_STARTS,
    PHRASES,
    RHYMES,
    SYLLABLES,
    THINGS,
    VERBS,
)


def slots() -> dict[str, Slot]:
    """Every slot of the Playwright's templates, by name."""
    return {**_people(), **_lines(), **_talk()}


@cache
def _even(words: tuple[str, ...]) -> Options:
    return Options(dict.fromkeys(words, 1 / len(words)))


def _zipf(words: list[str]) -> Options:
    """Early words are likelier: P(rank r) in proportion to 1 / (r + 8)."""
    total = math.fsum(1 / (r + 8) for r in range(len(words)))
    return Options({w: 1 / (r + 8) / total for r, w in enumerate(words)})


def _either(one: Options, other: Options) -> Options:
    return Options({w: p / 2 for half in (one, other) for w, p in half.probs.items()})


def _name(candidates: Callable[[dict[str, str]], list[str]]) -> Slot:
    """One of the candidates, evenly. Names are interchangeable: any is as likely as any other."""
    someone = {"first": "ajax", "second": "duke", "third": "kent", "speaker": "kent"}
    entropy = math.log2(len(candidates(someone)))
    return Slot(
        lambda words: _even(tuple(candidates(words))), dict.fromkeys(NAMES, 1 / len(NAMES)), entropy
    )


def _but(names: list[str], *absent: str) -> list[str]:
    return [name for name in names if name not in absent]


def _cast(words: dict[str, str]) -> list[str]:
    return [words["first"], words["second"], words["third"]]


def _total(pair: str) -> str:
    one, other = pair.split(" and ")
    return NUMBERS[NUMBERS.index(one) + NUMBERS.index(other) + 1]


def _people() -> dict[str, Slot]:
    """Three different names enter; whoever spoke last, or entered first, does not speak next."""
    return {
        "first": _name(lambda w: NAMES),
        "second": _name(lambda w: _but(NAMES, w["first"])),
        "third": _name(lambda w: _but(NAMES, w["first"], w["second"])),
        "speaker": _name(lambda w: _but(_cast(w), w.get("other", w["first"]))),
        "other": _name(lambda w: _but(_cast(w), w["speaker"])),
    }


def _lines() -> dict[str, Slot]:
    """The words of a couplet: noun and verb agree with the first word, the echo rhymes."""
    ones, many = _zipf(NOUNS), _zipf(MANY)
    sings, sing = _zipf([verb + "s" for verb in VERBS]), _zipf(VERBS)
    start = word(_either(_zipf(ONE_STARTS), _zipf(MANY_STARTS)))
    rhyme = word(_even(tuple(w for group in RHYMES for w in group)))
    return {
        "start": start,
        "adjective": word(_zipf(ADJECTIVES)),
        "noun": given("start", start, lambda w: ones if w in ONE_STARTS else many),
        "verb": given("start", start, lambda w: sings if w in ONE_STARTS else sing),
        "rhyme": rhyme,
        "echo": given("rhyme", rhyme, lambda w: _even(tuple(_but(_rhymes_of(w), w)))),
    }


def _rhymes_of(w: str) -> list[str]:
    return next(group for group in RHYMES if w in group)


def _talk() -> dict[str, Slot]:
    """The words of all other exchanges. Verb, pronoun and sum follow from what they refer to."""
    ones, many = _zipf(NOUNS), _zipf(MANY)
    be, that = word(_even(("is", "are"))), word(_even(("that", "those")))
    pair = word(_even(tuple(f"{a} and {b}" for a in NUMBERS[:6] for b in NUMBERS[:6])))
    syllable = word(_even(tuple(SYLLABLES)))
    return {
        "be": be,
        "thing": given("be", be, lambda w: ones if w == "is" else many),
        "that": that,
        "subject": given("that", that, lambda w: ones if w == "that" else many),
        "owner": given("that", that, lambda w: many if w == "that" else ones),
        "was": given("that", that, lambda w: _even(("was" if w == "that" else "were",))),
        "they": given("that", that, lambda w: _even(("it" if w == "that" else "they",))),
        "pair": pair,
        "total": given("pair", pair, lambda w: _even((_total(w),))),
        "things": word(_zipf(THINGS)),
        **dict.fromkeys(("sa", "sb", "sc"), syllable),
        **{name: word(_zipf(words)) for name, words in PHRASES.items()},
    }
