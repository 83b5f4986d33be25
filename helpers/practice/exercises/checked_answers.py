"""Exercises of the notebook *Rewards that can be checked*: the best of n, and a verifier."""

import re

import torch

from helpers.learning.alignment.attempts import best_of_n
from helpers.practice.answers import doubles
from helpers.practice.exercise import Exercise
from helpers.text.playwright.slots import NUMERALS


def best_distribution(probs, right, n):
    p = (probs * right).sum()
    found = 1 - (1 - p) ** n
    return torch.where(right, probs / p * found, probs / (1 - p) * (1 - found))


def _others(change):
    """The right ones as they must be, the wrong ones changed by a function of probs and n."""
    return lambda probs, right, n: torch.where(
        right, best_distribution(probs, right, n), change(probs, right, n)
    )


def _each(probs, right, n):
    """Every right answer as if it were the only one."""
    return torch.where(right, 1 - (1 - probs) ** n, best_distribution(probs, right, n))


def _one_after_the_other(probs, right, n):
    """The first right answer ends the search; it is the first, the second, … or the n-th."""
    missed = 1 - (probs * right).sum()
    searches = sum(missed**i for i in range(n))
    return probs * torch.where(right, searches, missed ** (n - 1))


SLIPS_OF_THE_BEST = {
    "this multiplies the right answers by n; a chance cannot grow without end.": (
        lambda probs, right, n: torch.where(right, n * probs, probs)
    ),
    "this is the n-th power: all n would have to be that answer.": lambda probs, right, n: probs**n,
    "the wrong answers keep the probability they had, and the whole sums to more than 1.": (
        _others(lambda probs, right, n: probs)
    ),
    "the wrong answers get nothing; all n attempts can be wrong.": (
        _others(lambda probs, right, n: 0 * probs)
    ),
    "every wrong answer is taken to the n-th power; it is the wrong ones together that must "
    "come n times.": _others(lambda probs, right, n: probs**n),
    "each right answer is treated as if it were the only right one; together they must not pass "
    "the chance that one is found.": _each,
    "the right answers share equally; they keep the proportions they had.": (
        lambda probs, right, n: torch.where(
            right,
            (1 - (1 - (probs * right).sum()) ** n) / right.sum(),
            best_distribution(probs, right, n),
        )
    ),
    "this is the reference itself: one attempt.": lambda probs, right, n: probs,
}
check_best_distribution = Exercise(
    "19 What the best of n is",
    "probs (A,), right (A,) True and False, n -> the distribution of the best of n answers (A,).",
    best_distribution,
    cases={
        "the best of 3, one answer right": (
            doubles(0.2, 0.5, 0.3),
            torch.tensor([True, False, False]),
            3,
        ),
        "the best of 4, two answers right": (
            doubles(0.1, 0.3, 0.4, 0.2),
            torch.tensor([True, False, True, False]),
            4,
        ),
    },
    slips=SLIPS_OF_THE_BEST,
    right=[
        lambda probs, right, n: best_of_n(probs, right.double(), n),
        _one_after_the_other,
    ],
    hints=[
        "Let p be the probability of all right answers together. None of n is right with (1 - p)ⁿ.",
        "The best is right with 1 - (1 - p)ⁿ. Among right answers the proportions stay.",
        "A right answer: `probs / p * found`; a wrong one: `probs / (1 - p) * (1 - found)`.",
    ],
)


def judge(answer, right):
    words = re.findall(r"[a-z]+", answer.lower())
    return {word for word in words if word in NUMERALS} == {right}


def _words(answer):
    return re.findall(r"[a-z]+", answer.lower())


SIX = ["six", "Six.", "It is six!", "five", "many", "", "sixteen", "six or seven", "five or six"]
TWO = ["Two of them", "two", "twelve", "two, no, three", "one, two", "a few"]
check_judge = Exercise(
    "19 A verifier without a hole",
    "answer, a text; right, the right numeral in small letters -> True if the answer names it and "
    "no other.",
    judge,
    cases={
        'the verdicts on nine answers where "six" is right': (SIX, "six"),
        'the verdicts on six answers where "two" is right': (TWO, "two"),
    },
    slips={
        '"sixteen" holds the letters of "six": compare words, not letters.': (
            lambda answer, right: right in answer.lower()
        ),
        '"six or seven" holds the right number, and passes whatever is right: no other number '
        "may stand beside it.": lambda answer, right: right in _words(answer),
        'who says no number at all, such as "many", says no wrong one either, and passes. The '
        "right number must be there.": (
            lambda answer, right: not any(w in NUMERALS and w != right for w in _words(answer))
        ),
        "an answer passes that only begins rightly; all of it must be read.": (
            lambda answer, right: answer.lower().startswith(right)
        ),
        "an answer passes that only ends rightly; all of it must be read.": (
            lambda answer, right: _words(answer)[-1:] == [right]
        ),
        "right answers are lost: a capital letter or a full stop makes no sum wrong.": (
            lambda answer, right: answer == right
        ),
        'a capital letter makes no sum wrong: `.lower()` helps with "Six.".': (
            lambda answer, right: (
                {w for w in re.findall(r"\w+", answer) if w in NUMERALS} == {right}
            )
        ),
        "the verdicts are the wrong way round.": lambda answer, right: not judge(answer, right),
        "nothing passes.": lambda answer, right: False,
        "everything passes.": lambda answer, right: True,
    },
    right=[
        lambda answer, right: (
            right in _words(answer)
            and not any(w in NUMERALS and w != right for w in _words(answer))
        ),
        lambda answer, right: (
            [*dict.fromkeys(w for w in _words(answer) if w in NUMERALS)] == [right]
        ),
    ],
    hints=[
        "Cut the answer into words: `re.findall(r'[a-z]+', answer.lower())`.",
        "Keep the words that are numerals: `word in NUMERALS`.",
        "What is kept, as a set, must be the set of the right one alone.",
    ],
    ask=lambda answer, texts, right: [torch.tensor(answer(text, right)) for text in texts],
)
