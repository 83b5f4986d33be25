"""Exercises of notebook 08: generation."""

import math

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import generation


@exercise(
    "08",
    "Softmax with temperature",
    hints=[
        "Temperature acts on the logits, before the softmax.",
        "A high temperature brings the logits together. Which of * and / does that?",
        "The softmax runs over the vocabulary, the last dimension: `(...).softmax(-1)`",
    ],
    solution=generation.tempered,
)
def check_temperature(tempered):
    """logits (..., V), temperature > 0 -> probabilities (..., V)."""
    z = torch.tensor([2.0, 1.0, 0.0])
    P = z.softmax(-1)
    slips = {
        "these are logits; they still have to become probabilities.": z / 2,
        "these are weights; divided by their sum they become probabilities.": (z / 2).exp(),
        "these are logarithms of probabilities.": (z / 2).log_softmax(-1),
        "you multiplied by the temperature; a high one must make all tokens more alike.": (
            (z * 2).softmax(-1)
        ),
        "you divided the probabilities, which no longer sum to 1. Divide the logits.": P / 2,
        "P to the power 1 / T is right, but its sum is no longer 1.": P**0.5,
        "these probabilities go through a second softmax; divide the logits.": (P / 2).softmax(-1),
        "the temperature changes nothing.": P,
    }
    compare(tempered(z.clone(), 2.0), (z / 2).softmax(-1), slips, what="the distribution at T = 2")
    z = torch.tensor([[2.0, 1.0, 0.0], [0.0, -math.inf, 3.0]])
    slips = {
        "the softmax runs over the batch; every row must sum to 1.": (z / 0.5).softmax(0),
        "the softmax runs over everything at once; every row must sum to 1.": (
            (z / 0.5).flatten().softmax(0).view_as(z)
        ),
    }
    got = tempered(z.clone(), 0.5)
    compare(got, (z / 0.5).softmax(-1), slips, what="a batch of two at T = 0.5")


ROWS = torch.tensor([[0.125, 0.375, 0.0625, 0.25, 0.1875], [0.375, 0.125, 0.0625, 0.0625, 0.375]])
REST = "the kept probabilities must sum to 1 again: divide by their sum."
EACH = "all rows together sum to 1; each row must: divide by `sum(-1, keepdim=True)`."
MOVED = "the probabilities are sorted; each must stand at the place of its token."


@exercise(
    "08",
    "Top-k",
    hints=[
        "`probs.topk(k)` gives the k largest values and where they stand.",
        "Put them at their places in a tensor of zeros: `scatter(-1, tokens, values)` does it. "
        "There may be fewer than k tokens.",
        "At the end `kept / kept.sum(-1, keepdim=True)`",
    ],
    solution=generation.keep_k,
)
def check_top_k(keep_k):
    """probs (..., V), k ≥ 1 -> (..., V), the k likeliest alone, and their sum is 1."""
    row = ROWS[0]
    kept = torch.where(row >= 0.25, row, 0)
    slips = {
        REST: kept,
        "these are the k largest alone; the others must be there as zeros.": [0.6, 0.4],
        MOVED: [0.6, 0.4, 0, 0, 0],
        "a softmax over what is kept changes its proportions; only divide by the sum.": (
            row.masked_fill(kept == 0, -math.inf).softmax(-1)
        ),
        "the softmax gives every zero e⁰ = 1; only divide by the sum.": kept.softmax(-1),
        "nothing is cut.": row,
        "k - 1 tokens stay; it must be k.": generation.keep_k(row, 1),
        "k + 1 tokens stay; it must be k.": generation.keep_k(row, 3),
        "the k unlikeliest stay; it must be the likeliest.": [2 / 3, 0, 1 / 3, 0, 0],
    }
    compare(keep_k(row.clone(), 2), generation.keep_k(row, 2), slips, what="the 2 likeliest")
    _check_ties(keep_k(ROWS.clone(), 1), 1)
    _check_ties(keep_k(ROWS.clone(), 4), 4)
    compare(keep_k(ROWS.clone(), 9), ROWS, what="what k = 9 keeps of 5 tokens")


def _check_ties(got, k):
    """In rows with ties, exactly k must stay; which of those that tie does not matter."""
    got, what = torch.as_tensor(got), f"what k = {k} keeps, in order of size,"
    require(got.shape == ROWS.shape, f"the shape must be {tuple(ROWS.shape)}, as it came.")
    most = int((got > 0).sum(-1).max())
    tied = "a comparison with the k-th probability also keeps all that tie with it"
    require(most <= k, f"for k = {k} a row keeps {most} tokens: {tied}.")
    kept = generation.keep_k(ROWS, k).sort(-1).values
    shared = (kept * ROWS.topk(k).values.sum(-1, keepdim=True)) / ROWS.topk(k).values.sum()
    compare(got.sort(-1).values, kept, {EACH: shared}, what=what)
    known = got.where(got > 0, 0) * ROWS.topk(k).values.sum(-1, keepdim=True)
    compare(known, ROWS.where(got > 0, 0), {}, what=f"each token's own probability for k = {k}")


