"""Exercises of notebook *Generate*: generation."""

import math

import torch
from torch import Tensor

from helpers.learning.sampling import next_token_probs
from helpers.practice.exercise import Exercise


def tempered(logits, temperature):
    return (logits / temperature).softmax(-1)


def _normalised(kept):
    return kept / kept.sum(-1, keepdim=True)


SLIPS_OF_TEMPERATURE = {
    "these are logits; they still have to become probabilities.": lambda z, T: z / T,
    "these are weights; divided by their sum they become probabilities.": (
        lambda z, T: (z / T).exp()
    ),
    "these are logarithms of probabilities.": lambda z, T: (z / T).log_softmax(-1),
    "you multiplied by the temperature; a high one must make all tokens more alike.": (
        lambda z, T: (z * T).softmax(-1)
    ),
    "you divided the probabilities, which no longer sum to 1. Divide the logits.": (
        lambda z, T: z.softmax(-1) / T
    ),
    "P to the power 1 / T is right, but its sum is no longer 1.": (
        lambda z, T: z.softmax(-1) ** (1 / T)
    ),
    "these probabilities go through a second softmax; divide the logits.": (
        lambda z, T: (z.softmax(-1) / T).softmax(-1)
    ),
    "the temperature changes nothing.": lambda z, T: z.softmax(-1),
    "the softmax runs over the batch; every row must sum to 1.": lambda z, T: (z / T).softmax(0),
    "the softmax runs over everything at once; every row must sum to 1.": (
        lambda z, T: (z / T).flatten().softmax(0).view_as(z)
    ),
}
check_temperature = Exercise(
    "09 Softmax with temperature",
    "logits (..., V), temperature > 0 -> probabilities (..., V).",
    tempered,
    cases={
        "the distribution at T = 2": (torch.tensor([2.0, 1.0, 0.0]), 2.0),
        "a batch of two at T = 0.5": (torch.tensor([[2.0, 1.0, 0.0], [0.0, -math.inf, 3.0]]), 0.5),
    },
    slips=SLIPS_OF_TEMPERATURE,
    right=[next_token_probs, lambda z, T: _normalised(z.softmax(-1) ** (1 / T))],
    hints=[
        "Temperature acts on the logits, before the softmax.",
        "A high temperature brings the logits together. Which of * and / does that?",
        "The softmax runs over the vocabulary, the last dimension: `(...).softmax(-1)`",
    ],
)


def keep_k(probs, k):
    values, tokens = probs.topk(min(k, probs.shape[-1]))
    kept = torch.zeros_like(probs).scatter(-1, tokens, values)
    return kept / kept.sum(-1, keepdim=True)


def _ties_in_order(keep_k, probs, k):
    """What is kept; where tokens tie, it is kept of the first, since any of them is right."""
    got = keep_k(probs, k)
    if not isinstance(got, Tensor) or got.shape != probs.shape:
        return got
    order = got.argsort(dim=-1, descending=True, stable=True)
    ranks = probs.gather(-1, order).argsort(dim=-1, descending=True, stable=True)
    places = probs.argsort(dim=-1, descending=True, stable=True)
    return torch.zeros_like(got).scatter(-1, places, got.gather(-1, order.gather(-1, ranks)))


def _last_of_ties(probs, k):
    ranks = probs.flip(-1).argsort(dim=-1, descending=True, stable=True).argsort(-1).flip(-1)
    return _normalised(probs * (ranks < k))


def _bare(probs, k):
    return probs * (keep_k(probs, k) > 0)


