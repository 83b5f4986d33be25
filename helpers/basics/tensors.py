"""Numbers as float64 tensors; apart from `numbers`, which does without PyTorch."""

import torch
from torch import Tensor

from helpers.basics.numbers import array


def double(values) -> Tensor:
    """Numbers, nested lists, an array or a tensor (its gradient kept) as a float64 tensor.

    >>> double([1, 2])
    tensor([1., 2.], dtype=torch.float64)
    """
    if isinstance(values, Tensor):
        return values.cpu().double()
    return torch.from_numpy(array(values).copy())
