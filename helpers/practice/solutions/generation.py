"""Notebook 08: generation."""

import math

import torch


def tempered(logits, temperature):
    return (logits / temperature).softmax(-1)


def keep_k(probs, k):
    values, tokens = probs.topk(min(k, probs.shape[-1]))
    kept = torch.zeros_like(probs).scatter(-1, tokens, values)
    return kept / kept.sum(-1, keepdim=True)


def keep_nucleus(probs, p):
    values, tokens = probs.sort(descending=True)
    before = values.cumsum(-1) - values  # the mass of all likelier tokens
    kept = torch.zeros_like(probs).scatter(-1, tokens, values * (before < p))
    return kept / kept.sum(-1, keepdim=True)


def read_next(q, k, v, kept_k, kept_v):
    keys, values = torch.cat([kept_k, k], dim=1), torch.cat([kept_v, v], dim=1)
    scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (nh, 1, t + 1)
    return scores.softmax(-1) @ values, keys, values
