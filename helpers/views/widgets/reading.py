"""What a model, and what the truth, expect after a text."""

from collections.abc import Callable, Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

from helpers.basics.signature import signed
from helpers.learning import sampling
from helpers.models.modes import evaluating
from helpers.views.drawing.given import must
from helpers.views.drawing.wording import glyph

Truth = Callable[[str], Mapping[str, float]]  # prefix -> P(next character | prefix)


class TokenizerLike(Protocol):
    """What cuts a text into tokens and puts them together again: ours, or a published one."""

    encode: Callable
    decode: Callable


NO_TRUTH = "The grammar cannot write this text, so there is no truth to compare with."


def continuation(model: nn.Module, tokenizer, text: str, count: int, seed: int, **settings) -> str:
    """So many tokens as the model writes them after a text, fewer where it ends the text.

    settings: those of `Sampling`.
    """
    end = getattr(tokenizer, "end_of_text", None)
    idx = ids_of(model, tokenizer, text)[:, -model.config.block_size :]
    generator = torch.Generator().manual_seed(seed)
    written = sampling.generate(model, idx, count, generator=generator, end=end, **settings)
    ids = written[0, idx.shape[1] :].tolist()
    return tokenizer.decode(ids[: ids.index(end)] if end in ids else ids)


def true_probs(truth: Truth | None, text: str) -> Mapping[str, float] | None:
    """The true P(next character | text); None where there is no truth or it cannot go on."""
    try:
        return truth(text) if truth else None
    except ValueError:
        return None


def on_one_line(text: str) -> str:
    """The text with what is invisible written out, but for blanks."""
    return "".join(c if c == " " else glyph(c) for c in text)


@signed()
def next_probs(model: nn.Module, tokenizer: TokenizerLike, text: str) -> Tensor:
    """P(next token | the last block_size tokens of text): (V,), in eval mode, mode restored."""
    return sampling.next_token_probs(logits_after(model, tokenizer, text).float()).double()


def logits_after(model: nn.Module, tokenizer, text: str) -> Tensor:
    """The logits of the token after a text: (V,) in double precision; otherwise as next_probs."""
    ids = ids_of(model, tokenizer, text)[:, -model.config.block_size :]
    with evaluating(model), torch.no_grad():
        return model(ids)[0][0, -1].cpu().double()


def ids_of(model: nn.Module, tokenizer, text: str) -> Tensor:
    """A text as tokens where the model is, (1, n); ValueError for an empty one."""
    must(text, "The text must have at least one character", "an empty text", "Type some text.")
    device = next(model.parameters(), torch.empty(0)).device
    return torch.tensor([tokens_of(tokenizer, text)], device=device)


def tokens_of(tokenizer, text: str) -> list[int]:
    """A text as token numbers; the name of a special token, written by model or reader, is one."""
    known = {"allowed_special": "all"} if getattr(tokenizer, "special", None) else {}
    return tokenizer.encode(text, **known)
