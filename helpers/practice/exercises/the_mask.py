"""Exercises of *BERT, GPT and the mask*: who may look at whom."""

import torch

from helpers.models import masks
from helpers.practice.exercise import Exercise


def may_look(T):
    return torch.ones(T, T, dtype=torch.bool).tril()


def _ones(T):
    return torch.ones(T, T, dtype=torch.bool)


SLIPS_OF_THE_MASK = {
    "the diagonal is missing: the first position may look nowhere, and its weights are 0/0.": (
        lambda T: _ones(T).tril(-1)
    ),
    "it is the wrong way round: True stands where one must not look.": lambda T: _ones(T).triu(1),
    "everybody looks ahead and nobody back: rows are those who look.": lambda T: _ones(T).triu(),
    "everything is visible, the future too.": _ones,
    "each position sees itself alone; it may also look back.": lambda T: torch.eye(T).bool(),
    "it begins too far right: every position sees the token that it must predict.": (
        lambda T: _ones(T).tril(1)
    ),
    "True and False are asked for; yours holds numbers. `.bool()` or a comparison helps.": (
        lambda T: torch.ones(T, T).tril()
    ),
}
check_may_look = Exercise(
    "05 The causal mask",
    "T -> a table (T, T), True where row t may look at column s.",
    may_look,
    cases={f"the mask for T = {T}": [T] for T in (4, 1, 9)},
    slips=SLIPS_OF_THE_MASK,
    right=[masks.causal, lambda T: [[s <= t for s in range(T)] for t in range(T)]],
    hints=[
        "Row t belongs to the position that looks, column s to the one that it looks at.",
        "Position t may look at s where s ≤ t. `torch.tril` keeps what is on and below the "
        "diagonal.",
        "Begin with `torch.ones(T, T, dtype=torch.bool)`.",
    ],
)


def prefix_mask(T, n):
    mask = torch.ones(T, T, dtype=torch.bool).tril()
    mask[:n, :n] = True
    return mask


def _prefix(longer):
    return lambda T, n: prefix_mask(T, n + longer)


def _opened(T, rows, columns, diagonal=0):
    """A causal mask, with more rows of columns opened; -T as the diagonal leaves nothing else."""
    mask = _ones(T).tril(diagonal)
    mask[rows, columns] = True
    return mask


check_prefix_mask = Exercise(
    "05 A question is given",
    "T and n -> a table (T, T): causal, but the first n positions all see each other.",
    prefix_mask,
    cases={
        f"the mask for T = {T} and n = {n}": (T, n) for T, n in ((6, 3), (5, 2), (5, 0), (3, 3))
    },
    slips={
        "this is the causal mask; the first n positions must also see each other.": (
            lambda T, n: may_look(T)
        ),
        "the prefix sees what comes after it: the answer leaks into the question.": (
            lambda T, n: _opened(T, slice(n), slice(T))
        ),
        "the prefix is one too long; it is made of the positions 0 to n - 1.": _prefix(longer=1),
        "the prefix is one too short; it is made of the positions 0 to n - 1.": _prefix(longer=-1),
        "only the prefix can be seen; after it, each position sees all up to itself.": (
            lambda T, n: _opened(T, slice(T), slice(n), -T)
        ),
        "nobody sees the prefix but itself; after it, each position sees all up to itself.": (
            lambda T, n: _opened(T, slice(n), slice(n), -T)
        ),
        "after the prefix, the positions do not see themselves.": (
            lambda T, n: _opened(T, slice(n), slice(n), -1)
        ),
        "the positions after the prefix see each other; it must be those in it.": (
            lambda T, n: _opened(T, slice(n, T), slice(n, T))
        ),
        "everything is visible, what is to be written too.": lambda T, n: _ones(T),
    },
    right=[
        lambda T, n: may_look(T) | (torch.arange(T) < n),
        lambda T, n: _opened(T, slice(n), slice(n)),
    ],
    hints=[
        "Begin with the causal mask. Which cells must be opened as well?",
        "Those where both are in the prefix: the one who looks and the one looked at.",
        "They are the first n rows of the first n columns: `mask[:n, :n]`.",
    ],
)
