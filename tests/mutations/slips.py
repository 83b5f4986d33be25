"""Slips that people have made: where each would stand in our code, and the tests that must fail.

Add a slip here whenever a mistake was made or seen elsewhere, with fast tests only.
"""

from typing import NamedTuple


class Slip(NamedTuple):
    """In helpers/`file`, `old` (it stands there exactly once) becomes `new`; then `tests` fail.

    tests: node ids below tests/, without parameters or with them. by: the exception by which they
    fail, where it is not the failing of an assertion.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    by: str = "AssertionError"


def _slip(
    name: str, file: str, old: str, new: str, *tests: str, by: str = "AssertionError"
) -> Slip:
    return Slip(name, file, old, new, tests, by)


TEXT = [
    _slip(
        "targets that are not one step later",
        "text/batches.py",
        "return text[:, :-1], text[:, 1:]",
        "return text[:, :-1], text[:, :-1]",
        "text/test_batches.py::test_targets_are_the_inputs_one_step_later",
    ),
    _slip(
        "training on the validation text",
        "text/batches.py",
        "return ids[:cut], ids[cut:]",
        "return ids, ids[cut:]",
        "text/test_batches.py::test_the_split_is_contiguous_and_loses_nothing",
    ),
    _slip(
        "the last window never drawn",
        "text/batches.py",
        "torch.randint(_last_start(ids, block_size) + 1,",
        "torch.randint(_last_start(ids, block_size),",
        "text/test_batches.py::test_every_window_is_drawn_equally_often",
    ),
    _slip(
        "the latest merge first",
        "text/bpe.py",
        "min(known)[1]",
        "max(known)[1]",
        "text/test_bpe.py::test_two_letters_only_equal_tiktoken",
    ),
    _slip(
        "an entropy that forgets a sign",
        "text/expectation.py",
        "- sum(p * math.log2(p) for p in grammar.passages[name].then.values())",
        "+ sum(p * math.log2(p) for p in grammar.passages[name].then.values())",
        "text/test_expectation.py::test_the_entropy_of_a_scene_is_that_of_the_list",
    ),
]

ATTENTION = [
    _slip(
        "no causal mask",
        "models/attention.py",
        "rate, is_causal=T == S)",
        "rate, is_causal=False)",
        "models/test_attention.py::test_a_later_token_never_changes_an_earlier_output",
        "models/test_attention.py::test_the_layer_equals_pytorchs",
    ),
    _slip(
        "a causal mask without the diagonal",
        "models/masks.py",
        "dtype=torch.bool).tril(S - T)",
        "dtype=torch.bool).tril(S - T - 1)",
        "models/test_attention.py::test_weights_by_hand",
    ),
    _slip(
        "a mask as wide as the batch",
        "models/attention.py",
        "T, S, hs = q.shape[-2], k.shape[-2], q.shape[-1]",
        "T, S, hs = q.shape[0], k.shape[-2], q.shape[-1]",
        "models/test_attention.py::test_weights_give_what_the_fused_kernel_gives",
        by="RuntimeError",
    ),
    _slip(
        "a mask that begins at the first key when some are cached",
        "models/attention.py",
        "if 1 < T < S:",
        "if False:",
        "models/test_attention.py::test_the_future_never_leaks_through_a_cache",
    ),
    _slip(
        "no scale",
        "models/attention.py",
        "q @ k.transpose(-2, -1) / math.sqrt(hs)",
        "q @ k.transpose(-2, -1)",
        "models/test_attention.py::test_weights_by_hand",
    ),
    _slip(
        "the scale of the whole width",
        "models/attention.py",
        "rate, is_causal=T == S)",
        "rate, is_causal=T == S, scale=(self.n_head * q.shape[-1]) ** -0.5)",
        "models/test_attention.py::test_the_layer_equals_pytorchs",
        "models/test_attention.py::test_the_layer_computes_with_the_weights_that_are_shown",
    ),
    _slip(
        "softmax over the queries",
        "models/attention.py",
        'float("-inf")).softmax(-1)',
        'float("-inf")).softmax(-2)',
        "models/test_attention.py::test_weights_sum_to_1_and_are_zero_right_of_the_diagonal",
    ),
    _slip(
        "heads cut by reshape alone",
        "models/attention.py",
        "return parts.permute(2, 0, 3, 1, 4).unbind()",
        "return tuple(p.reshape(B, self.n_head, T, -1) for p in parts.unbind(2))",
        "models/test_attention.py::test_the_layer_equals_pytorchs",
        "models/test_attention.py::test_a_later_token_never_changes_an_earlier_output",
    ),
    _slip(
        "heads of cross-attention cut by reshape alone",
        "models/attention.py",
        "x.unflatten(-1, (n_head, -1)).transpose(1, 2)",
        "x.reshape(x.shape[0], n_head, x.shape[1], -1)",
        "models/test_attention.py::test_splitting_into_heads_can_be_undone",
        "models/test_masks.py::test_attention_between_two_sequences_equals_pytorchs",
    ),
    _slip(
        "heads put together in the wrong order",
        "models/attention.py",
        "x.transpose(1, 2).flatten(2)",
        "x.reshape(x.shape[0], x.shape[2], -1)",
        "models/test_attention.py::test_the_layer_equals_pytorchs",
    ),
    _slip(
        "weights shown after dropout",
        "models/attention.py",
        "return attention_weights(q, k)\n\n    def attend",
        "return F.dropout(attention_weights(q, k), self.dropout)\n\n    def attend",
        "models/test_attention.py::test_maps_are_the_weights_of_every_layer_and_head",
    ),
    _slip(
        "pictures drawn in training mode",
        "models/attention.py",
        "model.eval()(idx)",
        "model(idx)",
        "models/test_attention.py::test_maps_are_the_weights_of_every_layer_and_head",
    ),
]

MODEL = [
    _slip(
        "positions as many as the block, whatever the prompt",
        "models/gpt.py",
        "torch.arange(past, end, device=idx.device)",
        "torch.arange(self.config.block_size, device=idx.device)",
        "models/test_gpt.py::test_a_prefix_has_the_logits_it_has_in_the_whole[pre-tied-gelu]",
    ),
    _slip(
        "positions that begin again behind the cache",
        "models/gpt.py",
        "torch.arange(past, end, device=idx.device)",
        "torch.arange(end - past, device=idx.device)",
        "models/test_gpt.py::test_a_cache_gives_the_same_logits_piece_by_piece[pre-tied-gelu-cuts1]",
        "learning/test_generate.py"
        "::test_the_text_is_the_same_with_a_cache_without_and_by_hand[1-3-settings0]",
    ),
    _slip(
        "a tied head that is a copy",
        "models/gpt.py",
        "self.head.weight = self.token_embedding.weight",
        "self.head.weight.data.copy_(self.token_embedding.weight)",
        "models/test_gpt_start.py::test_a_tied_head_is_the_token_embedding_itself",
    ),
    _slip(
        "an initialisation that is never called",
        "models/gpt.py",
        "initialise.gpt2(self)",
        "initialise.gpt2  # (self)",
        "models/test_initialise.py::test_a_gpt_is_born_with_gpt2s_start",
        "models/test_gpt_start.py::test_before_training_the_loss_is_that_of_guessing[pre-True]",
    ),
    _slip(
        "an initialisation that looks for a name nobody has",
        "models/initialise.py",
        'name.endswith("projection.weight")',
        'name.endswith("c_proj.weight")',
        "models/test_initialise.py::test_gpt2s_start_has_its_three_sizes",
    ),
    _slip(
        "a loss whose targets are flattened the other way",
        "models/bigram.py",
        "targets.flatten())",
        "targets.T.flatten())",
        "models/test_gpt.py::test_the_loss_is_the_mean_of_minus_the_log_probability_of_the_targets",
    ),
    _slip(
        "a block without its second residual",
        "models/transformer.py",
        "return x + self.dropout(self.mlp(self.mlp_norm(x)))",
        "return self.dropout(self.mlp(self.mlp_norm(x)))",
        "models/test_transformer.py::test_a_block_equals_pytorchs[pre]",
    ),
    _slip(
        "a pre-norm model without its final norm",
        "models/gpt.py",
        'if config.norm == "pre" else nn.Identity()',
        'if config.norm == "post" else nn.Identity()',
        "models/test_gpt_start.py::test_only_a_pre_norm_model_has_a_final_norm",
    ),
    _slip(
        "BERT's loss on tokens that nobody hid",
        "models/bert.py",
        "idx.masked_fill(~selected, IGNORED)",
        "idx",
        "models/test_bert.py"
        "::test_15_percent_are_selected_and_80_10_10_of_them_masked_random_and_kept",
    ),
    _slip(
        "rows and columns of a patch exchanged",
        "models/vision.py",
        "grid.permute(0, 2, 4, 3, 5, 1)",
        "grid.permute(0, 2, 4, 5, 3, 1)",
        "models/test_vision.py::test_patches_by_hand",
    ),
]

EXPERTS = [
    _slip(
        "a balance loss that is a constant",
        "models/balance.py",
        "chosen_share(logits, k) * probs.mean(0)",
        "chosen_share(logits, k) * probs.mean(0).detach()",
        "models/test_balance.py::test_the_gradient_takes_from_busy_experts_and_gives_to_idle_ones",
        by="RuntimeError",
    ),
    _slip(
        "shares of the choices that sum to k",
        "models/balance.py",
        "minlength=logits.shape[-1]) / len(choices)",
        "minlength=logits.shape[-1]) * k / len(choices)",
        "models/test_balance.py::test_balance_gives_one_for_every_k_and_k_in_hugging_face",
    ),
    _slip(
        "a single expert whose weight is always 1",
        "models/moe.py",
        "(Switch(k) if k == 1 else TopK(k))",
        "TopK(k)",
        "models/experts/test_router_learns.py::test_with_one_active_expert_the_plain_layer_is_a_switch_that_learns",
    ),
    _slip(
        "a router that is noisy at evaluation too",
        "models/routing.py",
        "if not self.training:\n            return logits",
        "if False:\n            return logits",
        "models/test_routers.py::test_noise_is_in_training_only",
    ),
    _slip(
        "tokens dropped at evaluation",
        "models/routing.py",
        "first_come(gates, most) if self.training else gates",
        "first_come(gates, most)",
        "models/test_even_load.py::test_capacity_acts_in_training_only",
    ),
    _slip(
        "the bias of the choice in the weight as well",
        "models/routing.py",
        "experts = (scores + self.bias).topk(",
        "scores = scores + self.bias\n        experts = scores.topk(",
        "models/test_even_load.py::test_the_bias_moves_the_choice_and_never_the_weight",
    ),
]

LEARNING = [
    _slip(
        "dropout while sampling",
        "learning/sampling.py",
        "_Reader(model.eval(), len(idx), use_cache)",
        "_Reader(model, len(idx), use_cache)",
        "learning/test_generate.py"
        "::test_dropout_and_gradients_rest_while_sampling_and_the_mode_comes_back[True-True]",
    ),
    _slip(
        "a cache that slides with the window",
        "learning/sampling.py",
        "if not self.cache or text.shape[1] > window:",
        "if self.cache and text.shape[1] > window:\n"
        "            for layer in self.cache:\n"
        "                layer.keys = layer.keys.roll(-1, 2)\n"
        "                layer.values = layer.values.roll(-1, 2)\n"
        "                layer.length = window - 1\n"
        "            return self.model(text[:, -1:], cache=self.cache)[0][:, -1]\n"
        "        if not self.cache:",
        "learning/test_generate.py"
        "::test_the_text_is_the_same_with_a_cache_without_and_by_hand[8-1-settings1]",
    ),
    _slip(
        "a temperature that multiplies",
        "learning/sampling.py",
        "keepdim=True)) / temperature)",
        "keepdim=True)) * temperature)",
        "learning/test_sampling.py::test_temperature_gives_the_entropies_by_hand",
    ),
    _slip(
        "top-p without the token that crosses",
        "learning/sampling.py",
        "values.cumsum(-1).roll(1, -1)",
        "values.cumsum(-1)",
        "learning/test_sampling.py::test_top_p_keeps_the_fewest_that_reach_it",
    ),
    _slip(
        "what was kept does not sum to 1",
        "learning/sampling.py",
        "return kept / kept.sum(-1, keepdim=True)",
        "return kept",
        "learning/test_sampling.py::test_top_k_keeps_the_likeliest_and_renormalises",
    ),
    _slip(
        "dropout at evaluation",
        "learning/evaluation.py",
        "    model.eval()\n",
        "",
        "learning/test_evaluation.py"
        "::test_dropout_rests_while_evaluating_and_the_mode_comes_back[True]",
    ),
    _slip(
        "training mode after every evaluation",
        "learning/evaluation.py",
        "model.train(was_training)",
        "model.train()",
        "learning/test_evaluation.py"
        "::test_dropout_rests_while_evaluating_and_the_mode_comes_back[False]",
    ),
    _slip(
        "the truth of the neighbouring character",
        "learning/evaluation.py",
        "places = starts.cpu()[:, None] + scored + 1",
        "places = starts.cpu()[:, None] + scored",
        "learning/test_evaluation.py::test_the_truth_itself_has_no_excess",
    ),
    _slip(
        "weight decay on biases and norms",
        "learning/optimizer.py",
        '"weight_decay": 0.0}',
        '"weight_decay": weight_decay}',
        "learning/test_training_step.py::test_only_matrices_decay_and_every_parameter_once",
    ),
    _slip(
        "a cosine of the wrong angle",
        "learning/optimizer.py",
        "math.cos(math.pi * progress)",
        "math.cos(progress)",
        "learning/test_training_step.py::test_the_rate_rises_in_a_line_and_falls_along_a_cosine",
    ),
    _slip(
        "gradients that pile up",
        "learning/training.py",
        "self.optimizer.zero_grad(set_to_none=True)",
        "pass",
        "learning/test_training_step.py::test_every_step_forgets_the_gradient_of_the_one_before",
    ),
    _slip(
        "a decoder that is given the words it is asked for",
        "learning/translation.py",
        "batch.targets[:, :-1], batch.targets[:, 1:]",
        "batch.targets[:, 1:], batch.targets[:, 1:]",
        "learning/test_translation.py"
        "::test_the_decoder_is_given_the_words_before_and_asked_for_the_next",
    ),
    _slip(
        "DPO without its reference",
        "learning/alignment.py",
        "_positive(beta) * (policy - reference)",
        "_positive(beta) * policy",
        "learning/test_alignment.py::test_dpo_starts_at_ln_2_and_by_hand",
    ),
]

OTHER_ROOMS = [
    _slip(
        "experts fitted with the prior in place of the posterior",
        "theory/mixtures.py",
        "theta = _climb(X, y, joint.softmax(-1), theta[0])",
        "theta = _climb(X, y, (X @ theta[0].T).softmax(-1), theta[0])",
        "theory/test_em_climbs.py::test_fit_is_em_step_after_em_step",
    ),
    _slip(
        "equal weights in the mean error beside a gate in the mean",
        "theory/decomposition.py",
        "average = _mean(w, (y[..., None] - f) ** 2)",
        "average = ((y[..., None] - f) ** 2).mean(-1)",
        "theory/test_decomposition.py::test_the_same_weights_stand_in_all_three_numbers",
    ),
    _slip(
        "KL with its arguments exchanged",
        "theory/probability.py",
        "return cross_entropy(p, q) - entropy(p)",
        "return cross_entropy(q, p) - entropy(q)",
        "theory/test_probability.py::test_kl_has_a_direction",
    ),
    _slip(
        "a cache of keys without values",
        "theory/scaling.py",
        "return 2 * config.n_layer * config.n_embd * bytes_per_number",
        "return config.n_layer * config.n_embd * bytes_per_number",
        "theory/test_scaling.py::test_the_cache_is_as_large_as_the_one_that_is_built",
    ),
    _slip(
        "a widget that never listens to its controls",
        "views/widgets/explorer.py",
        'control.observe(self._redraw, names="value")',
        "pass",
        "views/test_explorer.py::test_a_move_in_the_browser_changes_the_picture",
    ),
    _slip(
        "a description of the smallest cell as the largest",
        "views/plots/maps.py",
        "np.unravel_index(np.nanargmax(cells), cells.shape)",
        "np.unravel_index(np.nanargmin(cells), cells.shape)",
        "views/test_plots.py::test_heatmap_says_shape_range_and_largest_cell",
    ),
    _slip(
        "a claim that cannot fail",
        "practice/claims.py",
        "if not bool(condition):",
        "if condition is None:",
        "practice/test_claims.py::test_a_claim_that_fails_shows_what_was_measured",
    ),
]

SLIPS = TEXT + ATTENTION + MODEL + EXPERTS + LEARNING + OTHER_ROOMS
