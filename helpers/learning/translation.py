"""Translation: a Transformer learns pairs, and is asked for pairs it has not seen.

Notebook: *The Transformer*.
"""

import torch
from torch import nn

from helpers.basics.borders import takes
from helpers.learning.decoding import greedy
from helpers.learning.fitting import fit
from helpers.text.tasks.pairs import PAD, Pairs


@takes(model="model", pairs="with sources", batch_size="count")
def train(
    model: nn.Module, pairs: Pairs, *, steps: int, batch_size: int, lr: float, **options
) -> list[float]:
    """Make the targets likelier given their sources; returns the loss of every batch, in nats.

    Teacher forcing: at each place the decoder is given the true words so far, and is asked for the
    next one, at all places at once. options: those of `fit`.
    """

    def batch_loss():
        batch = pairs.sample(batch_size)
        return model(batch.sources, batch.targets[:, :-1], batch.targets[:, 1:])[1]

    return fit(model, batch_loss, steps=steps, lr=lr, **options)


@takes(model="model", pairs="with sources")
def exact_match(model: nn.Module, pairs: Pairs) -> float:
    """The share of pairs whose greedy translation is right to the last word."""
    return right(model, pairs).float().mean().item()


@takes(model="model", pairs="with sources")
def right(model: nn.Module, pairs: Pairs) -> torch.Tensor:
    """Which pairs are translated without a mistake: (N,) of True and False."""
    targets = pairs.targets
    written = greedy(model, pairs.sources, max_new_tokens=targets.shape[1] - 1)
    padding = targets.new_full((len(targets), targets.shape[1] - written.shape[1]), PAD)
    return (torch.cat([written, padding], dim=1) == targets).all(-1)
