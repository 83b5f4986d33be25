"""Slips of the rest of a model."""

from tests.mutations.slip import slip

QUICK = "models/test_quick.py::test_every_token_is_read_as_the_model_reads_it"

MODEL = [
    slip(
        "positions as many as the block, whatever the prompt",
        "models/positions.py",
        "torch.arange(past, past + T, device=like.device)",
        "torch.arange(config.block_size, device=like.device)",
        "models/test_gpt.py::test_a_prefix_has_the_logits_it_has_in_the_whole[pre-norm-tied-gelu]",
    ),
    slip(
        "positions that begin again behind the cache",
        "models/positions.py",
        "torch.arange(past, past + T, device=like.device)",
        "torch.arange(T, device=like.device)",
        "models/test_gpt.py"
        "::test_a_cache_gives_the_same_logits_piece_by_piece[pre-norm-tied-gelu-cuts1]",
    ),
    slip(
        "a tied head that is a copy",
        "models/gpt.py",
        "self.head.weight = self.token_embedding.weight",
        "self.head.weight.data.copy_(self.token_embedding.weight)",
        "models/test_gpt_start.py::test_a_tied_head_is_the_token_embedding_itself",
    ),
    slip(
        "an initialisation that is never called",
        "models/gpt.py",
        "initialise.gpt2(self)",
        "initialise.gpt2  # (self)",
        "models/test_initialise.py::test_a_gpt_is_born_with_gpt2s_start",
        "models/test_gpt_start.py::test_before_training_the_loss_is_that_of_guessing[pre-norm-True]",
    ),
    slip(
        "an initialisation that looks for a name nobody has",
        "models/initialise.py",
        'name.endswith("projection.weight")',
        'name.endswith("c_proj.weight")',
        "models/test_initialise.py::test_gpt2s_start_has_its_three_sizes",
    ),
    slip(
        "a loss whose targets are flattened the other way",
        "models/losses.py",
        "flat = targets.flatten()",
        "flat = targets.T.flatten()",
        "models/test_gpt.py::test_the_loss_is_the_mean_of_minus_the_log_probability_of_the_targets",
    ),
    slip(
        "a block without its second residual",
        "models/block.py",
        "return x + self.dropout(self.mlp(self.mlp_norm(x)))",
        "return self.dropout(self.mlp(self.mlp_norm(x)))",
        "models/test_block.py::test_a_block_equals_pytorchs[pre-norm]",
    ),
    slip(
        "a pre-norm model without its final norm",
        "models/parts.py",
        "nn.Identity() if getattr(",
        "nn.Identity() if not getattr(",
        "models/test_gpt_start.py::test_only_a_pre_norm_model_has_a_final_norm",
    ),
    slip(
        "a copy with another mask that forgets the weights",
        "models/gpt.py",
        "other.load_state_dict(self.state_dict())",
        "other.state_dict()",
        "models/test_parts.py"
        "::test_a_copy_with_other_parts_has_the_same_weights_mode_and_draws_nothing",
    ),
    slip(
        "patches without the dropout of a GPT",
        "models/vision.py",
        "x = self.gpt.place(self.embed(images, idx))",
        "x = self.embed(images, idx)",
        "models/test_vision.py::test_what_the_gpt_reads_is_dropped_in_training_as_in_every_gpt",
    ),
    slip(
        "BERT's loss on tokens that nobody hid",
        "models/bert.py",
        "idx.masked_fill(~selected, IGNORED)",
        "idx",
        "models/test_bert.py"
        "::test_15_percent_are_selected_and_80_10_10_of_them_masked_random_and_kept",
    ),
    slip(
        "rows and columns of a patch exchanged",
        "models/vision.py",
        "grid.permute(0, 2, 4, 3, 5, 1)",
        "grid.permute(0, 2, 4, 5, 3, 1)",
        "models/test_vision.py::test_patches_by_hand",
    ),
    slip(
        "queries of one more token given to other groups",
        "models/quick.py",
        ".view(B, shared, nh // shared, -1)",
        ".view(B, nh // shared, shared, -1).transpose(1, 2)",
        f"{QUICK}[modern]",
    ),
    slip(
        "one more token that stands where the text begins",
        "models/quick.py",
        "turn(heads[:, : nh + shared], cache.length)",
        "turn(heads[:, : nh + shared], 0)",
        f"{QUICK}[turned]",
    ),
    slip(
        "one more token with the place of the one before",
        "models/quick.py",
        "rows.select(0, past)",
        "rows.select(0, past - 1)",
        f"{QUICK}[GPT-2's]",
    ),
    slip(
        "the last to come is taken",
        "models/quick.py",
        "(probs / waits).argmax",
        "(waits / probs).argmax",
        "models/test_quick.py::test_a_token_is_the_one_that_multinomial_draws[shape0]",
    ),
    slip(
        "a model with hooks that is read past them",
        "models/quick.py",
        "type(part) not in known or _hooked(part)",
        "type(part) not in known",
        "models/test_quick.py::test_a_subclass_a_mask_a_hook_and_dropout_are_never_passed_over",
    ),
]
