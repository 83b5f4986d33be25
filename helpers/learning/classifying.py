"""Classifying: a class at every position of a text, and where it is right. Notebook 02."""

import torch
from torch import Tensor, nn

from helpers.learning.fitting import fit
from helpers.models.modes import device_of, evaluating
from helpers.text import batches


def train(
    model: nn.Module, ids: Tensor, classes: Tensor, *, batch_size: int, **options
) -> list[float]:
    """Make the classes likelier: ids, classes (N,), one class for each token; the batches' losses.

    The model sees random windows of block_size tokens. options: those of `fit`, steps and lr too.
    """
    T, device = model.config.block_size, device_of(model)
    ids, classes = ids.to(device), classes.to(device)

    def batch_loss():
        starts = torch.randint(len(ids) - T, (batch_size,)).to(device)
        return model(_window(ids, starts, T), _window(classes, starts, T))[1]

    return fit(model, batch_loss, **options)


@torch.no_grad()
def right(model: nn.Module, ids: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """Where the likeliest class is the true one, in windows side by side.

    ids, classes: (N,). Returns the windows' starts (W,) and (W, T) of True and False. In eval mode.
    """
    ids, classes = ids.to(device_of(model)), classes.to(device_of(model))
    starts, T = batches.even_starts(ids, model.config.block_size), model.config.block_size
    with evaluating(model):
        guesses = model(_window(ids, starts, T))[0].argmax(-1)
    return starts, guesses == _window(classes, starts, T)


def _window(values: Tensor, starts: Tensor, T: int) -> Tensor:
    return values[starts[:, None] + torch.arange(T, device=values.device)]
