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
from helpers.practice.exercises.ensemble import (
    check_error_of_mean,
    check_error_without_answers,
    check_geometric,
)
from helpers.practice.exercises.generation import (
    check_read_next,
    check_temperature,
    check_top_k,
    check_top_p,
)
from helpers.practice.exercises.images_and_alignment import (
    check_best_policy,
    check_image_again,
    check_preference_loss,
)
from helpers.practice.exercises.mixture import (
    check_m_step,
    check_mean_and_variance,
    check_who_answered,
)
from helpers.practice.exercises.rnn_to_attention import check_look_up, check_unroll, check_waves
from helpers.practice.exercises.routing import check_balance_of, check_gate_matrix, check_kept
from helpers.practice.exercises.sizes import (
    check_decay_groups,
    check_parameters_of,
    check_tied_logits,
)
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
    "check_balance_of",
    "check_batch_loss",
    "check_best_policy",
    "check_bigram_probs",
    "check_bits_per_character",
    "check_blocks",
    "check_causal_head",
    "check_clipped",
    "check_conditional_entropy",
    "check_decay_groups",
    "check_divergence",
    "check_entropy_per_character",
    "check_equal_choices",
    "check_error_of_mean",
    "check_error_without_answers",
    "check_gate_matrix",
    "check_geometric",
    "check_image_again",
    "check_into_heads",
    "check_kept",
    "check_layer_norm",
    "check_look_up",
    "check_looks_back",
    "check_m_step",
    "check_may_look",
    "check_mean_and_variance",
    "check_mean_loss",
    "check_merge",
    "check_parameters_of",
    "check_preference_loss",
    "check_prefix_mask",
    "check_rate_at",
    "check_read_next",
    "check_stream",
    "check_temperature",
    "check_text_bits",
    "check_tied_logits",
    "check_top_k",
    "check_top_p",
    "check_unroll",
    "check_waves",
    "check_who_answered",
]
