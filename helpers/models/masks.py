"""Masks: who may look at whom. True in row t, column s: position t may look at position s.

Source: Vaswani et al. 2017, §3.2.3 (illegal connections are set to -∞). Notebooks:
*BERT, GPT and the mask*, *Attention*.
"""

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import whole


@takes(T="count")
def causal(T: int, S: int | None = None, device: torch.device | None = None) -> Tensor:
    """Everything up to oneself: (T, S), the T last of S positions (S = T when not given).

    >>> causal(3).int().tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    S = T if S is None else whole("S", S, T)  # the T are the last of them
    return torch.ones(T, S, dtype=torch.bool, device=device).tril(S - T)


@takes(T="count", S="count None")
def full(T: int, S: int | None = None) -> Tensor:
    """Everything, the future too: (T, S). The encoder's mask, and the cross-attention's."""
    return torch.ones(T, T if S is None else S, dtype=torch.bool)


def prefix(T: int, known: int) -> Tensor:
    """The first `known` positions see one another; the others see everything up to themselves.

    >>> prefix(3, 2).int().tolist()
    [[1, 1, 0], [1, 1, 0], [1, 1, 1]]
    """
    visible, known = causal(T), whole("known", known, 0, T)
    visible[:, :known] = True  # also from before: the known part is not written, it is read
    return visible


def window(T: int, width: int, S: int | None = None, device: torch.device | None = None) -> Tensor:
    """Oneself and the width - 1 positions before, a sliding window: (T, S), as in `causal`.

    >>> window(3, 2).int().tolist()
    [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    """
    visible = causal(T, S, device)
    return visible.triu(visible.shape[1] - T + 1 - whole("width", width))


@takes(T="count")
def diagonal(T: int) -> Tensor:
    """Every position sees itself alone: (T, T). Nothing is brought from elsewhere."""
    return torch.eye(T, dtype=torch.bool)


@takes(visible="mask T T")
def leaks(visible: Tensor) -> bool:
    """Whether some position may look at a later one: (T, T), anything above the diagonal."""
    return bool(visible.triu(1).any())


def check(visible: Tensor) -> Tensor:
    """The mask itself. ValueError unless it is boolean and every position may look somewhere."""
    if getattr(visible, "dtype", None) != torch.bool:
        kind = getattr(visible, "dtype", type(visible).__name__)
        raise ValueError(f"A mask must be boolean; got {kind}. Try torch.as_tensor(mask).bool().")
    # "meta" holds no values, and for a GPU's a forward would wait: it was checked when it was made
    if visible.device.type == "cpu" and not visible.any(-1).all():
        row = (~visible.any(-1)).nonzero()[0, -1].item()
        raise ValueError(
            f"Every position must look somewhere, or its weights are 0/0; position {row} sees "
            "nobody. Try to let it look at itself."
        )
    return visible
