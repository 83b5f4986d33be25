"""Slips of basics, theory, views and practice."""

from tests.mutations.slip import slip

OTHER_ROOMS = [
    slip(
        "True taken for the number 1",
        "basics/numbers.py",
        "None if isinstance(value, (bool, np.bool_)) else operator.index(value)",
        "operator.index(value)",
        "basics/test_numbers.py::test_what_is_none_is_refused_with_what_came[True]",
    ),
    slip(
        "a file written where it stands",
        "basics/files.py",
        'temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.unfinished")',
        "temporary = path",
        "basics/test_files.py::test_an_interrupt_while_writing_leaves_what_was_there",
        by="FileNotFoundError",
    ),
    slip(
        "files that belong together written one after the other",
        "basics/files.py",
        'with open(unfinished / name, "wb") as file:',
        "with replacing(folder / name) as file:",
        "basics/test_files.py::test_files_that_belong_together_are_all_old_or_all_new",
    ),
    slip(
        "a lock on a file that is no longer there",
        "basics/files.py",
        "if locked and tries and not _stands_at(path, file):",
        "if False:",
        "basics/test_files.py::test_a_lock_that_was_removed_before_it_was_ours_is_made_anew",
    ),
    slip(
        "experts fitted with the prior in place of the posterior",
        "theory/em.py",
        "mixture = _m_step(X, y, h, mixture.gate)",
        "mixture = _m_step(X, y, (X @ mixture.gate.T).softmax(-1), mixture.gate)",
        "theory/test_em_climbs.py::test_fit_is_em_step_after_em_step",
    ),
    slip(
        "a Newton step of the gate that is never halved",
        "theory/em.py",
        "if gate_objective(X, h, gate + step) >= start:",
        "if True:",
        "theory/test_em_climbs.py::test_a_bare_newton_step_can_fall_where_the_halved_one_climbs",
    ),
    slip(
        "experts' variances too large by a third",
        "theory/em.py",
        "squares = (h * (y - weights @ X.T) ** 2).sum(1) / h.sum(1)",
        "squares = 1.3 * (h * (y - weights @ X.T) ** 2).sum(1) / h.sum(1)",
        "theory/test_em_by_hand.py::test_one_expert_is_the_regression_line",
    ),
    slip(
        "a bound without the entropy of h",
        "theory/mixtures.py",
        "return (h * joint).sum() + torch.special.entr(h).sum()",
        "return (h * joint).sum()",
        "theory/test_mixtures.py"
        "::test_the_bound_lies_below_by_the_divergence_and_touches_at_the_posterior",
    ),
    slip(
        "the mixture's loss without its half",
        "theory/expert_losses.py",
        "_mixture(p, -squares / 2)",
        "_mixture(p, -squares)",
        "theory/test_expert_losses.py::test_the_third_is_the_mixtures_own_loss_but_for_a_constant",
    ),
    slip(
        "votes of a third of the size",
        "theory/boosting.py",
        "return math.log((1 - error) / error) / 2",
        "return math.log((1 - error) / error) * 0.15",
        "theory/test_boosting.py"
        "::test_the_weights_of_the_points_make_the_last_member_no_better_than_chance",
    ),
    slip(
        "equal weights in the mean error beside a gate in the mean",
        "theory/decomposition.py",
        "average = _mean(w, (y[..., None] - f) ** 2)",
        "average = ((y[..., None] - f) ** 2).mean(-1)",
        "theory/test_decomposition.py::test_the_same_weights_stand_in_all_three_numbers",
    ),
    slip(
        "students with more decay than they were given",
        "theory/simulation.py",
        "curvature = x.T @ x / N + lam * np.eye(N)",
        "curvature = x.T @ x / N + 1.4 * lam * np.eye(N)",
        "theory/test_simulation.py::test_a_student_is_ridge_regression",
    ),
    slip(
        "half the training noise",
        "theory/simulation.py",
        "w = w + math.sqrt(T) *",
        "w = w + math.sqrt(T / 2) *",
        "theory/test_simulation.py::test_training_noise_has_the_covariance_of_its_distribution",
    ),
    slip(
        "shared noise, but not the students' own shared error",
        "theory/students.py",
        "parts = ignored, apart - ignored, (alone - apart) / s.K",
        "parts = ignored, apart * (1 - ignored), (alone - apart) / s.K",
        "theory/test_students.py::"
        "test_what_pairs_share_is_a_part_of_the_noise_and_of_their_own_error",
    ),
    slip(
        "KL with its arguments exchanged",
        "theory/probability.py",
        "return cross_entropy(p, q) - entropy(p)",
        "return cross_entropy(q, p) - entropy(q)",
        "theory/test_probability.py::test_kl_has_a_direction",
    ),
    slip(
        "a cache of keys without values",
        "theory/scaling.py",
        "return 2 * config.n_layer * config.n_embd * bytes_per_number",
        "return config.n_layer * config.n_embd * bytes_per_number",
        "theory/test_scaling.py::test_the_cache_is_as_large_as_the_one_that_is_built",
    ),
    slip(
        "a divergence from the truth looked at from the other side",
        "views/widgets/sampling_temperature.py",
        "there, back = _bits(probability.kl(true, q)), _bits(probability.kl(q, true))",
        "there, back = _bits(probability.kl(q, true)), _bits(probability.kl(true, q))",
        "views/test_sampling_temperature.py"
        "::test_cutting_makes_the_divergence_from_the_truth_infinite_and_the_other_finite",
    ),
    slip(
        "a picture of a cache that survives the sliding window",
        "views/widgets/cache_steps.py",
        "if cache and written > 0 and length <= window:",
        "if cache and written > 0:",
        "views/test_cache_steps.py::test_it_reads_what_the_model_reads[True]",
    ),
    slip(
        "a widget that never listens to its controls",
        "views/widgets/explorer.py",
        'control.observe(self._redraw, names="value")',
        "pass",
        "views/test_explorer.py::test_a_move_in_the_browser_changes_the_picture",
    ),
    slip(
        "a description of the smallest cell as the largest",
        "views/plots/maps.py",
        "np.unravel_index(np.nanargmax(cells), cells.shape)",
        "np.unravel_index(np.nanargmin(cells), cells.shape)",
        "views/test_plots.py::test_heatmap_says_shape_range_and_largest_cell",
    ),
    slip(
        "a claim that cannot fail",
        "practice/claims.py",
        "if not bool(condition):",
        "if condition is None:",
        "practice/test_claims.py::test_a_claim_that_fails_shows_what_was_measured",
    ),
]
