"""The exercises: `check_...(answer)`, `.hint()`, `.solution()`; one module for a notebook."""
