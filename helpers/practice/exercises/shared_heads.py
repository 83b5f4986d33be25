"""Exercises of the notebook *The modern block*: shared keys and values, and what they save."""

import torch
from torch.nn import functional as F

from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def shared_heads(q, k, v):
    size = len(q) // len(k)  # heads of queries that share one head of keys and values
    k, v = k.repeat_interleave(size, dim=0), v.repeat_interleave(size, dim=0)  # (nh, T, hs)
    scores = q @ k.mT / q.shape[-1] ** 0.5
    future = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(future, float("-inf")).softmax(-1) @ v


def _attention(q, k, v, causal=True):
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)


def _each(x, n):
    return x.repeat_interleave(n // len(x), dim=0)


def _tiled(x, n):
    return x.repeat(n // len(x), 1, 1)


def _with(keys=_each, values=_each, causal=True):
    """Attention whose keys and values reach the heads in another way."""
    return lambda q, k, v: _attention(q, keys(k, len(q)), values(v, len(q)), causal)


def _in_groups(q, k, v):
    grouped = q.unflatten(0, (len(k), -1))  # (n_kv, group, T, hs)
    same = (x[:, None].expand(-1, grouped.shape[1], -1, -1) for x in (k, v))
    return _attention(grouped, *same).flatten(0, 1)


SLIPS_OF_GROUPS = {
    "the groups are in the wrong order: 0, 1, 0, 1. Neighbours share: 0, 0, 1, 1.": (
        _with(_tiled, _tiled)
    ),
    "keys and values come from different heads: both are shared in the same groups.": (
        _with(_each, _tiled)
    ),
    "all heads read the first keys and values; each group has its own.": _with(
        lambda x, n: x[:1].expand(n, -1, -1), lambda x, n: x[:1].expand(n, -1, -1)
    ),
    "the keys are averaged over the groups; every group keeps its own.": _with(
        lambda x, n: x.mean(0, keepdim=True).expand(n, -1, -1)
    ),
    "nothing hides the future.": _with(causal=False),
    "the queries of a group are averaged; every head asks for itself.": lambda q, k, v: (
        shared_heads(_each(q.unflatten(0, (len(k), -1)).mean(1), len(q)), k, v)
    ),
    "the scores are not divided by √hs.": (
        lambda q, k, v: shared_heads(q * q.shape[-1] ** 0.5, k, v)
    ),
    "the answers come once for each head of keys; each head of queries has its own.": (
        lambda q, k, v: _attention(q[:: len(q) // len(k)], k, v)
    ),
}
check_shared_heads = Exercise(
    "16 Shared keys and values",
    "q (nh, T, hs), k and v (n_kv, T, hs) -> (nh, T, hs), causal; neighbouring heads share.",
    shared_heads,
    cases={
        "6 heads of queries, 2 of keys": normals(0, (6, 5, 4), (2, 5, 4), (2, 5, 4)),
        "4 heads of queries, 2 of keys": normals(1, (4, 3, 2), (2, 3, 2), (2, 3, 2)),
    },
    slips=SLIPS_OF_GROUPS,
    right=[_with(), _in_groups],
    hints=[
        "Make k and v as long as q first. Which head of keys does head 1 of the queries read?",
        "`repeat_interleave(size, dim=0)` repeats each head in its place: 0, 0, 1, 1.",
        "Then it is plain attention: scores / √hs, the mask, softmax, times v.",
    ],
)


def texts_that_fit(memory, length, n_layer, n_head, n_kv_head, n_embd):
    a_token = 2 * n_layer * n_kv_head * (n_embd // n_head) * 2  # keys and values, 2 bytes each
    return memory // (a_token * length)


def _fits(a_token):
    """The same with other bytes of a token."""
    return lambda memory, length, *sizes: memory // (a_token(*sizes) * length)


SLIPS_OF_A_CACHE = {
    "as many heads of keys as of queries are counted; only n_kv_head of them are kept.": (
        _fits(lambda L, nh, kv, C: 4 * L * C)
    ),
    "half of it: a key *and* a value are kept, and each number has 2 bytes.": (
        _fits(lambda L, nh, kv, C: 2 * L * kv * (C // nh))
    ),
    "a key and a value are kept, and each number has 2 bytes: both are missing.": (
        _fits(lambda L, nh, kv, C: L * kv * (C // nh))
    ),
    "this is one layer; each layer has a cache of its own.": (
        _fits(lambda L, nh, kv, C: 4 * kv * (C // nh))
    ),
    "the head's width is n_embd / n_head; this key is n_embd wide.": (
        _fits(lambda L, nh, kv, C: 4 * L * kv * C)
    ),
    "this is what one token needs; a text has `length` of them.": (
        lambda memory, length, *sizes: texts_that_fit(memory, 1, *sizes)
    ),
    "half a text is none: round down to a whole number.": (
        lambda memory, length, L, nh, kv, C: memory / (4 * L * kv * C / nh * length)
    ),
}
LLAMA, SMOL = (32, 32, 8, 4096), (30, 9, 3, 576)
check_texts_that_fit = Exercise(
    "16 How many texts fit",
    "bytes of memory, tokens of a text, n_layer, n_head, n_kv_head, n_embd -> number of texts.",
    texts_that_fit,
    cases={
        "texts of 8,192 tokens beside Llama 3 8B in 64 GB": (64 * 10**9, 8192, *LLAMA),
        "texts of 1,000 tokens beside SmolLM2 in 1 GB": (10**9, 1000, *SMOL),
    },
    slips=SLIPS_OF_A_CACHE,
    right=[
        _fits(lambda L, nh, kv, C: 4 * L * kv * C // nh),
        lambda m, n, L, nh, kv, C: int(m / (n * 4 * L * kv * C / nh)),
    ],
    hints=[
        "A layer keeps for each token a key and a value for every one of the n_kv_head heads.",
        "Each is n_embd / n_head numbers wide, and a number has 2 bytes.",
        "Divide the memory by the bytes of a whole text and round down: `//`",
    ],
)
