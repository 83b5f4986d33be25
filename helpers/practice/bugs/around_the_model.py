"""Bugs around the model: in the batches, the optimizer, the sampling and the router's losses.

Do not copy from here. Each function has one plausible mistake in it and runs without an error; they
are found with the tools of `helpers.practice.checks` in notebook *Bugs that still train*.
"""

import torch
from torch import Tensor, nn

from helpers.learning.sampling import draw, next_token_probs


def unshifted_windows(ids: Tensor, starts: Tensor, block_size: int) -> tuple[Tensor, Tensor]:
    """Windows of a text, and their targets."""
    steps = torch.arange(block_size, device=starts.device)
    return ids[starts[:, None] + steps], ids[starts[:, None] + steps]


def decay_on_everything(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW with weight decay."""
    return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)


@torch.no_grad()
def generate_as_it_is(model: nn.Module, idx: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Continue a text by n tokens."""
    for _ in range(n):
        logits, _ = model(idx[:, -model.config.block_size :])
        idx = torch.cat([idx, draw(next_token_probs(logits[:, -1]), generator)], dim=1)
    return idx


@torch.no_grad()
def generate_with_a_sliding_cache(model: nn.Module, idx: Tensor, n: int) -> Tensor:
    """Continue a text by the likeliest tokens; a full cache drops its oldest entry."""
    cache = model.eval().new_cache(len(idx))
    logits, _ = model(idx, cache=cache)
    for _ in range(n):
        idx = torch.cat([idx, logits[:, -1:].argmax(-1)], dim=1)
        for layer in cache if cache[0].length == model.config.block_size else []:
            layer.keys, layer.values = layer.keys.roll(-1, 2), layer.values.roll(-1, 2)
            layer.length -= 1
        logits, _ = model(idx[:, -1:], cache=cache)
    return idx


def nucleus_without_the_last(probs: Tensor, p: float) -> Tensor:
    """Keep the likeliest tokens whose mass reaches p: (V,) -> (V,), renormalised."""
    values, tokens = probs.sort(descending=True)
    kept = values.masked_fill(values.cumsum(-1) > p, 0.0)
    return torch.zeros_like(probs).scatter(-1, tokens, kept / kept.sum())


def constant_balance_loss(logits: Tensor, k: int) -> Tensor:
    """E · Σ f_i P_i of the chosen experts: logits (N, E) -> a scalar."""
    asked = torch.zeros_like(logits).scatter(-1, logits.topk(k).indices, 1.0)
    f, P = asked.mean(0), (asked / k).mean(0)  # shares of the tokens, shares of the choices
    return logits.shape[-1] * (f * P).sum()


def balance_loss_times_k(logits: Tensor, k: int) -> Tensor:
    """E · Σ f_i P_i: logits (N, E) -> a scalar."""
    asked = torch.zeros_like(logits).scatter(-1, logits.topk(k).indices, 1.0)
    f, P = asked.mean(0), logits.softmax(-1).mean(0)
    return logits.shape[-1] * (f * P).sum()
