"""Decoding: from P(Y | X) to one Y, greedily or with a beam. Notebook 02.

Source: Vaswani et al. 2017, §6.1 (beam search); the search itself goes back to Lowerre 1976.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.text.pairs import END, PAD, START


class Hypothesis(NamedTuple):
    """A target that has been written, and ln P of it. tokens: START first, END last if finished."""

    tokens: list[int]
    log_prob: float

    @property
    def finished(self) -> bool:
        return self.tokens[-1] == END


@torch.no_grad()
def greedy(model: nn.Module, source: Tensor, longest: int) -> Tensor:
    """The likeliest token each time: source (B, S) -> (B, ≤ longest + 1).

    Rows begin with START; behind END there is only <pad>. `longest` counts the tokens written. The
    source is read once. In eval mode; the model's mode is restored.
    """
    was_training = model.training
    try:
        return _greedy(model.eval(), source, longest)
    finally:
        model.train(was_training)


def _greedy(model: nn.Module, source: Tensor, longest: int) -> Tensor:
    read = model.encode(source)
    idx = torch.full((len(source), 1), START, device=source.device)
    ended = torch.zeros_like(idx, dtype=torch.bool)
    while idx.shape[1] <= longest and not ended.all():
        best = model.decode(idx, *read)[:, -1:].argmax(-1)  # (B, 1)
        idx = torch.cat([idx, best.masked_fill(ended, PAD)], dim=1)
        ended |= best == END
    return idx


@torch.no_grad()
def beam(model: nn.Module, source: Tensor, width: int, longest: int) -> list[Hypothesis]:
    """The `width` likeliest targets that were found for one source (1, S), likeliest first.

    In every round the hypotheses that have not ended are continued by every token, and the `width`
    best of all stay, ended ones included; so width 1 is greedy, and a beam as wide as there are
    targets finds them all. Sums of ln P favour short targets. In eval mode, mode restored.
    """
    _check(source, width)
    was_training = model.training
    try:
        return _beam(model.eval(), source, width, longest)
    finally:
        model.train(was_training)


def _beam(model: nn.Module, source: Tensor, width: int, longest: int) -> list[Hypothesis]:
    memory, visible = model.encode(source)
    best = [Hypothesis([START], 0.0)]
    for _ in range(longest):
        ended, open_ = ([h for h in best if h.finished is end] for end in (True, False))
        if not open_:
            break
        idx = torch.tensor([h.tokens for h in open_], device=source.device)
        logits = model.decode(idx, memory.expand(len(idx), -1, -1), visible)[:, -1]
        best = _best(ended + _continued(open_, logits.log_softmax(-1), width), width)
    return best


def _continued(hypotheses: list[Hypothesis], log_probs: Tensor, width: int) -> list[Hypothesis]:
    """Each hypothesis with each of its `width` likeliest next tokens: log_probs (n, V)."""
    values, tokens = log_probs.topk(min(width, log_probs.shape[-1]))
    return [
        Hypothesis([*h.tokens, token], h.log_prob + value)
        for h, row, ids in zip(hypotheses, values.tolist(), tokens.tolist(), strict=True)
        for value, token in zip(row, ids, strict=True)
    ]


def _best(hypotheses: list[Hypothesis], width: int) -> list[Hypothesis]:
    return sorted(hypotheses, key=lambda h: -h.log_prob)[:width]


def _check(source: Tensor, width: int) -> None:
    if source.dim() != 2 or len(source) != 1:
        raise ValueError(
            f"A beam searches for one source (1, S) at a time; got shape {tuple(source.shape)}. "
            "Try source[:1]."
        )
    if not (isinstance(width, int) and width >= 1):
        raise ValueError(f"width must be a whole number ≥ 1; got {width!r}. 1 is greedy.")
