"""Numbers in any dress (a float, a list, numpy, torch) as float64, and checked."""

from collections.abc import Callable

import numpy as np


def numbers(values) -> np.ndarray:
    """Numbers, nested lists, numpy arrays or tensors (also with gradient, or on a GPU)."""
    if isinstance(values, (list, tuple)):
        values = [numbers(value) for value in values]
    if hasattr(values, "detach"):
        values = values.detach().cpu().double()
    return np.asarray(values, dtype=float)


def checked(name: str, values, holds: Callable, rule: str, advice: str) -> np.ndarray:
    """The numbers, if the rule holds for all; else ValueError with the first for which it fails."""
    array = numbers(values)
    good = holds(array)
    if not np.all(good):
        raise ValueError(f"{name} must {rule}; got {array[~good].flat[0]:g}. {advice}")
    return array


def plain(array):
    """An array of one number as a float, any other as it is."""
    return array.item() if np.ndim(array) == 0 else array
