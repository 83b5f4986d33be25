"""Repeats: a random segment over and over, to be predicted only by copying its last round.

The task of the induction lab in notebook *Attention*, after Olsson et al. 2022, who look for the
heads that solve it in every Transformer.
"""

import math

import torch
from torch import Tensor

from helpers.basics.borders import takes

SHORTEST, LONGEST = 8, 20  # tokens in a segment, every length with equal chance


@takes(batch_size="count", block_size="count", vocab_size="count", generator="generator")
def sample(
    batch_size: int, block_size: int, vocab_size: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """A random batch: x, y (B, T), y one step later. Each row repeats a random segment of its own.

    A segment has 8 to 20 tokens, drawn from the whole vocabulary with equal chance.
    """
    periods = torch.randint(SHORTEST, LONGEST + 1, (batch_size, 1), generator=generator)
    segments = torch.randint(vocab_size, (batch_size, LONGEST), generator=generator)
    rows = segments.gather(1, torch.arange(block_size + 1) % periods)  # (B, T + 1)
    return rows[:, :-1], rows[:, 1:]


@takes(x="ids B T", y="ids B T", vocab_size="count")
def surprisals(x: Tensor, y: Tensor, vocab_size: int) -> Tensor:
    """-ln P(y[b, t] | x[b, :t+1]) in nats, exactly: the least loss, knowing how rows are made.

    x, y: (B, T) as `sample` gives them. Returns (B, T), doubles on the CPU: ln V while nothing can
    have been repeated, and almost nothing once the first repeat has shown how long the segment is.
    ValueError for rows that do not repeat.
    """
    rows = torch.cat([x[:, :1], y], dim=1).cpu()  # (B, T + 1)
    periods = range(SHORTEST, LONGEST + 1)
    each = torch.stack([_log_probs(rows, period, vocab_size) for period in periods])
    total = each.logsumexp(0)  # (B, T + 2): ln P(the first n tokens) + ln 13
    if not total.isfinite().all():
        raise ValueError(
            f"Every row must repeat a segment of {SHORTEST} to {LONGEST} tokens from its start; "
            f"row {(~total.isfinite()).any(1).nonzero()[0].item()} does not. Try repeats.sample."
        )
    return (total[:, :-1] - total[:, 1:])[:, 1:]


def _log_probs(rows: Tensor, period: int, vocab_size: int) -> Tensor:
    """ln P(the first n tokens | the period), n = 0 … N: (B, N) -> (B, N + 1); -∞ if impossible."""
    same = torch.ones_like(rows, dtype=torch.float64)
    same[:, period:] = (rows[:, period:] == rows[:, :-period]).double()
    possible = torch.nn.functional.pad(same.cumprod(1), (1, 0), value=1.0)
    drawn = torch.arange(rows.shape[1] + 1).clamp(max=period)  # random tokens so far
    return possible.log() - drawn.double() * math.log(vocab_size)
