"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.bigram import (
    check_bigram_probs,
    check_conditional_entropy,
    check_mean_loss,
)
from helpers.practice.exercises.generation import check_temperature
from helpers.practice.exercises.rnn_to_attention import check_look_up, check_unroll, check_waves
from helpers.practice.exercises.surprisal import (
    check_entropy_per_character,
    check_equal_choices,
    check_text_bits,
)
from helpers.practice.exercises.tokens import check_bits_per_character, check_blocks, check_merge
from helpers.practice.exercises.transformer_to_gpt import (
    check_divergence,
    check_may_look,
    check_prefix_mask,
)

__all__ = [
    "check_bigram_probs",
    "check_bits_per_character",
    "check_blocks",
    "check_conditional_entropy",
    "check_divergence",
    "check_entropy_per_character",
    "check_equal_choices",
    "check_look_up",
    "check_may_look",
    "check_mean_loss",
    "check_merge",
    "check_prefix_mask",
    "check_temperature",
    "check_text_bits",
    "check_unroll",
    "check_waves",
]
