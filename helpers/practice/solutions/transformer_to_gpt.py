"""Notebook 02: masks, and the distance from the truth."""

import torch


def may_look(T):
    return torch.ones(T, T, dtype=torch.bool).tril()


def prefix_mask(T, n):
    mask = torch.ones(T, T, dtype=torch.bool).tril()
    mask[:n, :n] = True
    return mask


def divergence(p, q):
    terms = torch.where(p > 0, p * (p / q).log(), 0.0)
    return terms.sum(-1)
