"""Sampling: from logits to a distribution, from the distribution to a token, again and again.

Sources: top-k, Fan et al. 2018; top-p (nucleus), Holtzman et al. 2020. Built in notebooks 07, 08.
"""

import math

import torch
from torch import Tensor, nn

COLDEST = 1e-30  # below it a temperature is 0 for all that float32 can tell


def next_token_probs(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    """The distribution the next token is drawn from: temperature, then top-k, then top-p.

    logits: (..., V). Returns (..., V); each row sums to 1. temperature=0 is arg max. top_k keeps
    the k likeliest tokens; top_p keeps the fewest likeliest tokens whose mass reaches it, the one
    that crosses included. ValueError for a setting outside its range.
    """
    check_settings(temperature, top_k, top_p)
    if temperature < COLDEST:
        return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
    probs = ((logits - logits.amax(-1, keepdim=True)) / temperature).softmax(-1)
    if top_k is not None and top_k < probs.shape[-1]:
        probs = _keep_top_k(probs, top_k)
    return probs if top_p in (None, 1) else _keep_top_p(probs, top_p)


def _keep_top_k(probs: Tensor, k: int) -> Tensor:
    values, tokens = probs.topk(k)
    return _renormalised(probs, tokens, values)


def _keep_top_p(probs: Tensor, p: float) -> Tensor:
    values, tokens = probs.sort(dim=-1, descending=True, stable=True)
    likelier = values.cumsum(-1).roll(1, -1)  # the mass of all likelier tokens
    likelier[..., 0] = 0.0
    return _renormalised(probs, tokens, values.masked_fill(likelier >= p, 0.0))


def _renormalised(probs: Tensor, tokens: Tensor, values: Tensor) -> Tensor:
    kept = torch.zeros_like(probs).scatter(-1, tokens, values)
    return kept / kept.sum(-1, keepdim=True)


def check_settings(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """ValueError unless temperature ≥ 0 and finite, top_k a whole number ≥ 1, top_p in (0, 1]."""
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(
            f"temperature must be a finite number ≥ 0; got {temperature}. "
            "Try 1.0, or 0 for arg max."
        )
    if top_k is not None and not (type(top_k) is int and top_k >= 1):
        raise ValueError(f"top_k must be a whole number ≥ 1; got {top_k}. None keeps every token.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie in (0, 1]; got {top_p}. None keeps every token.")


def generate(
    model: nn.Module,
    idx: Tensor,
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Continue each prompt by max_new_tokens tokens: idx (B, T ≥ 1) -> (B, T + max_new_tokens).

    The model runs in eval mode and its own mode is restored. Past block_size the window slides;
    with learned positions every cached key then stands at a wrong place, so the window is read
    anew. Cached and uncached text are equal. ValueError for an empty prompt or a bad setting.
    """
    check_settings(temperature, top_k, top_p)
    check_prompt(model, idx, max_new_tokens)
    was_training = model.training
    try:
        with torch.inference_mode():  # no_grad, and a tenth quicker
            reader = _Reader(model.eval(), len(idx), use_cache)
            for _ in range(max_new_tokens):
                probs = next_token_probs(reader.last_logits(idx), temperature, top_k, top_p)
                idx = torch.cat([idx, draw(probs, generator)], dim=1)
    finally:
        model.train(was_training)
    return idx.clone()  # an ordinary tensor, which a model may also be trained on


def draw(probs: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One token from each row: (B, V) -> (B, 1). The generator may live on another device."""
    at = generator.device if generator else probs.device
    return torch.multinomial(probs.to(at), 1, generator=generator).to(probs.device)


class _Reader:
    """The model's answer after a growing text; with a cache it reads only what is new."""

    def __init__(self, model: nn.Module, batch_size: int, use_cache: bool):
        self.model = model
        self.cache = (
            model.new_cache(batch_size) if use_cache and hasattr(model, "new_cache") else None
        )

    def last_logits(self, text: Tensor) -> Tensor:
        """Logits for the token after the text: (B, S) -> (B, V)."""
        window = self.model.config.block_size
        if not self.cache or text.shape[1] > window:
            return self.model(text[:, -window:])[0][:, -1]
        return self.model(text[:, self.cache[0].length :], cache=self.cache)[0][:, -1]


def check_prompt(model: nn.Module, idx: Tensor, max_new_tokens: int) -> None:
    """ValueError unless idx is (B, T ≥ 1) of the model's own tokens and the count is ≥ 0."""
    if idx.dim() != 2 or idx.shape[1] == 0 or idx.dtype != torch.int64:
        raise ValueError(
            "A prompt must be int64 tokens of shape (B, T) with T ≥ 1; "
            f"got {idx.dtype} {tuple(idx.shape)}. Try torch.tensor([tokenizer.encode('\\n')])."
        )
    if not 0 <= int(idx.min()) <= int(idx.max()) < model.config.vocab_size:
        raise ValueError(
            f"Prompt tokens must lie in 0 … {model.config.vocab_size - 1}; "
            f"got {int(idx.min())} … {int(idx.max())}. Encode it with the model's own tokenizer."
        )
    if not (isinstance(max_new_tokens, int) and max_new_tokens >= 0):
        raise ValueError(f"max_new_tokens must be a whole number ≥ 0; got {max_new_tokens!r}.")
