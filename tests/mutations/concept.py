"""What a wrong concept is: where it would stand, and the claim of a notebook that it breaks."""

from typing import NamedTuple


class Concept(NamedTuple):
    """In `file`, `old` (it stands there exactly once) becomes `new`; then the claim fails.

    file: below helpers/, or "" for the notebook's own code cells. notebook: its name without the
    number, such as "the_block". claim: how the statement begins that must turn out false. Where a
    test can find the mistake, it is a slip: this list is for what only a notebook notices.
    """

    name: str
    notebook: str
    claim: str
    file: str
    old: str
    new: str


def concept(name: str, notebook: str, claim: str, file: str, old: str, new: str) -> Concept:
    return Concept(name, notebook, claim, file, old, new)
