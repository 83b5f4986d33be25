"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.generation import check_temperature
from helpers.practice.exercises.sizes import (
    check_decay_groups,
    check_parameters_of,
    check_tied_logits,
)

__all__ = [
    "check_decay_groups",
    "check_parameters_of",
    "check_temperature",
    "check_tied_logits",
]
