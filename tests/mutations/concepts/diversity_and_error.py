"""Wrong concepts of the notebook *Diversity and error*."""

from tests.mutations.concept import concept

NAME = "diversity_and_error"
CONCEPTS = [
    concept(
        "one kind of weights for the mean, another for the errors",
        NAME,
        "The identity holds at every point",
        "",
        "mean = (weights * f).sum(-1)",
        "mean = f.mean(-1)",
    ),
    concept(
        "students with more decay than their loss has",
        NAME,
        "At a student's weights its loss has no slope",
        "",
        "curvature = x.T @ x / N + lam * np.eye(N)",
        "curvature = x.T @ x / N + 1.4 * lam * np.eye(N)",
    ),
    concept(
        "errors of different students that cancel",
        NAME,
        "The ten pay what this formula says",
        "",
        "together = shared + (own - shared) / 10",
        "together = own / 10",
    ),
    concept(
        "pairs that share the noise but not their own error",
        NAME,
        "Two students have ρ² + q (σ² + ε) in common",
        "",
        "right = rho**2 + q * (sigma2 + product)",
        "right = rho**2 + q * sigma2",
    ),
    concept(
        "pairs of students that read the same examples",
        NAME,
        "Two students have ρ² + q (σ² + ε) in common",
        "",
        "seen = [rng.permutation(100)[:73] for _ in range(2)]",
        "seen = 2 * [rng.permutation(100)[:73]]",
    ),
    concept(
        "half the training noise",
        NAME,
        "Training noise costs a single student T·G",
        "",
        "simulation.fit(x, y, lam, T, rng)",
        "simulation.fit(x, y, lam, T / 2, rng)",
    ),
    concept(
        "a share held out that is right for every noise",
        NAME,
        "For σ² = 1 the share c = 0.27 costs twice",
        "",
        "always = ensembles.learning_curve(0.27, 1, 0.001, noises)",
        "always = ensembles.learning_curve(0.27, 1, 0.001, 0.2 + 0 * np.array(noises))",
    ),
    concept(
        "a product of distributions that is not made to sum to one",
        NAME,
        "geometric = average − ambiguity",
        "",
        "geometric = log_z - log_q.mean(0)[token]",
        "geometric = -log_q.mean(0)[token]",
    ),
    concept(
        "three copies of one expert",
        NAME,
        "Both ensembles are better than the best member",
        "",
        "experts = [train_member(seed) for seed in range(3)]",
        "experts = 3 * [train_member(0)]",
    ),
]
