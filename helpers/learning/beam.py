"""Beam search: keep the few likeliest texts found so far, instead of one (greedy) or all.

What it looks for is the likeliest text. Its source is Lowerre 1976; for Transformers, Vaswani et
al. 2017, §6.1; the division by a power of the length, Wu et al. 2016, §7. Built in notebook 08.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.learning.sampling import check_prompt

NextLogProbs = Callable[[Tensor], Tensor]  # texts (n, S) -> ln P(next token | text), (n, V)


class Hypothesis(NamedTuple):
    """A text that was found: the prompt and what was written, and ln P(written | prompt)."""

    tokens: list[int]
    log_prob: float


def search(
    next_log_probs: NextLogProbs,
    prompt: list[int],
    width: int,
    longest: int,
    end: int | None = None,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """The `width` likeliest continuations that were found, likeliest first.

    Each round continues every text by every token and keeps the `width` best of all; so width 1 is
    greedy, and a beam as wide as there are texts finds them all. A text that wrote `end` is
    finished and stays in the race; `longest` counts the tokens written. Sums of ln P favour short
    texts: length_power 1 ranks by the mean instead. ValueError for a bad width or length.
    """
    _check(width, longest)
    best, start = [Hypothesis(list(prompt), 0.0)], len(prompt)

    def rank(h: Hypothesis) -> float:
        return -h.log_prob / max(1, len(h.tokens) - start) ** length_power

    def is_open(h: Hypothesis) -> bool:
        return len(h.tokens) == start or h.tokens[-1] != end

    for _ in range(longest):
        if not (growing := list(filter(is_open, best))):
            break
        log_probs = next_log_probs(torch.tensor([h.tokens for h in growing]))
        finished = [h for h in best if not is_open(h)]
        best = sorted(finished + _continued(growing, log_probs, width), key=rank)[:width]
    return best


def _continued(texts: list[Hypothesis], log_probs: Tensor, width: int) -> list[Hypothesis]:
    """Each text with each of its `width` likeliest next tokens, impossible ones left out."""
    values, tokens = log_probs.topk(min(width, log_probs.shape[-1]))
    return [
        Hypothesis([*text.tokens, token], text.log_prob + value)
        for text, row, ids in zip(texts, values.tolist(), tokens.tolist(), strict=True)
        for value, token in zip(row, ids, strict=True)
        if value > float("-inf")
    ]


@torch.no_grad()
def beam_search(
    model: nn.Module,
    idx: Tensor,
    max_new_tokens: int,
    width: int,
    *,
    end: int | None = None,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """`search` through what a GPT may write after one prompt: idx (1, T ≥ 1).

    The model runs in eval mode with a cache, and its own mode is restored. ValueError as `search`
    and `generate`.
    """
    check_prompt(model, idx, max_new_tokens)
    if len(idx) != 1:
        raise ValueError(f"A beam starts from one prompt; got {len(idx)}. Try idx[:1].")
    was_training, read = model.training, _Reader(model.eval(), idx.device)
    try:
        return search(read, idx[0].tolist(), width, max_new_tokens, end, length_power)
    finally:
        model.train(was_training)


class _Reader:
    """A model's answer after texts that grow by one token; its cache follows the texts kept."""

    def __init__(self, model: nn.Module, device: torch.device):
        self.model, self.device, self.seen = model, device, []
        self.cache = model.new_cache(1) if hasattr(model, "new_cache") else None

    def __call__(self, texts: Tensor) -> Tensor:
        window, texts = self.model.config.block_size, texts.to(self.device)
        if not self.cache or texts.shape[1] > window:
            logits = self.model(texts[:, -window:])[0]
        else:
            self._follow(texts.tolist())
            logits = self.model(texts[:, self.cache[0].length :], cache=self.cache)[0]
        return logits[:, -1].double().log_softmax(-1)

    def _follow(self, texts: list[list[int]]) -> None:
        """Give every text the keys and values of the shorter text it continues."""
        if self.seen:
            rows = [self.seen.index(text[:-1]) for text in texts]
            for layer in self.cache:
                layer.keys, layer.values = layer.keys[rows], layer.values[rows]
        self.seen = texts


def _check(width: int, longest: int) -> None:
    for name, value, least in (("width", width, 1), ("longest", longest, 0)):
        if not (type(value) is int and value >= least):
            raise ValueError(
                f"{name} must be a whole number ≥ {least}; got {value!r}. A width of 1 is greedy."
            )
