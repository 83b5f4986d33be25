"""Masks in training: one small GPT under any mask, scored position by position.

Notebook: *BERT, GPT and the mask*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.learning.evaluation import losses_by_position
from helpers.learning.fitting import fit
from helpers.models import masks
from helpers.models.attention import with_mask
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches

__all__ = ["below", "losses_by_position", "mask_of", "trained_under"]


@takes(visible="mask T T", config="with n_embd", ids="tokens N")
def trained_under(
    visible: Tensor, config: GPTConfig, ids: Tensor, *, steps: int = 300, seed: int = 0
) -> nn.Module:
    """A new GPT trained to predict the next token while its layers look through this mask.

    visible: (T, T), T = block_size; ids: (N,) tokens. The same seed starts from the same weights
    and sees the same batches whatever the mask is. ValueError if a position sees none.
    """
    with torch.random.fork_rng():
        torch.manual_seed(whole("seed", seed, 0))
        model = with_mask(GPT(config), visible)

    def batch_loss() -> Tensor:
        return model(*batches.sample(ids, 64, config.block_size))[1]

    fit(model, batch_loss, steps=steps, lr=1e-2, seed=seed, progress=False)
    return model


@takes(model="model")
def mask_of(model: nn.Module) -> Tensor:
    """The mask that a GPT's layers look through: (T, T), causal unless `with_mask` set one."""
    causal = masks.causal(model.config.block_size)
    return getattr(model.blocks[0].attention, "visible", causal)


@takes(losses="numbers B T", truth="numbers B T")
def below(losses: Tensor, truth: Tensor) -> Tensor:
    """Where a model pays less than the truth by more than chance: (B, T) nats each -> (T,).

    True where the mean difference is more than four standard errors below 0: a leak.
    """
    difference = losses - truth
    return difference.mean(0) < -4 * difference.std(0) / len(difference) ** 0.5
