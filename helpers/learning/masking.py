"""Masks in training: one small GPT under any mask, scored position by position. Notebook 02."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.learning.fitting import fit
from helpers.models import masks
from helpers.models.attention import with_mask
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import evaluating
from helpers.text import batches


def trained_under(
    visible: Tensor,
    config: GPTConfig,
    ids: Tensor,
    *,
    steps: int = 300,
    batch_size: int = 64,
    lr: float = 1e-2,
    seed: int = 0,
) -> nn.Module:
    """A new GPT trained to predict the next token while its layers look through this mask.

    visible: (T, T), T = block_size; ids: (N,) tokens. The same seed starts from the same weights
    and sees the same batches whatever the mask is. ValueError if a position sees none.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = with_mask(GPT(config), visible)
    loss = _next_token(model, ids, batch_size)
    fit(model, loss, steps=steps, lr=lr, seed=seed, progress=False)
    return model


def _next_token(model: nn.Module, ids: Tensor, batch_size: int) -> Callable[[], Tensor]:
    return lambda: model(*batches.sample(ids, batch_size, model.config.block_size))[1]


def mask_of(model: nn.Module) -> Tensor:
    """The mask that a GPT's layers look through: (T, T), causal unless `with_mask` set one."""
    causal = masks.causal(model.config.block_size)
    return getattr(model.blocks[0].attention, "visible", causal)


@torch.no_grad()
def losses_by_position(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """-ln P(next) at each position of every window: x, y (B, T) -> (B, T) nats. In eval mode."""
    with evaluating(model):
        logits, _ = model(x)
    return F.cross_entropy(logits.mT, y, reduction="none")


def below(losses: Tensor, truth: Tensor) -> Tensor:
    """Where a model pays less than the truth by more than chance: (B, T) nats each -> (T,).

    True where the mean difference is more than four standard errors below 0: a leak.
    """
    difference = losses - truth
    return difference.mean(0) < -4 * difference.std(0) / len(difference) ** 0.5
