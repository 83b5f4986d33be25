"""Numbers in English words: a translation that is small, and right or wrong without dispute.

A number of 0 … 9,999 goes in digit by digit and comes out word by word. What a digit becomes
depends on the digits beside it: 1 is "one", but with a 0 after it "ten"; a 0 is not spoken, but
alone it is "zero". Notebook: *The Transformer*.
"""

from collections.abc import Iterable
from random import Random

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import real, whole
from helpers.text.tasks.pairs import Pairs, WordTokenizer

LARGEST = 9_999
ALWAYS_SEEN = 100  # the numbers below it stay in the training set: "eleven" follows from no rule
UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_digits(n: int) -> str:
    """The digits as words of their own; ValueError for a number outside 0 … 9,999.

    >>> in_digits(4096)
    '4 0 9 6'
    """
    return " ".join(str(_checked(n)))


def in_words(n: int) -> str:
    """The number as it is spoken, without "and" and hyphens; ValueError as for `in_digits`.

    >>> in_words(4096), in_words(315), in_words(0)
    ('four thousand ninety six', 'three hundred fifteen', 'zero')
    """
    return " ".join(word for word, _ in spelled(n))


def spelled(n: int) -> list[tuple[str, tuple[int, ...]]]:
    """The words of a number, each with the places of the digits that it says, from the left.

    "hundred" and "thousand" say a place and no digit.

    >>> spelled(4015)
    [('four', (0,)), ('thousand', ()), ('fifteen', (2, 3))]
    """
    last = len(str(_checked(n))) - 1
    words = _counted(n // 1000, "thousand", last - 3) + _counted(n // 100 % 10, "hundred", last - 2)
    tens, units = divmod(n % 100, 10)
    if tens == 1:
        return [*words, (UNITS[10 + units], (last - 1, last))]
    if tens:
        words.append((TENS[tens - 2], (last - 1,)))
    if units or n == 0:
        words.append((UNITS[units], (last,)))
    return words


def _counted(digit: int, unit: str, place: int) -> list[tuple[str, tuple[int, ...]]]:
    return [(UNITS[digit], (place,)), (unit, ())] if digit else []


def _checked(n: int) -> int:
    return whole("n", n, 0, LARGEST, "Try 4096.")


def tokenizer() -> WordTokenizer:
    """One vocabulary for both sides: ten digits and thirty words."""
    return WordTokenizer([*"0123456789", *UNITS, *TENS, "hundred", "thousand"])


@takes(numbers="rows")
def pairs(numbers: Iterable[int]) -> Pairs:
    """Digits as sources, words as targets; ValueError for a number outside 0 … 9,999."""
    numbers = list(numbers)
    return Pairs.from_texts([*map(in_digits, numbers)], [*map(in_words, numbers)], tokenizer())


@takes(numbers="rows")
def spoken_digits(numbers: Iterable[int]) -> Tensor:
    """Which digits each word says: (N, T, S) of True and False, T words and S digits at most."""
    words = [spelled(n) for n in numbers]
    spoken = torch.zeros(len(words), max(map(len, words)), len(str(LARGEST)), dtype=torch.bool)
    for i, row in enumerate(words):
        for t, (_, places) in enumerate(row):
            spoken[i, t, list(places)] = True
    return spoken


def split(held_out: float = 0.1, seed: int = 0) -> tuple[list[int], list[int]]:
    """All numbers, shuffled and cut in two: to learn from, and to be asked about.

    held_out: the share of 0 … 9,999 to be asked about, between 0 and 0.98, or ValueError; none of
    these is below 100.
    """
    share = "be a share between 0 and 0.98", "Try 0.1."
    held_out = real("held_out", held_out, lambda x: 0 < x < 1 - ALWAYS_SEEN / LARGEST, *share)
    numbers = list(range(ALWAYS_SEEN, LARGEST + 1))
    Random(whole("seed", seed, 0)).shuffle(numbers)
    asked = round(held_out * (LARGEST + 1))
    return [*range(ALWAYS_SEEN), *numbers[asked:]], numbers[:asked]
