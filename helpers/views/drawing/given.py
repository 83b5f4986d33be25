"""What a picture is given: checked, or refused with what must hold, what came and what to try."""

from collections.abc import Mapping

import numpy as np

from helpers.basics.numbers import array


def must(holds: object, rule: str, got: object, advice: str) -> None:
    """ValueError unless it holds: the rule, what came instead, and what to try."""
    if not holds:
        raise ValueError(f"{rule}; got {got}. {advice}")


def arrays(
    values: Mapping[str, object], shape: tuple[int | None, ...], rule: str, advice: str
) -> dict[str, np.ndarray]:
    """name -> array; ValueError unless there is one at least and each has that shape.

    shape: its lengths, None for one that is free but not 0; rule: what must hold, in words, and
    advice: what to try.
    """
    found = {name: array(each) for name, each in values.items()}
    shapes = {name: each.shape for name, each in found.items()}
    fits = found and all(_fits(each, shape) for each in shapes.values())
    must(fits, rule, f"shapes {shapes}", advice)
    return found


def distributions(probs: Mapping[str, object], n: int, what: str) -> dict[str, np.ndarray]:
    """name -> n probabilities, one for each of the `what`; ValueError for another number."""
    rule = f"There must be one probability for each of the {n} {what} (at least 1)"
    found = arrays(probs, (n,), rule, "Try probs[-1], the last position's row.")
    least = min(each.min() for each in found.values())
    must(least >= 0, f"{rule}, none below 0", f"{least:g}", "Try logits.softmax(-1).")
    return found


def _fits(found: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    same = len(found) == len(shape)
    return same and all(n and want in (None, n) for n, want in zip(found, shape, strict=True))
