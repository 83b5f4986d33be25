"""A claim is a sentence of the text that a cell checks."""

from collections.abc import Mapping

from helpers.views.drawing.wording import number

MOST = 6  # numbers: more than these are shown on failure only


class ClaimError(AssertionError):
    """A sentence of the course that turned out not to hold."""


def claim(statement: str, condition, measured=None) -> None:
    """Print "✓ statement", or raise ClaimError when the condition is false.

    measured: what the sentence rests on: real numbers, several of them, or a text that the caller
    wrote. It follows the sign ≈, and only what follows that sign may differ from machine to
    machine. Whole numbers and names are exact: they belong into the statement.

    >>> claim("Two and two make four.", 2 + 2 == 4)
    ✓ Two and two make four.
    >>> claim("The RNN pays less than half of what the bigram pays.", True, "0.99 < 1.14")
    ✓ The RNN pays less than half of what the bigram pays: ≈ 0.99 < 1.14
    >>> claim("Both train.", True, {"plain": 1.2345, "gated": 0.5})
    ✓ Both train: ≈ plain 1.23, gated 0.500
    """
    if not bool(condition):
        raise ClaimError(f"✗ {statement}" + ("" if measured is None else f" Measured: {measured}"))
    shown = _shown(measured)
    print(f"✓ {statement.removesuffix('.')}: ≈ {shown}" if shown else f"✓ {statement}")


def _shown(measured) -> str:
    """A text as it is, numbers with three digits; "" if there is nothing to compare at a glance."""
    if isinstance(measured, str):
        return measured
    measured = measured.tolist() if hasattr(measured, "tolist") else measured  # tensors, arrays
    measured = measured._asdict() if hasattr(measured, "_asdict") else measured
    if isinstance(measured, Mapping):
        names, values = [f"{name} " for name in measured], list(measured.values())
    else:
        values = list(measured) if isinstance(measured, (list, tuple)) else [measured]
        names = [""] * len(values)
    numbers = all(isinstance(value, (int, float)) for value in values)
    rounded = any(isinstance(value, float) for value in values)  # whole numbers are exact
    if not (numbers and rounded and len(values) <= MOST):
        return ""
    return ", ".join(name + number(value) for name, value in zip(names, values, strict=True))
