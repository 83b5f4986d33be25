"""Right and wrong answers to the exercises of notebook 08."""

import math

import torch
from torch.nn import functional as F

from helpers.learning.sampling import next_token_probs
from helpers.practice.exercises import (
    check_read_next,
    check_temperature,
    check_top_k,
    check_top_p,
)


def by_hand(logits, temperature):
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(-1, keepdim=True)


def by_powers(logits, temperature):
    weights = logits.softmax(-1) ** (1 / temperature)
    return weights / weights.sum(-1, keepdim=True)


def normalised(kept):
    return kept / kept.sum(-1, keepdim=True)


def k_by_the_helper(probs, k):
    return next_token_probs(probs.log(), top_k=k)


def k_by_ranks(probs, k):
    """Of those that tie, other ones than topk's may stay."""
    ranks = probs.flip(-1).argsort(dim=-1, descending=True, stable=True).argsort(-1).flip(-1)
    return normalised(probs * (ranks < k))


def k_by_logits(probs, k):
    cut = torch.full_like(probs, -math.inf)
    tokens = probs.topk(min(k, probs.shape[-1])).indices
    return cut.scatter(-1, tokens, probs.log().gather(-1, tokens)).softmax(-1)


def k_by_threshold(probs, k):
    least = probs.topk(min(k, probs.shape[-1])).values[..., -1:]
    return normalised(probs * (probs >= least))


def p_by_the_helper(probs, p):
    return next_token_probs(probs.log(), top_p=p)


def p_in_a_loop(probs, p):
    if probs.dim() > 1:
        return torch.stack([p_in_a_loop(row, p) for row in probs])
    kept, mass = torch.zeros_like(probs), 0.0
    for token in probs.argsort(descending=True):
        if mass < p:
            kept[token] = probs[token]
            mass += probs[token].item()
    return kept / mass


def nucleus(inside, descending=True, back=True, renormalise=True):
    """Top-p with one slip. inside: sorted values, p -> which of them stay."""

    def answer(probs, p):
        values, tokens = probs.sort(descending=descending)
        kept = values * inside(values, p)
        kept = torch.zeros_like(probs).scatter(-1, tokens, kept) if back else kept
        return normalised(kept) if renormalise else kept

    return answer


def before(values, p):
    return values.cumsum(-1) - values < p


def dropped(values, p):
    return values.cumsum(-1) <= p


def fused(q, k, v, kept_k, kept_v):
    keys, values = torch.cat([kept_k, k], -2), torch.cat([kept_v, v], -2)
    return F.scaled_dot_product_attention(q, keys, values), keys, values


def head_by_head(q, k, v, kept_k, kept_v):
    keys, values = torch.hstack([kept_k, k]), torch.hstack([kept_v, v])
    output = torch.empty_like(q)
    for h in range(len(q)):
        weights = (keys[h] @ q[h, 0] / q.shape[-1] ** 0.5).softmax(0)
        output[h, 0] = weights @ values[h]
    return [output, keys, values]


def step(look, first=False, grow=True):
    """One step with a slip: look(q, keys, values) is the output."""

    def answer(q, k, v, kept_k, kept_v):
        pairs = ((k, kept_k), (v, kept_v)) if first else ((kept_k, k), (kept_v, v))
        keys, values = (torch.cat(pair, dim=1) for pair in pairs)
        output = look(q, keys, values)
        return (output, keys, values) if grow else (output, kept_k, kept_v)

    return answer


def forgets_the_first(q, k, v, kept_k, kept_v):
    if kept_k.shape[1] == 0:
        return v, kept_k, kept_v
    return fused(q, k, v, kept_k, kept_v)


def attend(q, keys, values, divisor=None, axis=-1):
    return (q @ keys.mT / (divisor or math.sqrt(q.shape[-1]))).softmax(axis) @ values


def looks_before_it_appends(q, k, v, kept_k, kept_v):
    return attend(q, kept_k, kept_v), torch.cat([kept_k, k], 1), torch.cat([kept_v, v], 1)


