"""Notebook 04: the bigram."""

import torch


def bigram_probs(counts, extra):
    marks = counts + extra
    return marks / marks.sum(-1, keepdim=True)


def mean_loss(logits, targets):
    largest = logits.max(-1, keepdim=True).values
    z = logits - largest
    log_probs = z - z.exp().sum(-1, keepdim=True).log()
    return -log_probs[torch.arange(len(targets)), targets].mean()


def conditional_entropy(pairs):
    conditional = pairs / pairs.sum(-1, keepdim=True)
    terms = torch.where(pairs > 0, pairs * conditional.log(), 0.0)
    return -terms.sum()
