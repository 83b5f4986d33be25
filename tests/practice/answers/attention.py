"""Right and wrong answers to the exercises of notebook 05."""

import math

import torch
from torch.nn import functional as F

from helpers.models.attention import attention_weights, split_heads
from helpers.practice.exercises import check_causal_head, check_into_heads, check_looks_back


def fused(x, W_q, W_k, W_v):
    return F.scaled_dot_product_attention(x @ W_q, x @ W_k, x @ W_v, is_causal=True)


def by_the_helper(x, W_q, W_k, W_v):
    return attention_weights(x @ W_q, x @ W_k) @ (x @ W_v)


def in_a_loop(x, W_q, W_k, W_v):
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    out = torch.zeros_like(v, dtype=torch.float64)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            weights = (k[b, : t + 1] @ q[b, t] / W_q.shape[1] ** 0.5).exp()
            out[b, t] = weights @ v[b, : t + 1] / weights.sum()
    return out


def head(divisor=None, begin=1, hide=-math.inf, axis=-1, late=False, swap=False):
    """A head with one slip."""

    def answer(x, W_q, W_k, W_v):
        q, k, v = x @ W_q, x @ W_k, x @ W_v
        q, k = (k, q) if swap else (q, k)
        scores = q @ k.mT / (divisor(x, q) if divisor else math.sqrt(q.shape[-1]))
        hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(begin)
        if late:
            return scores.softmax(axis).masked_fill(hidden, 0) @ v
        return scores.masked_fill(hidden, hide).softmax(axis) @ v

    return answer


def from_the_future(x, W_q, W_k, W_v):
    scores = (x @ W_q) @ (x @ W_k).mT / math.sqrt(W_q.shape[1])
    hidden = torch.ones_like(scores, dtype=torch.bool).tril(-1)
    return scores.masked_fill(hidden, -math.inf).softmax(-1) @ (x @ W_v)


def cat_heads(x, n_head):
    return torch.stack(x.chunk(n_head, dim=-1), dim=1)


def each_head(x, n_head):
    width = x.shape[-1] // n_head
    out = torch.empty(x.shape[0], n_head, x.shape[1], width)
    for h in range(n_head):
        out[:, h] = x[..., h * width : (h + 1) * width]
    return out


def row_by_row(weights, distance):
    rows = range(distance, weights.shape[-1])
    return sum(weights[..., t, t - distance] for t in rows) / len(rows)


def by_a_mask(weights, distance):
    T = weights.shape[-1]
    there = torch.eye(T).roll(-distance, dims=1).tril()
    return (weights * there).sum((-2, -1)) / (T - distance)


RIGHT = {
    check_causal_head: [fused, by_the_helper, in_a_loop, head(hide=-1e9)],
    check_into_heads: [split_heads, cat_heads, each_head],
    check_looks_back: [row_by_row, by_a_mask],
}
WRONG = {
    check_causal_head: [
        (head(lambda x, q: math.sqrt(x.shape[-1])), "√C, the model's width"),
        (head(lambda x, q: math.sqrt(x.shape[1])), "divided by √T"),
        (head(lambda x, q: 1), "not divided by √hs"),
        (head(lambda x, q: q.shape[-1]), "hs itself"),
        (from_the_future, "shows the future"),
        (head(begin=99), "nothing hides the future"),
        (head(begin=0), "nowhere to look"),
        (head(begin=0, hide=-1e9), "must see itself"),
        (head(begin=2), "one place ahead"),
        (head(begin=3), "should be"),
        (head(hide=0), "e⁰ = 1"),
        (head(axis=-2), "the row of each must sum to 1"),
        (head(axis=0), "holds nan"),
        (head(late=True), "no longer sum to 1"),
        (head(swap=True), "changed places"),
        (lambda x, q, k, v: attention_weights(x @ q, x @ k), "these are the weights"),
        (lambda x, q, k, v: attention_weights(x @ q, x @ k) @ x, "x itself"),
        (lambda x, q, k, v: fused(x, q, k, v).flip(-1), "should be"),
        (lambda x, q, k, v: fused(x, q, k, v)[:, :, :2], "the shape of"),
        (head(lambda x, q: math.sqrt(3)), "the answer for other sizes"),
    ],
    check_into_heads: [
        (lambda x, n: x.view(x.shape[0], n, x.shape[1], -1), "mixes positions and channels"),
        (lambda x, n: x.unflatten(-1, (n, -1)), "must still change places"),
        (lambda x, n: x.unflatten(-1, (-1, n)).permute(0, 3, 1, 2), "every nh-th channel"),
        (lambda x, n: torch.stack(x.chunk(n, dim=-1)), "before the batch"),
        (lambda x, n: split_heads(x, n).mT, "of a head have changed"),
        (lambda x, n: split_heads(x, n).flip(1), "should be"),
        (lambda x, n: split_heads(x, 3), "another x in 2 heads"),
    ],
    check_looks_back: [
        (lambda w, d: w.diagonal(d, -2, -1).mean(-1), "in the future"),
        (lambda w, d: w.diagonal(-d, -2, -1).sum(-1) / w.shape[-1], "divide by their number"),
        (lambda w, d: w.diagonal(-d, -2, -1).sum(-1), "the mean is missing"),
        (lambda w, d: w.diagonal(-d, -2, -1).mean(), "a number of its own"),
        (lambda w, d: w.diagonal(-d, -2, -1), "mean over them is missing"),
        (lambda w, d: w.diagonal(-d - 1, -2, -1).mean(-1), "one too far"),
        (lambda w, d: w.diagonal(1 - d, -2, -1).mean(-1), "one too near"),
        (lambda w, d: w.diagonal(-d).mean(-1), "the first two dimensions"),
        (lambda w, d: w.diagonal(-2, -2, -1).mean(-1), "at distance 0"),
        (lambda w, d: w.diagonal(-d, 2, 3).mean(2), "your code stopped"),
        (lambda w, d: w.tril(-d).sum((-2, -1)), "should be"),
    ],
}
