"""Slips of training, sampling and evaluation."""

from tests.mutations.slip import slip

LEARNING = [
    slip(
        "a beam that looks at two continuations of each text",
        "learning/beam.py",
        "log_probs.topk(min(width, log_probs.shape[-1]))",
        "log_probs.topk(min(2, log_probs.shape[-1]))",
        "learning/test_beam.py::test_full_width_finds_every_text_in_order",
    ),
    slip(
        "a draft that is kept with the large model's probability",
        "learning/speculative.py",
        ">= p[0, i, token] / q[i][0, token]:",
        ">= p[0, i, token]:",
        "learning/test_speculative.py::test_tokens_come_as_often_as_the_large_model_says_where_the_small_one_says_otherwise",
    ),
    slip(
        "after a refusal one draws from the large model itself",
        "learning/speculative.py",
        "draw(leftover(p[:, i], q[i]), generator)",
        "draw(p[:, i], generator)",
        "learning/test_speculative.py::test_tokens_come_as_often_as_the_large_model_says_where_the_small_one_says_otherwise",
    ),
    slip(
        "what is left after a refusal does not sum to 1",
        "learning/speculative.py",
        "rest / total.clamp(min=1e-300), p)",
        "rest, p)",
        "learning/test_speculative.py::test_acceptance_and_leftover_by_hand",
    ),
    slip(
        "no token more when all drafts were kept",
        "learning/speculative.py",
        "draw(p[:, most], generator)], dim=1)  # all kept",
        "draw(p[:, most], generator)[:, : most == 0]], dim=1)  # all kept",
        "learning/test_speculative.py::test_a_model_that_drafts_for_itself_is_always_right",
    ),
    slip(
        "a live answer that is not held against the record",
        "practice/asked.py",
        "if recorded is not None and not alike(live, recorded):",
        "if recorded is not None and not live:",
        "practice/test_asked.py"
        "::test_a_function_of_the_readers_answers_and_is_held_against_the_record",
    ),
    slip(
        "bits for each letter instead of each byte",
        "learning/questions.py",
        "/ len(text.encode())",
        "/ len(text)",
        "learning/test_questions.py::test_bits_per_byte_counts_bytes_and_not_letters",
    ),
    slip(
        "weights that are cut down instead of rounded",
        "models/rounded.py",
        "step.clamp(min=1e-30)).round()",
        "step.clamp(min=1e-30)).floor()",
        "models/test_rounded.py::test_no_number_errs_by_more_than_half_a_step[4]",
    ),
    slip(
        "dropout while sampling",
        "learning/sampling.py",
        "with evaluating(model), torch.inference_mode():",
        "with torch.inference_mode():",
        "learning/test_generate.py"
        "::test_dropout_and_gradients_rest_while_sampling_and_the_mode_comes_back[True-True]",
    ),
    slip(
        "a cache that slides with the window",
        "learning/sampling.py",
        "if not self.cache or idx.shape[1] > window:",
        "if self.cache and idx.shape[1] > window:\n"
        "            for layer in self.cache:\n"
        "                layer.keys = layer.keys.roll(-1, 2)\n"
        "                layer.values = layer.values.roll(-1, 2)\n"
        "                layer.length = window - 1\n"
        "            return self.model(idx[:, -1:], cache=self.cache)[0][:, -1]\n"
        "        if not self.cache:",
        "learning/test_generate.py"
        "::test_the_text_is_the_same_with_a_cache_without_and_by_hand[8-1-settings1]",
    ),
    slip(
        "a temperature that multiplies",
        "learning/sampling.py",
        "(logits - largest) / self.temperature",
        "(logits - largest) * self.temperature",
        "learning/test_sampling.py::test_temperature_gives_the_entropies_by_hand",
    ),
    slip(
        "top-p without the token that crosses",
        "learning/sampling.py",
        "values.cumsum(-1).roll(1, -1)",
        "values.cumsum(-1)",
        "learning/test_sampling.py::test_top_p_keeps_the_fewest_that_reach_it",
    ),
    slip(
        "what was kept does not sum to 1",
        "learning/sampling.py",
        "return kept / kept.sum(-1, keepdim=True)",
        "return kept",
        "learning/test_sampling.py::test_top_k_keeps_the_likeliest_and_renormalises",
    ),
    slip(
        "a least probability that does not depend on the likeliest token",
        "learning/sampling.py",
        "least = p * probs.amax(-1, keepdim=True)",
        "least = p",
        "learning/test_sampling.py::test_min_p_is_a_share_of_the_largest_probability",
    ),
    slip(
        "min-p before the temperature",
        "learning/sampling.py",
        "probs = keep_min_p(probs, self.min_p)",
        "probs = probs.where(keep_min_p(logits.softmax(-1), self.min_p) > 0, 0.0)\n"
        "            probs = _renormalised(probs)",
        "learning/test_sampling.py::test_temperature_comes_before_min_p",
    ),
    slip(
        "dropout at evaluation",
        "learning/evaluation.py",
        "with evaluating(model):",
        "with torch.no_grad():",
        "learning/test_evaluation.py"
        "::test_dropout_rests_while_evaluating_and_the_mode_comes_back[True]",
    ),
    slip(
        "training mode after every evaluation",
        "models/modes.py",
        "part.training = training",
        "part.training = True",
        "learning/test_evaluation.py"
        "::test_dropout_rests_while_evaluating_and_the_mode_comes_back[False]",
    ),
    slip(
        "the truth of the neighbouring character",
        "learning/evaluation.py",
        "places = starts.cpu()[:, None] + scored + 1",
        "places = starts.cpu()[:, None] + scored",
        "learning/test_evaluation.py::test_the_truth_itself_has_no_excess",
    ),
    slip(
        "weight decay on biases and norms",
        "learning/optimizer.py",
        '"weight_decay": 0.0}',
        '"weight_decay": weight_decay}',
        "learning/test_training_step.py::test_only_matrices_decay_and_every_parameter_once",
    ),
    slip(
        "a cosine of the wrong angle",
        "learning/optimizer.py",
        "math.cos(math.pi * progress)",
        "math.cos(progress)",
        "learning/test_training_step.py::test_the_rate_rises_in_a_line_and_falls_along_a_cosine",
    ),
    slip(
        "gradients that pile up",
        "learning/step.py",
        "updates.zero_grad()",
        "pass",
        "learning/test_training_step.py::test_every_step_forgets_the_gradient_of_the_one_before",
    ),
    slip(
        "a checkpoint of a run that diverged",
        "learning/resume.py",
        "    _check_finite(path, tensors, run)\n",
        "",
        "learning/test_resume.py::test_a_run_that_is_not_finite_is_not_saved_and_says_what_stays",
    ),
    slip(
        "a run resumed beside another validation text",
        "learning/run.py",
        '"validation": identity(self.val_ids)',
        '"validation": identity(self.train_ids)',
        "learning/test_resume_refuses.py::test_another_model_or_another_text_is_not_resumed",
    ),
    slip(
        "a closure told by its name",
        "learning/identity.py",
        "held[name] = cell.cell_contents",
        "held[name] = None",
        "learning/test_identity.py"
        "::test_what_is_made_twice_has_one_identity_and_what_differs_another[closure]",
    ),
    slip(
        "a decoder that is given the words it is asked for",
        "learning/translation.py",
        "batch.targets[:, :-1], batch.targets[:, 1:]",
        "batch.targets[:, 1:], batch.targets[:, 1:]",
        "learning/test_translation.py"
        "::test_the_decoder_is_given_the_words_before_and_asked_for_the_next",
    ),
    slip(
        "decay that never reaches the matrices",
        "learning/muon.py",
        "parameter.mul_(1 - lr * weight_decay)",
        "parameter.mul_(1)",
        "learning/test_muon.py::test_decay_pulls_the_matrices_toward_zero",
    ),
    slip(
        "parts that weigh alike though their rows differ",
        "learning/scale_out/engine.py",
        'len(xs) * self.world.size / self.settings["batch_size"]',
        "1 / n",
        "learning/test_pretrain.py::test_another_way_to_compute_a_step_has_the_same_losses[flags1]",
    ),
    slip(
        "the same order in every epoch",
        "learning/scale_out/reading.py",
        "step_seed(self.seed, epoch)",
        "self.seed",
        "learning/test_reading.py"
        "::test_in_an_epoch_every_window_is_read_once_and_none_overlaps_another",
    ),
    slip(
        "a checkpoint that is believed as it is",
        "learning/scale_out/intact.py",
        'if content["sha256"] != _digest(path, content["about"]):',
        "if False:",
        "learning/test_pretrain_resumes.py::test_a_run_whose_checkpoints_are_all_damaged_is_refused",
        by="CheckpointException",
    ),
]
