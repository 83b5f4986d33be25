"""The Playwright's words, and its slots: which words may stand where, and what they depend on.

Within a list no word begins another, so a reader can tell them apart. Adjectives and nouns have two
syllables and fall on the first, verbs and rhymes have one: so the line "[Start] [adjective] [noun]
[verb] the [adjective] [rhyme]" is an iambic pentameter. Names are interchangeable: each is drawn as
often as any other.
"""

import math
from collections.abc import Callable
from functools import cache

from helpers.text.playwright.grammar import Options, Slot, given, word

NAMES = (
    "ajax beatrix cassio duke edgar feste gloucester hamlet iago juliet kent lear macbeth nestor "
    "olivia portia quince romeo silvia timon ursula viola wolsey york"
).split()
ADJECTIVES = (
    "golden broken little royal wicked silver heavy purple hidden foolish jealous noble bitter "
    "quiet frozen merry cruel gentle honest rusty lazy lofty empty drowsy gloomy humble secret "
    "ancient crooked tender weary mighty"
).split()
NOUNS = (
    "lion tailor widow beggar soldier raven dragon sailor prophet miller baker shepherd poet "
    "jester robin spider tyrant sister brother mother father captain master hunter weaver painter "
    "monarch uncle kitten devil doctor juggler"
).split()
VERBS = (
    "seek hide break guard mock know burn greet haunt wound find keep steal leave hold take make "
    "hear rule serve call warm turn light clean paint love hate fear bring want shake"
).split()
RHYMES = [
    group.split()
    for group in (
        "night light knight sight|day clay bay tray|crown gown town clown|sea tree bee key|"
        "king ring spring string|moon tune spoon noon|stone throne bone cone|rose nose hose prose|"
        "snow bow foe doe|sand land hand band|book brook hook cook|flame name game dame"
    ).split("|")
]
MANY = [noun + "s" for noun in NOUNS]
ONE_STARTS = "the this my each her thy".split()
MANY_STARTS = "and but for yet when where while since our your now if".split()
PHRASES = {
    "scene": (
        "a garden by the sea|a hall in the castle|a wood near Athens|a street in Venice|the market|"
        "a heath with thunder|the deck of a ship|a graveyard|before the gates|on the battlements|"
        "a tavern at midnight|in the prison"
    ).split("|"),
    "place": (
        "in the tower|beneath the bridge|at the gate|beyond the river|upon the hill|"
        "by the old oak|under my cloak|among the graves|behind the arras|across the sea|"
        "with the queen|far from here"
    ).split("|"),
    "greeting": "good morrow|good even|well met|god save thee|all hail|peace be with thee".split(
        "|"
    ),
    "cry": (
        "what news|speak no more|o heavy hour|draw thy sword|have mercy|fie upon it|"
        "long live the queen|come away|alack the day|ring every bell|up and be doing|more light"
    ).split("|"),
    "retort": (
        "I have heard worse|let him say it again|so said my father|words are wind|"
        "it is an honest cry|the fool may be right|we shall see|and I say no"
    ).split("|"),
    "swear": "curse bless follow honour pardon question judge forgive obey warn serve love".split(),
}
THINGS = "crowns rings keys bones roses ravens spoons books".split()
SYLLABLES = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]
NUMERALS = "one two three four five six seven eight nine ten eleven twelve".split()


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
    """A word of one list or of the other: a coin decides which."""
    return Options({w: p / 2 for half in (one, other) for w, p in half.probs.items()})


def _name(candidates: Callable[[dict[str, str]], list[str]]) -> Slot:
    """One of the candidates, each with the same chance.

    By symmetry every name is equally likely as long as nothing is known, and the number of
    candidates, so also the entropy, is the same for every cast.
    """
    some_cast = {"first": "ajax", "second": "duke", "third": "kent", "speaker": "kent"}
    entropy = math.log2(len(candidates(some_cast)))
    marginal = dict.fromkeys(NAMES, 1 / len(NAMES))
    return Slot(lambda words: _even(tuple(candidates(words))), marginal, entropy)


def _but(names: list[str], *absent: str) -> list[str]:
    return [name for name in names if name not in absent]


def _cast(words: dict[str, str]) -> list[str]:
    return [words["first"], words["second"], words["third"]]


def _total(pair: str) -> str:
    one, other = pair.split(" and ")
    return NUMERALS[NUMERALS.index(one) + NUMERALS.index(other) + 1]  # "one" stands at place 0


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
    rhymes = {w: group for group in RHYMES for w in group}
    rhyme = word(_even(tuple(rhymes)))
    return {
        "start": start,
        "adjective": word(_zipf(ADJECTIVES)),
        "noun": given("start", start, lambda w: ones if w in ONE_STARTS else many),
        "verb": given("start", start, lambda w: sings if w in ONE_STARTS else sing),
        "rhyme": rhyme,
        "echo": given("rhyme", rhyme, lambda w: _even(tuple(_but(rhymes[w], w)))),
    }


def _talk() -> dict[str, Slot]:
    """The words of all other exchanges. Verb, pronoun and sum follow from what they refer to."""
    ones, many = _zipf(NOUNS), _zipf(MANY)
    be, that = word(_even(("is", "are"))), word(_even(("that", "those")))
    pair = word(_even(tuple(f"{a} and {b}" for a in NUMERALS[:6] for b in NUMERALS[:6])))
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
