"""The exercises of all notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

One module per notebook, named after what it is about.
"""

from helpers.practice.exercises.attention import (
    check_causal_head,
    check_into_heads,
    check_looks_back,
)
from helpers.practice.exercises.bigram import (
    check_bigram_probs,
    check_conditional_entropy,
    check_mean_loss,
)
from helpers.practice.exercises.block import check_after_dropout, check_layer_norm, check_stream
from helpers.practice.exercises.generation import (
    check_read_next,
    check_temperature,
    check_top_k,
    check_top_p,
)
from helpers.practice.exercises.rnn_to_attention import check_look_up, check_unroll, check_waves
from helpers.practice.exercises.surprisal import (
    check_entropy_per_character,
    check_equal_choices,
    check_text_bits,
)
from helpers.practice.exercises.tokens import check_bits_per_character, check_blocks, check_merge
from helpers.practice.exercises.training import check_batch_loss, check_clipped, check_rate_at
from helpers.practice.exercises.transformer_to_gpt import (
    check_divergence,
    check_may_look,
    check_prefix_mask,
)

__all__ = [
    "check_after_dropout",
    "check_batch_loss",
    "check_bigram_probs",
    "check_bits_per_character",
    "check_blocks",
    "check_causal_head",
    "check_clipped",
    "check_conditional_entropy",
    "check_divergence",
    "check_entropy_per_character",
    "check_equal_choices",
    "check_into_heads",
    "check_layer_norm",
    "check_look_up",
    "check_looks_back",
    "check_may_look",
    "check_mean_loss",
    "check_merge",
    "check_prefix_mask",
    "check_rate_at",
    "check_read_next",
    "check_stream",
    "check_temperature",
    "check_text_bits",
    "check_top_k",
    "check_top_p",
    "check_unroll",
    "check_waves",
]
