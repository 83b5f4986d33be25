"""Long sums: days are added, whole weeks left out; answered at once or written out.

A question is some numbers of days, 0 to 6, and "=": on which day of the week does one end? What
follows is written in one of four ways; all of them hold the answer, and all but the first are
equally long. Seven is prime, so no half of the answer can be had without the other half.
Notebook: *Rewards that can be checked*.
"""

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import whole

WEEK, EQUALS, DOT = 7, 7, 8
VOCAB = 9
LAYOUTS = ("at once", "dots", "work after", "written out")


@takes(generator="generator")
def draw(n: int, terms: int, generator: torch.Generator | None = None) -> Tensor:
    """n questions of so many terms, each day equally likely: (n, terms). terms: at least 2."""
    return torch.randint(WEEK, (whole("n", n), whole("terms", terms, 2)), generator=generator)


@takes(days="tokens N T")
def partial_sums(days: Tensor) -> Tensor:
    """The day after the first 2, 3, … T terms: (N, T) -> (N, T - 1).

    >>> partial_sums(torch.tensor([[4, 6, 5, 3]])).tolist()
    [[3, 1, 4]]
    """
    return days.cumsum(1)[:, 1:] % WEEK


@takes(days="tokens N T")
def rows(days: Tensor, layout: str) -> tuple[Tensor, Tensor]:
    """Questions with "=", (N, T + 1), and what is to be written after them, (N, 1) or (N, T - 1).

    at once: the answer. dots: the answer after T - 2 dots. work after: the answer, then the other
    partial sums. written out: the partial sums, of which the last is the answer.
    """
    need(layout in LAYOUTS, "layout", f"be one of {LAYOUTS}", layout, "Try 'written out'.")
    work = partial_sums(days)
    answer, before = work[:, -1:], work[:, :-1]
    question = torch.cat([days, torch.full_like(answer, EQUALS)], dim=1)
    if layout == "at once":
        return question, answer
    if layout == "work after":
        return question, torch.cat([answer, before], dim=1)
    first = before if layout == "written out" else torch.full_like(before, DOT)
    return question, torch.cat([first, answer], dim=1)


def answer_at(terms: int, layout: str) -> int:
    """At which place of what is written the answer stands, from 0. terms: at least 2."""
    terms = whole("terms", terms, 2)
    return 0 if layout in ("at once", "work after") else terms - 2


def spelled(row) -> str:
    """Tokens as one reads them.

    >>> spelled([4, 6, 7, 8, 3])
    '46=.3'
    """
    return "".join(f"{'0123456=.'[whole('A token', i, 0, VOCAB - 1)]}" for i in row)
