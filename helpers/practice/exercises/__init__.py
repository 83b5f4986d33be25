"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.attention import (
    check_causal_head,
    check_into_heads,
    check_looks_back,
)
from helpers.practice.exercises.generation import check_temperature

__all__ = ["check_causal_head", "check_into_heads", "check_looks_back", "check_temperature"]
