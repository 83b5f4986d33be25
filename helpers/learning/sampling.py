"""Sampling: from logits to a distribution, from the distribution to a token, again and again.

Sources: top-k, Fan et al. 2018; top-p (nucleus), Holtzman et al. 2020; min-p, Nguyen et al. 2024.
Built in notebooks *Train a GPT* and *Generate*.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, takes
from helpers.basics.kinds import check_tensor
from helpers.basics.numbers import real, whole
from helpers.models import quick
from helpers.models.modes import evaluating

COLDEST = 1e-30  # below it a temperature is 0 for all that float32 can tell
ROUNDING = 1e-6  # of a sum of probabilities: eight tenths may be a little less than 0.8
OR_ALL = "None keeps every token."
RULES = {
    "temperature": (lambda t: t >= 0, "be a finite number ≥ 0", "Try 1.0, or 0 for arg max."),
    "top_p": (lambda p: 0 < p <= 1, "lie in (0, 1]", f"Try 0.9; {OR_ALL}"),
    "min_p": (lambda p: 0 <= p <= 1, "lie in [0, 1]", f"Try 0.1; {OR_ALL}"),
}


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn: temperature first, then top-k, then min-p, then top-p.

    temperature: logits are divided by it; 0 is arg max. top_k: keep the k likeliest tokens. min_p:
    keep those with at least min_p times the probability of the likeliest. top_p: keep the fewest
    likeliest whose mass reaches it. None keeps every token. ValueError for a setting out of range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None

    def __post_init__(self):
        for name, rule in RULES.items():
            value = getattr(self, name)
            if value is not None or name == "temperature":
                object.__setattr__(self, name, real(name, value, *rule))  # numpy's become plain
        if self.top_k is not None:
            top_k = whole("top_k", self.top_k, advice=f"Try 40; {OR_ALL}")
            object.__setattr__(self, "top_k", top_k)

    def probs(self, logits: Tensor) -> Tensor:
        """The distribution that the next token is drawn from: (..., V) -> (..., V).

        Each row sums to 1. A token with logit -∞ keeps probability 0.
        """
        check_logits(logits)
        if self.temperature < COLDEST:  # arg max: all on one token, also where several are equal
            return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
        largest = logits.amax(-1, keepdim=True)  # taken off first: then no exponential overflows
        probs = ((logits - largest) / self.temperature).softmax(-1)
        if self.top_k is not None and self.top_k < probs.shape[-1]:
            probs = keep_top_k(probs, self.top_k)
        if self.min_p:  # 0 keeps every token, as None does
            probs = keep_min_p(probs, self.min_p)
        return probs if self.top_p in (None, 1) else keep_top_p(probs, self.top_p)


def check_logits(logits: Tensor) -> None:
    """ValueError unless every row has a largest number; looked at on the CPU alone, at no wait."""
    check_tensor("logits", logits, "stream", ["...", "V"], {})
    # 0 · NaN and 0 · ∞ are NaN, and NaN counts as any: quicker than isfinite().all()
    if logits.device.type == "cpu" and (0 * logits.amax(-1)).any():
        raise ValueError(
            "Logits must be numbers, at least one of a row above -∞; got NaN or infinity. If the "
            "model has diverged, load an earlier one or train with a smaller lr."
        )


@takes(probs="chances ... V", k="count")
def keep_top_k(probs: Tensor, k: int) -> Tensor:
    """The k likeliest tokens of each row, k ≤ V, made to sum to 1: (..., V) -> (..., V)."""
    values, tokens = probs.topk(k)
    return _renormalised(torch.zeros_like(probs).scatter(-1, tokens, values))  # each at its place


@takes(probs="chances ... V", p="share")
def keep_min_p(probs: Tensor, p: float) -> Tensor:
    """The tokens at least p times as likely as the likeliest of their row, made to sum to 1."""
    least = p * probs.amax(-1, keepdim=True)  # high where the model is sure, low where it is not
    return _renormalised(probs.where(probs >= least, 0.0))


@takes(probs="chances ... V", p="share")
def keep_top_p(probs: Tensor, p: float) -> Tensor:
    """The fewest likeliest tokens of each row whose mass reaches p, made to sum to 1."""
    values, tokens = probs.sort(dim=-1, descending=True, stable=True)
    likelier = values.cumsum(-1).roll(1, -1)  # the mass of all likelier tokens
    likelier[..., 0] = 0.0  # none is likelier than the first
    values = values.where(likelier < p - ROUNDING, 0.0)  # the token that crosses p stays
    return _renormalised(torch.zeros_like(probs).scatter(-1, tokens, values))


def _renormalised(kept: Tensor) -> Tensor:
    return kept / kept.sum(-1, keepdim=True)


def next_token_probs(logits: Tensor, *settings, **named) -> Tensor:
    """The distribution that the next token is drawn from: (..., V) -> (..., V).

    settings: those of `Sampling`, by place or by name. ValueError for one out of range.

    >>> next_token_probs(torch.tensor([0.0, 0.0, -9.0]), temperature=2.0, top_k=2)
    tensor([0.5000, 0.5000, 0.0000])
    """
    return Sampling(*settings, **named).probs(logits)


@takes(model="model", generator="generator")
def generate(
    model: nn.Module,
    idx: Tensor,
    max_new_tokens: int,
    *,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
    end: int | None = None,
    **settings,
) -> Tensor:
    """Continue each prompt by max_new_tokens tokens: idx (B, T ≥ 1) -> (B, T + max_new_tokens).

    settings: those of `Sampling` (temperature, top_k, top_p, min_p). end: the token that ends a
    text (`tokenizer.end_of_text`): a row that has written it is filled up with it, and when all
    rows have, the writing stops. The model runs in eval mode and its own mode is restored. Past
    block_size the window slides and is read anew for every token. Cached and uncached text are
    equal. ValueError for an empty prompt or a bad setting.
    """
    sampling = Sampling(**settings)
    check_prompt(model, idx, max_new_tokens)
    if end is not None:
        end = whole("end", end, 0, model.config.vocab_size - 1, "Use tokenizer.end_of_text.")
    with evaluating(model), torch.inference_mode():  # no_grad, and a tenth quicker
        reader = Reader(model, len(idx), use_cache)
        here = generator is None or generator.device == idx.device
        one_token = quick.draw if here else draw  # the same tokens, sooner
        ended = torch.zeros_like(idx[:, :1], dtype=torch.bool)
        for _ in range(max_new_tokens):
            new = one_token(sampling.probs(reader.last_logits(idx)), generator)
            if end is not None:
                new = new.masked_fill(ended, end)
                ended = new == end
            idx = torch.cat([idx, new], dim=1)
            if end is not None and ended.all():
                break
    return idx.clone()  # an ordinary tensor, which a model may also be trained on


@explained(probs="chances B V", generator="generator")
def draw(probs: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One token from each row: (B, V) -> (B, 1). The generator may live on another device."""
    at = generator.device if generator else probs.device
    return torch.multinomial(probs.to(at), 1, generator=generator).to(probs.device)


