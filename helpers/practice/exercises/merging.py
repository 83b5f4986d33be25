"""Exercises of notebook *Text to tokens*: a merge of two tokens."""

import torch

from helpers.practice.answers import then
from helpers.practice.exercise import CHANGED, Exercise


def merge(ids, pair, new):
    merged, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            merged.append(new)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def _looking_back(ids, pair, new):
    merged = []
    for token in ids:
        if merged and (merged[-1], token) == pair:
            merged[-1] = new
        else:
            merged.append(token)
    return merged


def _starts(ids, pair):
    return [i for i in range(len(ids) - 1) if (ids[i], ids[i + 1]) == pair]


def _first_only(ids, pair, new):
    for start in _starts(ids, pair)[:1]:
        ids[start : start + 2] = [new]
    return ids


def _in_place(ids, pair, new):
    ids[:] = merge(ids, pair, new)
    return ids


def _beside(ids, pair, new):
    for start in reversed(_starts(ids, pair)):
        ids.insert(start, new)
    return ids


def _new_at_starts(stays):
    """Every start of a pair becomes the new number. stays: i, starts, ids -> is it kept?"""

    def answer(ids, pair, new):
        starts = _starts(ids, pair)
        kept = [i for i in range(len(ids)) if i in starts or stays(i, starts, ids)]
        return [new if i in starts else ids[i] for i in kept]

    return answer


SLIPS_OF_MERGING = {
    "nothing was merged. The pair is a tuple, which never equals a list: compare "
    "`tuple(ids[i : i + 2])`.": lambda ids, pair, new: ids,
    "only the first pair was merged; all of them must be.": _first_only,
    "the new number stands beside the old ones; it must replace both.": _beside,
    "the second token of the pair is still there.": _new_at_starts(lambda i, starts, ids: True),
    "each token of the pair became the new number; the two together become one.": (
        lambda ids, pair, new: [new if token in pair else token for token in ids]
    ),
    "the last token got lost: it is no pair, but it stays.": then(merge, lambda ids: ids[:-1]),
    "the pairs are gone, and nothing stands in their place.": (
        lambda ids, pair, new: [token for token in merge(ids, pair, new) if token != new]
    ),
    "the pairs overlap: in 1 1 1 the middle one cannot be used twice.": (
        _new_at_starts(lambda i, starts, ids: i - 1 not in starts)
    ),
    "you merged from right to left; the first pair from the left comes first.": (
        lambda ids, pair, new: merge(ids[::-1], pair[::-1], new)[::-1]
    ),
    "the pairs overlap, and the last token was kept as well.": (
        _new_at_starts(lambda i, starts, ids: i - 1 not in starts or i == len(ids) - 1)
    ),
    "the order counts: 2 1 is not the pair 1 2.": (
        lambda ids, pair, new: merge(merge(ids, pair[::-1], new), pair, new)
    ),
    "the pair at the very end was missed.": lambda ids, *rest: merge(ids[:-1], *rest) + ids[-1:],
    CHANGED: _in_place,
}
GIVEN = [([1, 2, 3, 1, 2, 4], (1, 2), 5), ([1, 1, 1, 1, 1], (1, 1), 9)]
GIVEN += [(ids, (1, 2), 5) for ids in ([2, 1, 2, 3], [3, 1, 2], [])]
check_merge = Exercise(
    "01 One merge",
    "ids, a pair of them, a new number -> the ids in which the pair has become the new one.",
    merge,
    cases={f"`merge{given}`": given for given in GIVEN},
    slips=SLIPS_OF_MERGING,
    right=[_looking_back, lambda *given: torch.tensor(_looking_back(*given))],
    hints=[
        "Walk from left to right with an index i. Is the pair at i and i + 1?",
        "If so, append the new number and go two on; if not, append ids[i] and go one on.",
        "`while i < len(ids):`. At the last token there is no i + 1: a slice ids[i : i + 2] is "
        "then shorter, and no pair.",
    ],
)
