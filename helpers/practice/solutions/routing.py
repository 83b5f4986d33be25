"""Notebook 13: mixture of experts in GPT."""

import torch


def gate_matrix(logits, k):
    best, experts = logits.topk(k, dim=-1)
    return torch.zeros_like(logits).scatter(-1, experts, best.softmax(-1))


def balance_of(logits, k):
    N, E = logits.shape
    experts = logits.topk(k, dim=-1).indices
    f = torch.bincount(experts.flatten(), minlength=E) / (k * N)
    P = logits.softmax(-1).mean(0)
    return E * (f * P).sum()


def kept(experts, n_expert, places):
    asked = torch.nn.functional.one_hot(experts, n_expert)  # (N, E)
    before = asked.cumsum(0) - asked  # how many asked each expert before this token
    return (before * asked).sum(1) < places