RIGHT = {
    check_temperature: [next_token_probs, by_hand, by_powers],
    check_top_k: [k_by_the_helper, k_by_ranks, k_by_logits],
    check_top_p: [p_by_the_helper, p_in_a_loop, nucleus(before)],
    check_read_next: [fused, head_by_head, step(attend)],
}
WRONG = {
    check_temperature: [
        (lambda z, t: (z * t).softmax(-1), "you multiplied by the temperature"),
        (lambda z, t: z.softmax(-1) / t, "you divided the probabilities"),
        (lambda z, t: z / t, "these are logits"),
        (lambda z, t: (z / t).exp(), "these are weights"),
        (lambda z, t: (z / t).log_softmax(-1), "these are logarithms"),
        (lambda z, t: z.softmax(-1) ** (1 / t), "its sum is no longer 1"),
        (lambda z, t: (z.softmax(-1) / t).softmax(-1), "a second softmax"),
        (lambda z, t: z.softmax(-1), "changes nothing"),
        (lambda z, t: (z / t).softmax(0), "over the batch"),
        (lambda z, t: (z / t).flatten().softmax(0).view_as(z), "over everything"),
        (lambda z, t: (z / 2).softmax(-1), "should be"),
        (lambda z, t: by_hand(z - z.min(), t), "holds nan"),
        (lambda z, t: (z / t**2).softmax(-1), "should be"),
    ],
    check_top_k: [
        (k_by_threshold, "also keeps all that tie"),
        (lambda P, k: P * (k_by_ranks(P, k) > 0), "must sum to 1 again"),
        (lambda P, k: normalised(P.topk(k).values), "must be there as zeros"),
        (lambda P, k: k_by_ranks(P.sort(-1, descending=True).values, k), "sorted"),
        (lambda P, k: (P * (k_by_ranks(P, k) > 0)).softmax(-1), "every zero"),
        (lambda P, k: P.where(k_by_ranks(P, k) > 0, -math.inf).softmax(-1), "its proportions"),
        (lambda P, k: (m := P * (k_by_ranks(P, k) > 0)) / m.sum(), "each row must"),
        (lambda P, k: P, "nothing is cut"),
        (lambda P, k: k_by_ranks(P, k - 1), "k - 1 tokens stay"),
        (lambda P, k: k_by_ranks(P, k + 1), "k + 1 tokens stay"),
        (lambda P, k: normalised(P * (k_by_ranks(-P, k) > 0)), "unlikeliest"),
        (lambda P, k: k_by_the_helper(P, 2), "a row keeps 2 tokens"),
        (lambda P, k: k_by_ranks(P.flip(0) if P.dim() > 1 else P, k), "own probability"),
        (lambda P, k: torch.zeros_like(P).scatter(-1, (t := P.topk(k)).indices, t.values), "sum"),
        (lambda P, k: k_by_ranks(P, P.topk(k).values.shape[-1]), "your code stopped"),
        (lambda P, k: normalised(P.scatter(-1, P.topk(k).indices, 0.0)), "should be"),
    ],
    check_top_p: [
        (nucleus(dropped), "the token that crosses p is dropped; without"),
        (nucleus(dropped, renormalise=False), "dropped, and the rest"),
        (nucleus(before, renormalise=False), "must sum to 1 again"),
        (nucleus(before, back=False), "sorted"),
        (nucleus(lambda values, p: values.cumsum(-1) - values <= p), "no third is needed"),
        (nucleus(before, descending=False), "unlikeliest"),
        (lambda P, p: normalised(P * before(P, p)), "of the sorted"),
        (lambda P, p: P * (p < P), "p is about their mass"),
        (lambda P, p: (m := P * (p_in_a_loop(P, p) > 0)) / m.sum(), "each row must"),
        (lambda P, p: P, "nothing is cut"),
        (lambda P, p: k_by_ranks(P, 3), "one token too many"),
        (lambda P, p: k_by_ranks(P, 2), "p = 0.25"),
        (nucleus(lambda values, p: values.cumsum(-1) < p + 0.1), "holds nan"),
        (nucleus(lambda values, p: before(values, min(p, 0.9))), "for p = 1"),
        (nucleus(lambda values, p: values.cumsum(0) - values < p), "two rows"),
    ],
    check_read_next: [
        (looks_before_it_appends, "does not see itself"),
        (forgets_the_first, "has not grown"),
        (step(attend, first=True), "stands first"),
        (step(attend, grow=False), "has not grown"),
        (lambda q, k, v, a, b: (attend(q, k, v), k, v), "the past must stay"),
        (step(lambda q, k, v: attend(q, k, v, 1)), "not divided by √hs"),
        (step(lambda q, k, v: attend(q, k, v, q.shape[-1])), "hs itself"),
        (step(lambda q, k, v: attend(q, k, v, k.shape[1] ** 0.5)), "the number of tokens"),
        (
            step(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)),
            "a causal mask",
        ),
        (step(lambda q, k, v: attend(q, k, v, axis=1)), "every weight is 1"),
        (step(lambda q, k, v: (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)), "the weights;"),
        (step(lambda q, k, v: attend(q, k, k)), "average the keys"),
        (step(lambda q, k, v: v[:, -1:]), "sees itself only"),
        (step(lambda q, k, v: attend(q, k, v).flip(0)), "should be"),
        (lambda *given: attend(*given[:3]), "return three things"),
    ],
}
