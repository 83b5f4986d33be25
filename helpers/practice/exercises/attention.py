"""Exercises of notebook *Attention*: attention."""

import math

import torch
from torch.nn import functional as F

from helpers.models.attention import attention_weights, split_heads
from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def causal_head(x, W_q, W_k, W_v):
    q, k, v = x @ W_q, x @ W_k, x @ W_v  # (B, T, hs) each
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, T, T)
    future = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(future, float("-inf")).softmax(-1) @ v


def _head(width=None, power=0.5, begin=1, hide=-math.inf, axis=-1, values=lambda x, v: v):
    """A head with a slip. width: made from x; its power divides. begin: where the mask does."""

    def answer(x, W_q, W_k, W_v):
        q, k, v = x @ W_q, x @ W_k, x @ W_v
        scores = q @ k.mT / (width(x) if width else q.shape[-1]) ** power
        hidden = torch.ones_like(scores, dtype=torch.bool).triu(begin)
        return scores.masked_fill(hidden, hide).softmax(axis) @ values(x, v)

    return answer


def _shows_the_future(x, W_q, W_k, W_v):
    scores = (x @ W_q) @ (x @ W_k).mT / math.sqrt(W_q.shape[1])
    past = torch.ones_like(scores, dtype=torch.bool).tril(-1)
    return scores.masked_fill(past, -math.inf).softmax(-1) @ (x @ W_v)


def _hides_late(x, W_q, W_k, W_v):
    scores = (x @ W_q) @ (x @ W_k).mT / math.sqrt(W_q.shape[1])
    return scores.softmax(-1).tril() @ (x @ W_v)


SLIPS_OF_A_HEAD = {
    "nothing hides the future: row t may use positions up to t only.": _head(begin=99),
    "the mask hides the past and shows the future.": _shows_the_future,
    "row t sees one place ahead: the mask begins just above the diagonal.": _head(begin=2),
    "every position must see itself: the mask begins above the diagonal.": _head(begin=0, hide=-99),
    "position 0 has nowhere to look: the mask must begin above the diagonal.": _head(begin=0),
    "the softmax runs over the positions that look; the row of each must sum to 1.": _head(axis=-2),
    "the future is taken out after the softmax, so the rows no longer sum to 1.": _hides_late,
    "a score of 0 is no weight of 0, since e⁰ = 1. The future needs the score -inf.": _head(hide=0),
    "the scores are divided by √C, the model's width. It must be the head's.": (
        _head(lambda x: x.shape[-1])
    ),
    "the scores are divided by √T; it must be the head's width.": _head(lambda x: x.shape[1]),
    "the scores are not divided by √hs; they are too large.": _head(power=0),
    "the scores are divided by hs itself; their spread is only √hs.": _head(power=1),
    "queries and keys have changed places: row t belongs to the query of t.": (
        lambda x, W_q, W_k, W_v: causal_head(x, W_k, W_q, W_v)
    ),
    "these are the weights; they still have to average the values.": (
        _head(values=lambda x, v: torch.eye(v.shape[1]))
    ),
    "the weights average x itself; a head hands on its values.": _head(values=lambda x, v: x),
}
check_causal_head = Exercise(
    "06 A head from its matrices",
    "x (B, T, C) and three matrices (C, hs) -> (B, T, hs), every position from its past.",
    causal_head,
    cases={
        "the result": normals(0, (2, 5, 6), (6, 3), (6, 3), (6, 3)),
        "the answer for other sizes": normals(1, (1, 3, 4), (4, 2), (4, 2), (4, 2)),
    },
    slips=SLIPS_OF_A_HEAD,
    right=[
        lambda x, q, k, v: F.scaled_dot_product_attention(x @ q, x @ k, x @ v, is_causal=True),
        lambda x, q, k, v: attention_weights(x @ q, x @ k) @ (x @ v),
        _head(hide=-1e9),
    ],
    hints=[
        "Four steps: queries, keys and values; scores; weights; an average of the values.",
        "The head's width is the last dimension of q. The mask has a row and a column for each "
        "position and is True strictly above the diagonal.",
        "Scores are `q @ k.transpose(-2, -1) / math.sqrt(hs)`; fill the future with -inf, "
        "then `.softmax(-1) @ v`",
    ],
)


