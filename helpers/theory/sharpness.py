"""How sharply attention picks, and what is left of the gradient when it does.

With independent standard normal q and k of width d, Var(q·k) = d: unscaled scores grow with the
width until the softmax gives everything to one key. Source: Vaswani et al. 2017, §3.2.1 and its
footnote 4. Built in notebook *From RNN to attention*.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.theory import probability


class Sharpness(NamedTuple):
    """Means over rows of weights. entropy: nats, at most ln n. largest: the largest weight.

    gradient: the trace of the softmax's Jacobian, Σ p(1 - p), as a share of its largest value,
    1 - 1/n, which equal weights have: 1 when even, 0 when one key takes all.
    """

    entropy: float
    largest: float
    gradient: float


def sharpness(weights: Tensor) -> Sharpness:
    """What rows of attention weights are like on average: (..., n), n ≥ 2, rows that sum to 1.

    >>> sharpness(torch.tensor([[0.5, 0.5], [1.0, 0.0]]))[1:]
    (0.75, 0.5)
    """
    weights = probability.distribution(weights)
    entropy = probability.entropy(weights).mean().item()
    trace = (1 - weights.square().sum(-1)).mean().item()
    n = whole("The number of weights in a row", weights.shape[-1], 2)
    return Sharpness(entropy, weights.amax(-1).mean().item(), trace / (1 - 1 / n))


@takes(widths="list", n_keys="count", draws="count")
def random_scores(widths: list[int], n_keys: int = 16, draws: int = 1000, seed: int = 0) -> Tensor:
    """q·k for independent standard normal queries and keys: (len(widths), draws, n_keys).

    widths grow; the vectors of a smaller width are the first numbers of those of a larger one.
    ValueError unless they do.
    """
    if not all(a < b for a, b in zip([0, *widths], widths, strict=False)):
        raise ValueError(f"widths must be ≥ 1 and grow; got {widths}. Try [1, 2, 4].")
    generator = torch.Generator().manual_seed(whole("seed", seed, 0))
    total, drawn, rows = torch.zeros(draws, n_keys), 0, []
    for width in widths:
        q = torch.randn(draws, 1, width - drawn, generator=generator)
        k = torch.randn(draws, n_keys, width - drawn, generator=generator)
        total, drawn = total + (q * k).sum(-1), width
        rows.append(total)
    return torch.stack(rows)