REST = "the kept probabilities must sum to 1 again: divide by their sum."
EACH = "all rows together sum to 1; each row must: divide by `sum(-1, keepdim=True)`."
MOVED = "the probabilities are sorted; each must stand at the place of its token."
SLIPS_OF_TOP_K = {
    REST: _bare,
    "these are the k largest alone; the others must be there as zeros.": (
        lambda probs, k: _normalised(probs.topk(k).values)
    ),
    MOVED: lambda probs, k: keep_k(probs.sort(-1, descending=True).values, k),
    "a softmax over what is kept changes its proportions; only divide by the sum.": (
        lambda probs, k: probs.where(keep_k(probs, k) > 0, -math.inf).softmax(-1)
    ),
    "the softmax gives every zero e⁰ = 1; only divide by the sum.": (
        lambda probs, k: _bare(probs, k).softmax(-1)
    ),
    "nothing is cut.": lambda probs, k: probs,
    "k - 1 tokens stay; it must be k.": lambda probs, k: keep_k(probs, k - 1),
    "k + 1 tokens stay; it must be k.": lambda probs, k: keep_k(probs, k + 1),
    "the k unlikeliest stay; it must be the likeliest.": (
        lambda probs, k: _normalised(probs * (keep_k(-probs, k) > 0))
    ),
    "for k = 1 a row keeps 2 tokens: a comparison with the k-th probability also keeps all that "
    "tie with it.": lambda probs, k: _normalised(probs * (probs >= probs.topk(k).values[..., -1:])),
    EACH: lambda probs, k: _bare(probs, k) / _bare(probs, k).sum(),
}
ROWS = torch.tensor([[0.125, 0.375, 0.0625, 0.25, 0.1875], [0.375, 0.125, 0.0625, 0.0625, 0.375]])
check_top_k = Exercise(
    "09 Top-k",
    "probs (..., V), k ≥ 1 -> (..., V), the k likeliest alone, and their sum is 1.",
    keep_k,
    cases={
        "the 2 likeliest": (ROWS[0], 2),
        "what k = 1 keeps of two rows": (ROWS, 1),
        "what k = 4 keeps of two rows": (ROWS, 4),
        "what k = 9 keeps of 5 tokens": (ROWS, 9),
    },
    slips=SLIPS_OF_TOP_K,
    right=[_last_of_ties, lambda probs, k: next_token_probs(probs.log(), top_k=k)],
    ask=_ties_in_order,
    hints=[
        "`probs.topk(k)` gives the k largest values and where they stand.",
        "Put them at their places in a tensor of zeros: `scatter(-1, tokens, values)` does it. "
        "There may be fewer than k tokens.",
        "At the end `kept / kept.sum(-1, keepdim=True)`",
    ],
)


def keep_nucleus(probs, p):
    values, tokens = probs.sort(descending=True)
    before = values.cumsum(-1) - values  # the mass of all likelier tokens
    kept = torch.zeros_like(probs).scatter(-1, tokens, values * (before < p))
    return kept / kept.sum(-1, keepdim=True)


def _nucleus(inside, finish=_normalised, descending=True):
    """Top-p with a slip. inside: sorted values, p -> which stay. finish: of what stays, or None."""

    def answer(probs, p):
        values, tokens = probs.sort(descending=descending)
        kept = torch.zeros_like(probs).scatter(-1, tokens, values * inside(values, p))
        return finish(kept) if finish else kept

    return answer


def _before(values, p):
    return values.cumsum(-1) - values < p


def _within(values, p):
    return values.cumsum(-1) <= p


SLIPS_OF_THE_NUCLEUS = {
    REST: _nucleus(_before, None),
    MOVED: lambda probs, p: keep_nucleus(probs.sort(-1, descending=True).values, p),
    "the token that crosses p is dropped; without it the mass does not reach p.": _nucleus(_within),
    "the token that crosses p is dropped, and the rest does not sum to 1.": _nucleus(_within, None),
    "the running sum must be that of the sorted probabilities.": (
        lambda probs, p: _normalised(probs * _before(probs, p))
    ),
    "these are all tokens with a probability above p; p is about their mass together.": (
        lambda probs, p: probs * (probs > p)
    ),
    "nothing is cut.": lambda probs, p: probs,
    "the unlikeliest tokens are taken first; sort with descending=True.": (
        _nucleus(_before, descending=False)
    ),
    "one token too many: two have mass 0.625 already.": (
        lambda probs, p: keep_k(probs, int((keep_nucleus(probs, p) > 0).sum()) + 1)
    ),
    "two have mass 0.625 already; no third is needed.": (
        _nucleus(lambda values, p: values.cumsum(-1) - values <= p)
    ),
    EACH: _nucleus(_before, finish=lambda kept: kept / kept.sum()),
}
check_top_p = Exercise(
    "09 Top-p",
    "probs (..., V), 0 < p ≤ 1 -> (..., V), the fewest likeliest whose mass reaches p.",
    keep_nucleus,
    cases={
        **{f"the nucleus for p = {p}": (ROWS[0], p) for p in (0.6, 0.625, 0.25)},
        "the nucleus of two rows for p = 0.85": (ROWS, 0.85),
        "the nucleus for p = 1": (ROWS, 1.0),
    },
    slips=SLIPS_OF_THE_NUCLEUS,
    right=[_nucleus(_before), lambda probs, p: next_token_probs(probs.log(), top_p=p)],
    hints=[
        "Sort the probabilities, the largest first, and look at their running sum, `cumsum(-1)`.",
        "A token stays if the mass of all likelier ones does not reach p yet. So the one that "
        "crosses p stays.",
        "`before = values.cumsum(-1) - values`, keep `values * (before < p)`, and `scatter` them "
        "back to their places.",
    ],
)