@exercise(
    "08",
    "Top-p",
    hints=[
        "Sort the probabilities, the largest first, and look at their running sum, `cumsum(-1)`.",
        "A token stays if the mass of all likelier ones does not reach p yet. So the one that "
        "crosses p stays.",
        "`before = values.cumsum(-1) - values`, keep `values * (before < p)`, and `scatter` them "
        "back to their places.",
    ],
    solution=generation.keep_nucleus,
)
def check_top_p(keep_nucleus):
    """probs (..., V), 0 < p ≤ 1 -> (..., V), the fewest likeliest whose mass reaches p."""
    row, values = ROWS[0], ROWS[0].sort(descending=True).values
    got, wanted = keep_nucleus(row.clone(), 0.6), generation.keep_nucleus(row, 0.6)
    compare(got, wanted, _slips_of_the_nucleus(row, values), what="the nucleus for p = 0.6")
    slips = {"two have mass 0.625 already; no third is needed.": generation.keep_k(row, 3)}
    wanted = generation.keep_nucleus(row, 0.625)
    compare(keep_nucleus(row.clone(), 0.625), wanted, slips, what="the nucleus for p = 0.625")
    wanted = generation.keep_nucleus(row, 0.25)
    compare(keep_nucleus(row.clone(), 0.25), wanted, what="the nucleus for p = 0.25")
    wanted = generation.keep_nucleus(ROWS, 0.85)
    mass = ROWS.where(wanted > 0, 0)
    slips = {EACH: mass / mass.sum()}
    got, what = keep_nucleus(ROWS.clone(), 0.85), "the nucleus of two rows for p = 0.85"
    compare(got, wanted, slips, what=what)
    compare(keep_nucleus(ROWS.clone(), 1.0), ROWS, what="the nucleus for p = 1")


def _slips_of_the_nucleus(row, values):
    """What is wrong, in words -> what comes out then of `row` for p = 0.6."""
    unsorted = row * (row.cumsum(-1) - row < 0.6)
    return {
        REST: row.where(row >= 0.25, 0),
        MOVED: values.where(values >= 0.25, 0) / 0.625,
        "the token that crosses p is dropped; without it the mass does not reach p.": (
            generation.keep_k(row, 1)
        ),
        "the token that crosses p is dropped, and the rest does not sum to 1.": (
            row.where(row >= 0.3, 0)
        ),
        "the running sum must be that of the sorted probabilities.": unsorted / unsorted.sum(),
        "these are all tokens with a probability above p; p is about their mass together.": (
            row * (row > 0.6)
        ),
        "nothing is cut.": row,
        "the unlikeliest tokens are taken first; sort with descending=True.": (
            row.where(row < 0.3, 0) / row.where(row < 0.3, 0).sum()
        ),
        "one token too many: two have mass 0.625 already.": generation.keep_k(row, 3),
    }


@exercise(
    "08",
    "One step with a cache",
    hints=[
        "The new token may look at itself: first append its key and value, then look.",
        "Which dimension counts the tokens? `torch.cat` makes that one longer.",
        "All keys are in the past of the new token, so no mask is needed: "
        "`(q @ keys.mT / math.sqrt(hs)).softmax(-1) @ values`",
    ],
    solution=generation.read_next,
)
def check_read_next(read_next):
    """q, k, v (nh, 1, hs), kept (nh, t, hs) -> output (nh, 1, hs), grown keys and values."""
    dice = torch.Generator().manual_seed(0)
    new = [torch.randn(2, 1, 3, generator=dice) for _ in range(3)]
    kept = [torch.randn(2, 4, 3, generator=dice) for _ in range(2)]
    for past in (kept, [cache[:, :0] for cache in kept]):
        output, *grown = _three(read_next, *new, *past)
        after = f"after {past[0].shape[1]} tokens"
        for name, cache, old, added in zip(("keys", "values"), grown, past, new[1:], strict=True):
            slips = _slips_of_the_cache(old, added)
            compare(cache, torch.cat([old, added], dim=1), slips, what=f"the {name} {after}")
        wanted = generation.read_next(*new, *past)[0]
        compare(output, wanted, _slips_of_looking(*new, *past), what=f"the output {after}")


def _three(read_next, *given):
    got = read_next(*(tensor.clone() for tensor in given))
    complete = isinstance(got, (tuple, list)) and len(got) == 3
    require(complete, "return three things: the output, the keys and the values.")
    return got


def _slips_of_the_cache(old, added):
    return {
        "the cache has not grown; the next token must find this one in it.": old,
        "only the new token is in the cache; the past must stay.": added,
        "the new token stands first; keep the order of the text.": torch.cat([added, old], 1),
    }


def _slips_of_looking(q, k, v, kept_k, kept_v):
    """What is wrong, in words -> the output that comes out then."""
    hs, t = q.shape[-1], kept_k.shape[1]
    keys, values = torch.cat([kept_k, k], dim=1), torch.cat([kept_v, v], dim=1)
    products = q @ keys.mT
    weights = (products / math.sqrt(hs)).softmax(-1)
    blind = "the new token does not see itself: append its key and value before you look."
    return {
        blind: (q @ kept_k.mT / math.sqrt(hs)).softmax(-1) @ kept_v,
        "the scores are not divided by √hs.": products.softmax(-1) @ values,
        "the scores are divided by hs itself; it must be √hs.": (products / hs).softmax(-1)
        @ values,
        "the scores are divided by a root of the number of tokens; it must be √hs.": (
            (products / math.sqrt(t + 1)).softmax(-1) @ values
        ),
        "only the first token is seen: a causal mask has hidden the others.": values[:, :1],
        "the softmax runs over the query, so every weight is 1.": values.sum(1, keepdim=True),
        "these are the weights; they still have to average the values.": weights,
        "the weights average the keys; it must be the values.": weights @ keys,
        "the new token sees itself only; its query must meet the kept keys too.": v,
    }
