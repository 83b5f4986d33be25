"""Exercises of notebook *Generate*: a step with a cache."""

import math

import torch
from torch.nn import functional as F

from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def read_next(q, k, v, kept_k, kept_v):
    keys, values = torch.cat([kept_k, k], dim=1), torch.cat([kept_v, v], dim=1)
    scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (nh, 1, t + 1)
    return scores.softmax(-1) @ values, keys, values


def _step(look):
    """One step with another output, a function of q, keys and values."""

    def answer(q, k, v, kept_k, kept_v):
        _, keys, values = read_next(q, k, v, kept_k, kept_v)
        return look(q, keys, values), keys, values

    return answer


def _scores(q, keys):
    return q @ keys.mT / math.sqrt(q.shape[-1])


def _kept(cache):
    """One step with another cache, a function of what was kept and what is new."""

    def answer(q, k, v, kept_k, kept_v):
        return read_next(q, k, v, kept_k, kept_v)[0], cache(kept_k, k), cache(kept_v, v)

    return answer


def _blind(q, k, v, kept_k, kept_v):
    _, keys, values = read_next(q, k, v, kept_k, kept_v)
    return _scores(q, kept_k).softmax(-1) @ kept_v, keys, values


def _head_by_head(q, k, v, kept_k, kept_v):
    keys, values = torch.hstack([kept_k, k]), torch.hstack([kept_v, v])
    heads = zip(q, keys, values, strict=True)
    return [torch.stack([_scores(*pair).softmax(-1) @ v for *pair, v in heads]), keys, values]


SLIPS_OF_A_STEP = {
    "the cache has not grown; the next token must find this one in it.": _kept(lambda old, _: old),
    "only the new token is in the cache; the past must stay.": _kept(lambda _, new: new),
    "the new token stands first; keep the order of the text.": (
        _kept(lambda old, new: torch.cat([new, old], dim=1))
    ),
    "the new token does not see itself: append its key and value before you look.": _blind,
    "the scores are not divided by √hs.": _step(lambda q, k, v: (q @ k.mT).softmax(-1) @ v),
    "the scores are divided by hs itself; it must be √hs.": (
        _step(lambda q, k, v: (q @ k.mT / q.shape[-1]).softmax(-1) @ v)
    ),
    "the scores are divided by a root of the number of tokens; it must be √hs.": (
        _step(lambda q, k, v: (q @ k.mT / k.shape[1] ** 0.5).softmax(-1) @ v)
    ),
    "only the first token is seen: a causal mask has hidden the others.": (
        _step(lambda *given: F.scaled_dot_product_attention(*given, is_causal=True))
    ),
    "the softmax runs over the query, so every weight is 1.": (
        _step(lambda q, k, v: _scores(q, k).softmax(1) @ v)
    ),
    "these are the weights; they still have to average the values.": (
        _step(lambda q, k, v: _scores(q, k).softmax(-1))
    ),
    "the weights average the keys; it must be the values.": (
        _step(lambda q, k, v: _scores(q, k).softmax(-1) @ k)
    ),
    "the new token sees itself only; its query must meet the kept keys too.": (
        _step(lambda q, k, v: v[:, -1:])
    ),
}
NEW = normals(0, (2, 1, 3), (2, 1, 3), (2, 1, 3))
KEPT = normals(1, (2, 4, 3), (2, 4, 3))
check_read_next = Exercise(
    "09 One step with a cache",
    "q, k, v (nh, 1, hs), kept (nh, t, hs) -> output (nh, 1, hs), grown keys and values.",
    read_next,
    cases={
        "after 4 tokens": (*NEW, *KEPT),
        "after 0 tokens": (*NEW, *(cache[:, :0] for cache in KEPT)),
    },
    parts=("the output", "the keys", "the values"),
    slips=SLIPS_OF_A_STEP,
    right=[_step(F.scaled_dot_product_attention), _head_by_head],
    hints=[
        "The new token may look at itself: first append its key and value, then look.",
        "Which dimension counts the tokens? `torch.cat` makes that one longer.",
        "All keys are in the past of the new token, so no mask is needed: "
        "`(q @ keys.mT / math.sqrt(hs)).softmax(-1) @ values`",
    ],
)
