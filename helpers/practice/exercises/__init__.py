"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.attention import (
    check_causal_head,
    check_into_heads,
    check_looks_back,
)
from helpers.practice.exercises.block import (
    check_after_dropout,
    check_layer_norm,
    check_stream,
)
from helpers.practice.exercises.generation import (
    check_read_next,
    check_temperature,
    check_top_k,
    check_top_p,
)
from helpers.practice.exercises.training import (
    check_batch_loss,
    check_clipped,
    check_rate_at,
)

__all__ = [
    "check_after_dropout",
    "check_batch_loss",
    "check_causal_head",
    "check_clipped",
    "check_into_heads",
    "check_layer_norm",
    "check_looks_back",
    "check_rate_at",
    "check_read_next",
    "check_stream",
    "check_temperature",
    "check_top_k",
    "check_top_p",
]
