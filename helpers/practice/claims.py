"""A claim is a sentence of the text that a cell checks."""


class ClaimError(AssertionError):
    """A sentence of the course that turned out not to hold."""


def claim(statement: str, condition, measured=None) -> None:
    """Print "✓ statement", or raise ClaimError with the measured value when the condition is false.

    The measured value is shown only on failure, so a cell's text does not depend on the machine.

    >>> claim("Two and two make four.", 2 + 2 == 4)
    ✓ Two and two make four.
    """
    if not bool(condition):
        raise ClaimError(f"✗ {statement}" + ("" if measured is None else f" Measured: {measured}"))
    print(f"✓ {statement}")