class Reader:
    """A model's logits after texts that grow; with a cache it reads only what is new."""

    def __init__(self, model: nn.Module, batch_size: int = 1, use_cache: bool = True):
        cached = use_cache and hasattr(model, "new_cache")
        self.model, self.cache = model, model.new_cache(batch_size) if cached else []
        self.one_more = quick.one_more(model, self.cache)

    def last_logits(self, idx: Tensor) -> Tensor:
        """Logits for the token after each text: (B, S) -> (B, V)."""
        window = self.model.config.block_size
        if not self.cache or idx.shape[1] > window:
            # Every token of a window that slides has a new position: no key kept would be right.
            return self.model(idx[:, -window:])[0][:, -1]
        new = idx[:, self.cache[0].length :]
        if self.one_more and new.shape[1] == 1:
            return self.one_more(new)
        return self.model(new, cache=self.cache)[0][:, -1]

    def keep(self, rows: list[int]) -> None:
        """Go on from these rows of the batch, in this order; one may be named twice."""
        for layer in self.cache:
            layer.keys, layer.values = layer.keys[rows], layer.values[rows]


def check_prompt(model: nn.Module, idx: Tensor, max_new_tokens: int) -> None:
    """ValueError unless idx is (B, T ≥ 1) of the model's own tokens and the count is ≥ 0."""
    tensor = isinstance(idx, Tensor)
    if not tensor or idx.dim() != 2 or not idx.numel() or idx.dtype != torch.int64:
        got = f"{idx.dtype} {tuple(idx.shape)}" if tensor else f"{type(idx).__name__} {idx!r:.40}"
        raise ValueError(
            "A prompt must be int64 tokens of shape (B, T) with T ≥ 1; "
            f"got {got}. Try torch.tensor([tokenizer.encode('\\n')])."
        )
    if not 0 <= int(idx.min()) <= int(idx.max()) < model.config.vocab_size:
        raise ValueError(
            f"Prompt tokens must lie in 0 … {model.config.vocab_size - 1}; "
            f"got {int(idx.min())} … {int(idx.max())}. Encode it with the model's own tokenizer."
        )
    whole("max_new_tokens", max_new_tokens, least=0)
