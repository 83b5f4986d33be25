"""Notebook 07: training."""

import math

import torch


def rate_at(step, steps, peak, warmup):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / (steps - warmup)
    return peak * (0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2)


def batch_loss(logits, idx):
    targets = idx[:, 1:]
    log_probs = logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1))
    return -log_probs.mean()


def clipped(gradients, most):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    factor = min(1.0, most / norm)
    return [factor * g for g in gradients]
