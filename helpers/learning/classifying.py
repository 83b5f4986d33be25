"""Classifying: a class at every position of a text, and where it is right.

Notebook: *BERT, GPT and the mask*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.learning.fitting import fit
from helpers.models.modes import device_of, evaluating


@takes(model="model", ids="tokens N", classes="tokens N", batch_size="count")
def train(
    model: nn.Module, ids: Tensor, classes: Tensor, *, batch_size: int, **options
) -> list[float]:
    """Make the classes likelier: ids, classes (N,), one class for each token; the batches' losses.

    The model sees random windows of block_size tokens. options: those of `fit`, steps and lr too.
    """
    T, device = _checked(ids, model.config.block_size), device_of(model)
    ids, classes = ids.to(device), classes.to(device)

    def batch_loss():
        starts = torch.randint(len(ids) - T + 1, (batch_size,)).to(device)  # none is needed after
        return model(_window(ids, starts, T), _window(classes, starts, T))[1]

    return fit(model, batch_loss, **options)


@torch.no_grad()
@takes(model="model", ids="tokens N", classes="ids N")
def right(model: nn.Module, ids: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """Where the likeliest class is the true one, in windows side by side.

    ids, classes: (N,). Returns the windows' starts (W,) and (W, T) of True and False. In eval mode.
    """
    T = _checked(ids, model.config.block_size)
    ids, classes = ids.to(device_of(model)), classes.to(device_of(model))
    starts = torch.arange(0, len(ids) - T + 1, T, device=ids.device)
    with evaluating(model):
        guesses = model(_window(ids, starts, T))[0].argmax(-1)
    return starts, guesses == _window(classes, starts, T)


def _checked(ids: Tensor, T: int) -> int:
    if len(ids) < T:
        raise ValueError(
            f"A text must fill a window of block_size = {T} tokens; got {len(ids)}. "
            "Use a longer text or a model with a smaller block_size."
        )
    return T


def _window(values: Tensor, starts: Tensor, T: int) -> Tensor:
    return values[starts[:, None] + torch.arange(T, device=values.device)]
