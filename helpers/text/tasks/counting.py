"""Counting: sums of two numbers, asked in words, and a child's answers with exact probabilities.

The Playwright's sums without their verse: 36 questions such as "two and three , how many ?", each
answered by one word. The child counts on its fingers and counts each finger twice with a small
probability, so that it errs upwards, and the more so the larger the sum; past ten it says "many".
Notebook: *Rewards that can be checked*.
"""

import math
from itertools import product

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import real, whole
from helpers.text.playwright.slots import NUMERALS
from helpers.text.tasks.pairs import WordTokenizer

PAIRS = tuple(product(range(1, 7), repeat=2))  # 1 + 1, 1 + 2, … 6 + 6
ANSWERS = (*NUMERALS, "many")  # twelve numbers, and the word of those who have lost count
MANY = len(NUMERALS)  # its place
FINGERS, TWICE = 10, 0.12
# Never rewarded, to be asked about; with a + b also b + a, so that no answer can be read off.
HELD_OUT = ((1, 4), (4, 1), (2, 6), (6, 2), (3, 4), (4, 3), (2, 2), (3, 3), (5, 5))

SHOWN = ((1, 1), (2, 3), (3, 4), (2, 6), (4, 5), (5, 5), (5, 6), (6, 6))  # of these there are films


def wording(a: int, b: int) -> str:
    """A question in words; ValueError unless both are 1 to 6.

    >>> wording(2, 3)
    'two and three , how many ?'
    """
    a, b = (whole(name, n, 1, 6, "Try 3.") for name, n in (("a", a), ("b", b)))
    return f"{NUMERALS[a - 1]} and {NUMERALS[b - 1]} , how many ?"


def tokenizer() -> WordTokenizer:
    """One token per word; the answers come first, after the three special tokens."""
    return WordTokenizer([*ANSWERS, "and", ",", "how", "?"])


def questions() -> Tensor:
    """All questions in the order of PAIRS, as tokens: (36, T)."""
    return torch.tensor([tokenizer().encode(wording(a, b)) for a, b in PAIRS])


def answer_tokens() -> Tensor:
    """The token of each answer in the order of ANSWERS: (13,)."""
    return torch.tensor(tokenizer().encode(" ".join(ANSWERS)))


def right() -> Tensor:
    """Which of the ANSWERS is right, question by question: (36, 13) of 0 and 1."""
    places = torch.tensor([a + b - 1 for a, b in PAIRS])  # "one" stands at place 0
    return torch.nn.functional.one_hot(places, len(ANSWERS)).float()


def rewarded() -> Tensor:
    """Which questions a training may ask, and check: (36,) of True and False."""
    return torch.tensor([pair not in HELD_OUT for pair in PAIRS])


def counted(total: int, twice: float = TWICE) -> Tensor:
    """What the child says when the sum is `total`: (13,) probabilities, exactly; they sum to 1.

    It counts total + Binomial(total, twice) fingers. ValueError unless total is 2 to 12 and twice
    a chance between 0 and 1.
    """
    total = whole("total", total, 2, 12, "Try 7.")
    share = "be a chance between 0 and 1", "Try 0.12."
    twice = real("twice", twice, lambda p: 0 <= p <= 1, *share)
    said = torch.zeros(len(ANSWERS), dtype=torch.float64)
    for k in range(total + 1):
        word = total + k - 1 if total + k <= FINGERS else MANY
        said[word] += math.comb(total, k) * twice**k * (1 - twice) ** (total - k)
    return said


def child() -> Tensor:
    """What the child says to each question: (36, 13) probabilities; rows sum to 1."""
    return torch.stack([counted(a + b) for a, b in PAIRS])


@takes(n="count", generator="generator")
def overhear(n: int, generator: torch.Generator | None = None) -> Tensor:
    """n questions, each with an answer of the child's: (n, T + 1) tokens."""
    asked = torch.randint(len(PAIRS), (n,), generator=generator)
    said = torch.multinomial(child()[asked], 1, generator=generator)
    return torch.cat([questions()[asked], answer_tokens()[said]], dim=1)


@takes(heard="tokens n T")
def tally(heard: Tensor) -> Tensor:
    """How often each answer was given to each question: (n, T + 1) as overheard -> (36, 13)."""
    asked = (heard[:, None, :-1] == questions()).all(-1)  # (n, 36)
    said = heard[:, -1:] == answer_tokens()  # (n, 13)
    return asked.float().T @ said.float()
