"""Evaluation: the loss on text the model has not seen, and how far that is from the truth.

Built in notebooks *The bigram and its floor* and *Train a GPT*.
"""

import math

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, takes
from helpers.basics.numbers import whole
from helpers.models.modes import evaluating
from helpers.text import batches, playwright

TOKENS_AT_ONCE, TOKENS_ENOUGH = 8192, 32_768


@takes(model="model", ids="tokens N", at_most="count None")
def token_losses(
    model: nn.Module, ids: Tensor, at_most: int | None = None
) -> tuple[Tensor, Tensor]:
    """-ln P(token | the window before it) for evenly spaced windows of a text.

    ids: (N,). Returns the windows' starts (W,) and the losses (W, T) in nats, where losses[w, t]
    belongs to token starts[w] + t + 1. Always the same windows; eval mode, restored afterwards.
    """
    ids, block_size = ids.to(next(model.parameters()).device), model.config.block_size
    starts = batches.even_starts(ids, block_size, at_most)
    parts = starts.split(max(1, TOKENS_AT_ONCE // block_size))
    windows = (batches.windows(ids, part, block_size) for part in parts)
    return starts, torch.cat([losses_by_position(model, x, y) for x, y in windows])


@torch.no_grad()
@explained(y="tokens B T <V")
@takes(model="model", x="tokens B T", y="tokens B T")
def losses_by_position(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """-ln P(next) at each position of every window: x, y (B, T) -> (B, T) nats. In eval mode."""
    with evaluating(model):
        return nn.functional.cross_entropy(model(x)[0].mT, y, reduction="none")


@takes(model="model", ids="tokens N", tokens="count None")
def evaluate(model: nn.Module, ids: Tensor, tokens: int | None = TOKENS_ENOUGH) -> float:
    """The mean loss in nats per token over evenly spaced windows, the same ones every time.

    ids: (N,). tokens: about how many to score; None scores all that windows side by side cover.
    """
    at_most = None if tokens is None else max(1, whole("tokens", tokens) // model.config.block_size)
    return token_losses(model, ids, at_most)[1].mean().item()


@takes(model="model", tokenizer="with decode", text="text")
def excess(
    model: nn.Module, tokenizer, text: str, at_most: int | None = None
) -> tuple[float, float]:
    """How many nats per character the model pays above the truth, and its standard error.

    -ln q + ln p on the same characters of a Playwright text, scored on the second half of each
    window, where the model has read at least half a window. p is exact and knows the text from its
    start; a token pays for all its characters. The expected value is never below 0. ValueError for
    a text that the grammar cannot write, or one of fewer than two windows.
    """
    starts, losses = token_losses(model, torch.tensor(tokenizer.encode(text)), at_most)
    block_size = model.config.block_size
    scored = torch.arange(block_size // 2, block_size)
    lengths, truth = _by_token(tokenizer, text)
    places = starts.cpu()[:, None] + scored + 1
    paid = (losses[:, scored].cpu() - truth[places]).sum(-1)
    if len(paid) < 2:
        raise ValueError(
            f"A standard error needs at least two windows of {block_size} tokens; the text "
            f"has {len(text):,} characters. Use a longer text: 60,000 characters measure well."
        )
    characters = lengths[places].sum(-1)  # in each window
    mean = paid.sum() / characters.sum()
    error = (paid - mean * characters).std() / characters.double().mean() / math.sqrt(len(paid))
    return mean.item(), error.item()


def _by_token(tokenizer, text: str) -> tuple[Tensor, Tensor]:
    """Each token's number of characters and its -ln p, (N,) each."""
    lengths = torch.tensor([len(tokenizer.decode([i])) for i in tokenizer.encode(text)])
    truth = math.log(2) * torch.tensor(playwright.surprisals(text), dtype=torch.float64)
    through = torch.cat([truth.new_zeros(1), truth.cumsum(0)])[lengths.cumsum(0)]
    return lengths, through.diff(prepend=through.new_zeros(1))