def into_heads(x, n_head):
    B, T, C = x.shape
    return x.view(B, T, n_head, C // n_head).transpose(1, 2)


SLIPS_OF_SPLITTING = {
    "`view` to (B, nh, T, hs) mixes positions and channels. Cut the channels, then swap.": (
        lambda x, n_head: x.view(x.shape[0], n_head, x.shape[1], -1)
    ),
    "heads and positions must still change places: (B, nh, T, hs).": (
        lambda x, n_head: x.unflatten(-1, (n_head, -1))
    ),
    "each head takes every nh-th channel; it must take hs neighbouring ones.": (
        lambda x, n_head: x.unflatten(-1, (-1, n_head)).permute(0, 3, 1, 2)
    ),
    "the heads come before the batch; the order is (B, nh, T, hs).": (
        lambda x, n_head: into_heads(x, n_head).transpose(0, 1)
    ),
    "positions and channels of a head have changed places.": lambda *given: into_heads(*given).mT,
}
check_into_heads = Exercise(
    "06 Channels into heads",
    "x (B, T, C), n_head -> (B, nh, T, hs), head h has the h-th slice of the channels.",
    into_heads,
    cases={
        "x in 3 heads": (torch.arange(2 * 5 * 12.0).view(2, 5, 12), 3),
        "another x in 2 heads": (torch.arange(36.0).view(1, 6, 6), 2),
    },
    slips=SLIPS_OF_SPLITTING,
    right=[split_heads, lambda x, n_head: torch.stack(x.chunk(n_head, dim=-1), dim=1)],
    hints=[
        "Two moves: cut each position's channels into pieces, then bring the heads to the front.",
        "A `view` alone cannot change the order of numbers in memory; dimensions are swapped by "
        "`transpose`.",
        "`x.view(B, T, n_head, C // n_head)`, and then dimensions 1 and 2 change places.",
    ],
)


def looks_back(weights, distance):
    return weights.diagonal(-distance, dim1=-2, dim2=-1).mean(-1)


def _line(weights, distance):
    return weights.diagonal(-distance, -2, -1)


def _row_by_row(weights, distance):
    rows = range(distance, weights.shape[-1])
    return sum(weights[..., t, t - distance] for t in rows) / len(rows)


def _by_a_mask(weights, distance):
    T = weights.shape[-1]
    there = torch.eye(T).roll(-distance, dims=1).tril()
    return (weights * there).sum((-2, -1)) / (T - distance)


MAPS = attention_weights(*normals(0, (3, 4, 6, 6), (3, 4, 6, 6)))
check_looks_back = Exercise(
    "06 How far back a head looks",
    "weights (..., T, T), distance -> (...), the mean weight that t gives to t - distance.",
    looks_back,
    cases={
        "the mean of each map at distance 2": (MAPS, 2),
        "the mean of each map at distance 0": (MAPS, 0),
        "the mean of a single map": (MAPS[0, 0], 1),
    },
    slips={
        "this line lies above the diagonal, in the future, where every weight is 0.": (
            lambda weights, distance: looks_back(weights, -distance)
        ),
        "only T - distance positions have a place so far back; divide by their number.": (
            lambda weights, distance: _line(weights, distance).sum(-1) / weights.shape[-1]
        ),
        "the mean is missing; this is the sum over the positions.": (
            lambda weights, distance: _line(weights, distance).sum(-1)
        ),
        "every map needs a number of its own; do not average over heads and texts.": (
            lambda weights, distance: _line(weights, distance).mean()
        ),
        "this is the weight of every position; the mean over them is missing.": _line,
        "one too near: distance 1 is the place just before, 0 the position itself.": (
            lambda weights, distance: looks_back(weights, distance - 1)
        ),
        "one too far: distance 1 is the place just before, 0 the position itself.": (
            lambda weights, distance: looks_back(weights, distance + 1)
        ),
        "this averages over the first two dimensions; a map lies in the last two.": (
            lambda weights, distance: weights.diagonal(-distance).mean(-1)
        ),
    },
    right=[_row_by_row, _by_a_mask],
    hints=[
        "The weights that t gives to t - distance lie on one line below the diagonal.",
        "The first positions have nothing so far back. They must not count in the mean.",
        "`weights.diagonal(-distance, dim1=-2, dim2=-1)` takes that line from every map.",
    ],
)
