"""Exercises of notebook 05: attention."""

import math

import torch
from torch import Tensor

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import attention


@exercise(
    "05",
    "A head from its matrices",
    hints=[
        "Four steps: queries, keys and values; scores; weights; an average of the values.",
        "The head's width is the last dimension of q. The mask has a row and a column for each "
        "position and is True strictly above the diagonal.",
        "Scores are `q @ k.transpose(-2, -1) / math.sqrt(hs)`; fill the future with -inf, "
        "then `.softmax(-1) @ v`",
    ],
    solution=attention.causal_head,
)
def check_causal_head(causal_head):
    """x (B, T, C) and three matrices (C, hs) -> (B, T, hs), every position from its past."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 6, generator=dice)
    matrices = [torch.randn(6, 3, generator=dice) for _ in range(3)]
    got = causal_head(x.clone(), *(matrix.clone() for matrix in matrices))
    require(
        not _nothing_for_the_first(got),
        "position 0 has nowhere to look: the mask must begin above the diagonal.",
    )
    compare(got, attention.causal_head(x, *matrices), _slips_of_a_head(x, *matrices))
    x, matrices = x[:1, :3, :4], [matrix[:4, :2] for matrix in matrices]
    got = causal_head(x.clone(), *(matrix.clone() for matrix in matrices))
    compare(got, attention.causal_head(x, *matrices), what="the answer for other sizes")


def _nothing_for_the_first(got) -> bool:
    if not isinstance(got, Tensor) or got.dim() != 3:
        return False
    return bool(got[:, 0].isnan().all() and got[:, 1:].isfinite().all())


def _slips_of_a_head(x, W_q, W_k, W_v):
    """What is wrong, in words -> what comes out then."""
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    swapped = "queries and keys have changed places: row t belongs to the query of t."
    return {
        **{words: weights @ v for words, weights in _slips_of_the_mask(scores).items()},
        **{words: _seen(wrong) @ v for words, wrong in _slips_of_the_scale(q @ k.mT, q, x).items()},
        swapped: _seen(scores.mT) @ v,
        "these are the weights; they still have to average the values.": _seen(scores),
        "the weights average x itself; a head hands on its values.": _seen(scores) @ x,
    }


def _seen(scores, hidden=None):
    future = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(future if hidden is None else hidden, float("-inf")).softmax(-1)


def _slips_of_the_mask(scores):
    ones = torch.ones_like(scores, dtype=torch.bool)
    off_axis = "the softmax runs over the positions that look; the row of each must sum to 1."
    late = "the future is taken out after the softmax, so the rows no longer sum to 1."
    zeroed = "a score of 0 is no weight of 0, since e⁰ = 1. The future needs the score -inf."
    return {
        "nothing hides the future: row t may use positions up to t only.": scores.softmax(-1),
        "the mask hides the past and shows the future.": _seen(scores, ones.tril(-1)),
        "row t sees one place ahead: the mask begins just above the diagonal.": (
            _seen(scores, ones.triu(2))
        ),
        "every position must see itself: the mask begins above the diagonal.": (
            scores.masked_fill(ones.triu(0), -1e9).softmax(-1)
        ),
        off_axis: scores.masked_fill(ones.triu(1), float("-inf")).softmax(-2),
        late: scores.softmax(-1).tril(),
        zeroed: scores.tril().softmax(-1),
    }


def _slips_of_the_scale(products, q, x):
    (T, C), hs = x.shape[-2:], q.shape[-1]
    wide = "the scores are divided by √C, the model's width. It must be the head's."
    return {
        wide: products / math.sqrt(C),
        "the scores are divided by √T; it must be the head's width.": products / math.sqrt(T),
        "the scores are not divided by √hs; they are too large.": products,
        "the scores are divided by hs itself; their spread is only √hs.": products / hs,
    }


@exercise(
    "05",
    "Channels into heads",
    hints=[
        "Two moves: cut each position's channels into pieces, then bring the heads to the front.",
        "A `view` alone cannot change the order of numbers in memory; dimensions are swapped by "
        "`transpose`.",
        "`x.view(B, T, n_head, C // n_head)`, and then dimensions 1 and 2 change places.",
    ],
    solution=attention.into_heads,
)
def check_into_heads(into_heads):
    """x (B, T, C), n_head -> (B, nh, T, hs), head h has the h-th slice of the channels."""
    x = torch.arange(2 * 5 * 12.0).view(2, 5, 12)  # nh = 3, hs = 4
    torn = "`view` to (B, nh, T, hs) mixes positions and channels. Cut the channels, then swap."
    every_third = "each head takes every nh-th channel; it must take hs neighbouring ones."
    slips = {
        torn: x.view(2, 3, 5, 4),
        "heads and positions must still change places: (B, nh, T, hs).": x.view(2, 5, 3, 4),
        every_third: x.view(2, 5, 4, 3).permute(0, 3, 1, 2),
        "the heads come before the batch; the order is (B, nh, T, hs).": (
            x.view(2, 5, 3, 4).permute(2, 0, 1, 3)
        ),
        "positions and channels of a head have changed places.": (
            x.view(2, 5, 3, 4).permute(0, 2, 3, 1)
        ),
    }
    compare(into_heads(x.clone(), 3), attention.into_heads(x, 3), slips, what="x in 3 heads")
    x = torch.arange(36.0).view(1, 6, 6)
    compare(into_heads(x.clone(), 2), attention.into_heads(x, 2), what="another x in 2 heads")


@exercise(
    "05",
    "How far back a head looks",
    hints=[
        "The weights that t gives to t - distance lie on one line below the diagonal.",
        "The first positions have nothing so far back. They must not count in the mean.",
        "`weights.diagonal(-distance, dim1=-2, dim2=-1)` takes that line from every map.",
    ],
    solution=attention.looks_back,
)
def check_looks_back(looks_back):
    """weights (..., T, T), distance -> (...), the mean weight that t gives to t - distance."""
    dice = torch.Generator().manual_seed(0)
    scores = torch.randn(3, 4, 6, 6, generator=dice)
    hidden = torch.ones(6, 6, dtype=torch.bool).triu(1)
    maps = scores.masked_fill(hidden, float("-inf")).softmax(-1)
    for distance in (2, 0):
        slips = _slips_of_looking_back(maps, distance)
        wanted = attention.looks_back(maps, distance)
        what = f"the mean of each map at distance {distance}"
        compare(looks_back(maps.clone(), distance), wanted, slips, what=what)
    wanted = attention.looks_back(maps[0, 0], 1)
    compare(looks_back(maps[0, 0].clone(), 1), wanted, what="the mean of a single map")


def _slips_of_looking_back(maps, distance):
    """What is wrong, in words -> what comes out then."""
    line = maps.diagonal(-distance, -2, -1)
    ahead = "this line lies above the diagonal, in the future, where every weight is 0."
    return {
        ahead: maps.diagonal(distance, -2, -1).mean(-1),
        "only T - distance positions have a place so far back; divide by their number.": (
            line.sum(-1) / maps.shape[-1]
        ),
        "the mean is missing; this is the sum over the positions.": line.sum(-1),
        "every map needs a number of its own; do not average over heads and texts.": line.mean(),
        "this is the weight of every position; the mean over them is missing.": line,
        "one too near: distance 1 is the place just before, 0 the position itself.": (
            maps.diagonal(1 - distance, -2, -1).mean(-1)
        ),
        "one too far: distance 1 is the place just before, 0 the position itself.": (
            maps.diagonal(-1 - distance, -2, -1).mean(-1)
        ),
        "this averages over the first two dimensions; a map lies in the last two.": (
            maps.diagonal(-distance).mean(-1)
        ),
    }
