"""Numbers in, numbers of the same kind out: lists, numpy arrays and tensors for one formula."""

import functools
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def double(values) -> Tensor:
    """Numbers, nested lists, an array or a tensor (its gradient kept) as a float64 tensor.

    >>> double([1, 2])
    tensor([1., 2.], dtype=torch.float64)
    """
    if isinstance(values, Tensor):
        return values.cpu().double()
    return torch.from_numpy(np.array(values, dtype=np.float64))


def in_kind(function: Callable) -> Callable:
    """Let a function of tensors answer in numpy arrays when its first argument is one.

    Tensors and arrays do not mix in one expression, so an answer should be of the asker's kind.
    """

    @functools.wraps(function)
    def answer(x, *rest, **options):
        found = function(x, *rest, **options)
        return _as_numpy(found) if isinstance(x, np.ndarray) else found

    return answer


def _as_numpy(found):
    if isinstance(found, Tensor):
        return found.detach().numpy()
    parts = map(_as_numpy, found)
    return type(found)(*parts) if hasattr(found, "_fields") else tuple(parts)
