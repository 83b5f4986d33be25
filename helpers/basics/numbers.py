"""Numbers as they come: a Python int or a numpy one, a list, an array or a tensor."""

import math
import operator
from collections.abc import Callable

import numpy as np


def whole(name: str, value, least: int = 1, most: int | None = None, advice: str = "") -> int:
    """The value as a plain int; ValueError unless it is a whole number in least … most.

    Whatever Python itself takes as an index counts: an int, a numpy integer, a tensor of one. True
    and 3.0 do not: who passes them meant something else. advice: what to try, as a sentence.

    >>> whole("steps", np.int64(8))
    8
    """
    try:
        number = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        allowed = f"≥ {least}" if most is None else f"in {least} … {most}"
        advice = advice or f"Try {name}={least if most is not None else max(1, least)}."
        raise ValueError(f"{name} must be a whole number {allowed}; got {value!r}. {advice}")
    return number


def real(name: str, value, holds: Callable, rule: str, advice: str) -> float:
    """The value as a plain float; ValueError unless it is one finite number that keeps the rule.

    An int, a float, a numpy number and a tensor of one count; True, "1" and [1.0] do not.

    >>> real("share", np.float64(0.5), lambda x: x <= 1, "be at most 1", "Try 1.")
    0.5
    """
    number = value.item() if getattr(value, "ndim", None) == 0 else value
    plain = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not (plain and math.isfinite(number) and holds(number)):
        raise ValueError(f"{name} must {rule}; got {value!r}. {advice}")
    return float(number)


def array(values) -> np.ndarray:
    """Numbers, nested lists, numpy arrays or tensors (also with gradient, or on a GPU) as float64.

    >>> array([1, [2.5]][0]).item()
    1.0
    """
    if isinstance(values, (list, tuple)):
        values = [array(value) for value in values]
    if hasattr(values, "detach"):
        values = values.detach().cpu().double()
    try:
        if (found := np.asarray(values)).dtype.kind in "biuf":  # NumPy would read "3", and None
            return found.astype(float, copy=False)
        came = f"{type(values).__name__} {values!r:.40}"
    except ValueError:
        came = "rows of different lengths"
    raise ValueError(
        f"Numbers must be a number, an array or equally long lists of them; got {came}. "
        "Convert texts by float(…), and leave out what is missing."
    )


def checked(name: str, values, holds: Callable, rule: str, advice: str) -> np.ndarray:
    """The numbers, if the rule holds for all; else ValueError with the first for which it fails."""
    numbers = array(values)
    good = holds(numbers)
    if not np.all(good):
        raise ValueError(f"{name} must {rule}; got {numbers[~good].flat[0]:g}. {advice}")
    return numbers
