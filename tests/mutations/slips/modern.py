"""Slips of the parts after GPT-2, and of reading weights that others have written."""

from tests.mutations.slip import slip

LLAMA = "models/test_llama.py::test_logits_are_those_of_transformers"
SMALL_GGUF = "models/test_smollm.py::test_logits_of_a_small_gguf_are_those_of_transformers"
PARTS = "models/test_modern_parts.py"
WHOLE = "models/test_modern.py"

MODERN = [
    slip(
        "rotary positions with the wrong pairs",
        "models/positions.py",
        "a, b = x.chunk(2, dim=-1)",
        "a, b = x[..., ::2], x[..., 1::2]",
        f"{PARTS}::test_rotary_equals_transformers",
        f"{LLAMA}[llama]",
    ),
    slip(
        "a GGUF whose pairs are taken for halves",
        "models/positions.py",
        "(n_head, -1, 2)).transpose(1, 2).flatten(0, 2)",
        "(n_head, -1, 2)).flatten(0, 2)",
        f"{PARTS}::test_the_two_pairings_differ_by_a_permutation_of_rows_and_only_by_that",
        SMALL_GGUF,
    ),
    slip(
        "groups whose keys are repeated in the wrong order",
        "models/grouped.py",
        "x[:, :, None].expand(-1, -1, self.n_head // x.shape[1], -1, -1).flatten(1, 2)",
        "x.repeat(1, self.n_head // x.shape[1], 1, 1)",
        f"{PARTS}::test_grouped_attention_is_plain_attention_whose_keys_are_repeated",
        f"{LLAMA}[llama]",
    ),
    slip(
        "values that are turned, too",
        "models/grouped.py",
        "self.turn(k, past), v\n",
        "self.turn(k, past), self.turn(v, past)\n",
        f"{WHOLE}::test_values_are_not_turned[two heads of keys]",
        f"{LLAMA}[llama]",
    ),
    slip(
        "rotary positions that begin again behind the cache",
        "models/positions.py",
        "table[past : past + x.shape[-2]]",
        "table[: x.shape[-2]]",
        f"{WHOLE}::test_the_same_text_is_written_with_a_cache_and_without[two heads of keys]",
        "models/test_rotary.py::test_a_rotary_gpt_reads_the_same_with_a_cache",
    ),
    slip(
        "a norm without its weight",
        "models/norms.py",
        "return self.weight * x *",
        "return x *",
        f"{PARTS}::test_rms_norm_equals_pytorchs",
        f"{LLAMA}[llama]",
    ),
    slip(
        "a norm without epsilon",
        "models/norms.py",
        "keepdim=True) + self.eps)",
        "keepdim=True))",
        f"{PARTS}::test_rms_norm_equals_pytorchs[0.3]",
        f"{PARTS}::test_rms_norm_keeps_the_mean_and_leaves_zeros_alone",
    ),
    slip(
        "an epsilon outside the root",
        "models/norms.py",
        "torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)",
        "(torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) + self.eps)",
        f"{PARTS}::test_rms_norm_equals_pytorchs[0.3]",
    ),
    slip(
        "queries and keys normalised after they are turned",
        "models/grouped.py",
        "return self.query_norm(q), self.key_norm(k), v",
        "return self.turn(q, 0), self.turn(k, 0), v",
        f"{PARTS}::test_normalised_scores_do_not_grow_with_the_matrices",
        f"{LLAMA}[qwen3]",
    ),
    slip(
        "a window one place too wide",
        "models/masks.py",
        "visible.shape[1] - T + 1 -",
        "visible.shape[1] - T -",
        f"{PARTS}::test_one_layer_of_a_window_hears_nothing_from_beyond_it",
        f"{LLAMA}[mistral]",
    ),
    slip(
        "a gate in the place of what is gated",
        "models/mlp.py",
        "F.silu(self.gate(x)) * self.expand(x)",
        "self.gate(x) * F.silu(self.expand(x))",
        f"{PARTS}::test_swiglu_equals_llamas",
        f"{LLAMA}[mixtral]",
    ),
    slip(
        "four bits read from the wrong half of a byte",
        "models/rounded.py",
        "[rows[:, 4:] & 15, rows[:, 4:] >> 4]",
        "[rows[:, 4:] >> 4, rows[:, 4:] & 15]",
        "models/test_rounded.py::test_q4_1_by_hand",
    ),
    slip(
        "blanks before a digit that are cut as before a letter",
        "text/smollm.py",
        r"\s+(?![^\s\p{N}])",
        r"\s+(?!\S)",
        "text/test_smollm.py::test_several_blanks_before_a_digit_stay_together",
    ),
    slip(
        "angles that are stretched the wrong way for a longer text",
        "models/positions.py",
        "super().angles(config) / self.FACTOR",
        "super().angles(config) * self.FACTOR",
        "models/test_longer_positions.py::test_no_angle_of_a_text_four_times_as_long_is_new",
    ),
    slip(
        "a larger base that slows the last pair by too little",
        "models/positions.py",
        "base * factor ** (hs / (hs - 2))",
        "base * factor",
        "models/test_longer_positions.py::test_the_larger_base_leaves_the_fastest_pair_and_slows"
        "_the_slowest_by_the_factor[4]",
    ),
    slip(
        "latent attention without the key that carries the place",
        "theory/decoders.py",
        "return latent + turned",
        "return latent",
        "theory/test_decoders.py::test_latent_attention_by_hand",
    ),
    slip(
        "a window that keeps the whole text",
        "theory/decoders.py",
        "length if w is None else min(w, length) for w",
        "length for w",
        "theory/test_decoders.py::test_a_window_keeps_no_more_than_it_is_wide",
    ),
    slip(
        "a query that seeks what comes after it",
        "views/widgets/rotary.py",
        "math.cos(turn * (distance - seeks))",
        "math.cos(turn * (distance + seeks))",
        "views/test_rotary_widget.py::test_the_score_is_highest_at_the_distance_that_the_query_seeks",
    ),
]
