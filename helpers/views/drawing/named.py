"""Named numbers, as plots are given them: name -> values."""

from collections.abc import Mapping

import numpy as np

from helpers.basics.numbers import array


def arrays(
    values: Mapping[str, object], shape: tuple[int | None, ...], rule: str, advice: str
) -> dict[str, np.ndarray]:
    """name -> array; ValueError unless there is one at least and each has that shape.

    shape: its lengths, None for one that is free but not 0; rule: what must hold, in words, and
    advice: what to try.
    """
    given = {name: array(each) for name, each in values.items()}
    shapes = {name: each.shape for name, each in given.items()}
    if not given or not all(_fits(found, shape) for found in shapes.values()):
        raise ValueError(f"{rule}; got shapes {shapes}. {advice}")
    return given


def distributions(probs: Mapping[str, object], n: int, what: str) -> dict[str, np.ndarray]:
    """name -> n probabilities, one for each of the `what`; ValueError for another number."""
    rule = f"There must be one probability for each of the {n} {what} (at least 1)"
    return arrays(probs, (n,), rule, "Try probs[-1], the last position's row.")


def _fits(found: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    same = len(found) == len(shape)
    return same and all(n and want in (None, n) for n, want in zip(found, shape, strict=True))
