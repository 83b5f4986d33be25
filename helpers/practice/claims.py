"""A claim is a sentence of the text that a cell checks."""

from collections.abc import Mapping

from helpers.views.drawing.wording import number

LONGEST = 100  # characters: what does not fit beside a sentence is shown on failure only


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
    shown = _shown(measured) if _is_rounded(measured) else ""
    fits = 0 < len(shown) <= LONGEST
    print(f"✓ {statement.removesuffix('.')}: ≈ {shown}" if fits else f"✓ {statement}")


def _parts(measured) -> dict | list | float | str | None:
    """Arrays and named tuples as lists and dictionaries."""
    if hasattr(measured, "tolist"):  # a tensor, an array, or one number of either
        return measured.tolist()
    return measured._asdict() if hasattr(measured, "_asdict") else measured


def _is_rounded(measured) -> bool:
    """Whether it holds a number that rounding may have touched, or a text that was written."""
    measured = _parts(measured)
    if isinstance(measured, Mapping):
        measured = list(measured.values())
    if isinstance(measured, (list, tuple)):
        return any(map(_is_rounded, measured))
    return isinstance(measured, (float, str))


def _shown(measured) -> str:
    """Numbers with three digits, texts as they are, names before what they name."""
    measured = _parts(measured)
    if isinstance(measured, Mapping):
        return ", ".join(f"{name} {_shown(value)}" for name, value in measured.items())
    if isinstance(measured, (list, tuple)):
        return ", ".join(map(_shown, measured))
    return number(measured) if isinstance(measured, (int, float)) else str(measured)
