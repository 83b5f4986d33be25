"""What a slip is: where it would stand in our code, and the tests that must then fail."""

from typing import NamedTuple


class Slip(NamedTuple):
    """In helpers/`file`, `old` (it stands there exactly once) becomes `new`; then `tests` fail.

    tests: node ids below tests/, without parameters or with them. by: the exception by which they
    fail, where it is not the failing of an assertion.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    by: str = "AssertionError"


def slip(name: str, file: str, old: str, new: str, *tests: str, by: str = "AssertionError") -> Slip:
    return Slip(name, file, old, new, tests, by)
