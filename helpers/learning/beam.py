"""Beam search: keep the few likeliest texts found so far, instead of one (greedy) or all.

What it looks for is the likeliest text. Its source is Lowerre 1976; for Transformers, Vaswani et
al. 2017, §6.1; the division by a power of the length, Wu et al. 2016, §7.
Built in notebook *Generate*.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.learning.sampling import Reader, check_prompt
from helpers.models.modes import evaluating

NextLogProbs = Callable[[Tensor], Tensor]  # ids (n, S) -> ln P(next token | ids), (n, V)


class Hypothesis(NamedTuple):
    """A text that was found: the prompt and what was written, and ln P(written | prompt)."""

    tokens: list[int]
    log_prob: float


@takes(next_log_probs="call", prompt="list", length_power="real")
def search(
    next_log_probs: NextLogProbs,
    prompt: list[int],
    width: int,
    max_new_tokens: int,
    end: int | None = None,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """The `width` likeliest continuations that were found, likeliest first.

    Width 1 is greedy; a beam as wide as there are texts finds them all. A text that wrote `end` is
    finished. Sums of ln P favour short texts: length_power 1 ranks by the mean per token instead.
    ValueError for a width below 1 or a negative number of tokens.
    """
    _check(width, max_new_tokens)
    start, best = len(prompt), [Hypothesis(list(prompt), 0.0)]

    def score(h: Hypothesis) -> float:
        return h.log_prob / max(1, len(h.tokens) - start) ** length_power

    for _ in range(max_new_tokens):
        growing = [h for h in best if h.tokens[start:][-1:] != [end]]
        if not growing:
            break
        log_probs = next_log_probs(torch.tensor([h.tokens for h in growing]))
        # What has ended stays in the race as it is, against all that has grown.
        ended = [h for h in best if h.tokens[start:][-1:] == [end]]
        longer = _continued(growing, log_probs, width)
        best = sorted(ended + longer, key=score, reverse=True)[:width]
    return best


def _continued(texts: list[Hypothesis], log_probs: Tensor, width: int) -> list[Hypothesis]:
    """Each text with each of its `width` likeliest next tokens, impossible ones left out."""
    if log_probs.isnan().any():
        raise ValueError(
            "The next token must have a probability; got NaN. If the model has diverged, load an "
            "earlier one or train with a smaller lr."
        )
    values, tokens = log_probs.topk(min(width, log_probs.shape[-1]))
    return [
        Hypothesis([*text.tokens, token], text.log_prob + value)
        for text, row, ids in zip(texts, values.tolist(), tokens.tolist(), strict=True)
        for value, token in zip(row, ids, strict=True)
        if value > float("-inf")
    ]


def _check(width: int, max_new_tokens: int) -> None:
    whole("width", width, advice="Try 4; a width of 1 is greedy.")
    whole("max_new_tokens", max_new_tokens, least=0)


@torch.no_grad()
@takes(model="model")
def beam_search(
    model: nn.Module, idx: Tensor, max_new_tokens: int, width: int, **options
) -> list[Hypothesis]:
    """`search` through what a GPT may write after one prompt: idx (1, T ≥ 1).

    options: the end and the length_power of `search`. The model runs in eval mode with a cache, and
    its own mode is restored. ValueError as `search` and `generate`.
    """
    check_prompt(model, idx, max_new_tokens)
    if len(idx) != 1:
        raise ValueError(f"A beam starts from one prompt; got {len(idx)}. Try idx[:1].")
    with evaluating(model):
        follower = _Follower(model, idx.device)
        return search(follower, idx[0].tolist(), width, max_new_tokens, **options)


class _Follower:
    """ln P of the next token after texts that grow by one; the cache follows the texts kept."""

    def __init__(self, model: nn.Module, device: torch.device):
        self.reader, self.device, self.seen = Reader(model), device, []

    def __call__(self, ids: Tensor) -> Tensor:
        rows = ids.tolist()
        if self.seen:  # each text goes on from the keys and values of the one it continues
            self.reader.keep([self.seen.index(row[:-1]) for row in rows])
        self.seen = rows
        # on the CPU: `search` reads all of it, and not every device has doubles
        return self.reader.last_logits(ids.to(self.device)).cpu().double().log_softmax(-1)
