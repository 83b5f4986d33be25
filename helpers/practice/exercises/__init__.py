"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.generation import check_temperature

__all__ = ["check_temperature"]
