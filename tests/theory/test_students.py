"""Linear students: the published curves to their digits, the limits, and the laws between them."""

import itertools
import math

import numpy as np
import pytest

from helpers.theory.students import (
    error_matrix,
    error_parts,
    learning_curve,
    random_subsets,
    response,
    unlearned,
)

# Sollich & Krogh 1995, figure 1 (α = 1, σ² = 0.2, K = ∞): error, average error, ambiguity
FIGURE_1 = {
    0.05: {
        0.0: (0.466667, 0.466667, 0.0),
        0.1: (0.4, 0.5, 0.1),
        0.2: (0.364928, 0.529999, 0.165071),
        0.3: (0.359584, 0.562348, 0.202764),
        0.4: (0.380594, 0.601857, 0.221263),
        0.5: (0.424970, 0.650450, 0.225480),
        0.6: (0.491088, 0.707849, 0.216760),
        0.8: (0.690304, 0.843968, 0.153665),
    },
    0.3: {
        0.0: (0.366639, 0.366639, 0.0),
        0.1: (0.379713, 0.407994, 0.028280),
        0.2: (0.400000, 0.454545, 0.054545),
        0.3: (0.428579, 0.506435, 0.077857),
        0.4: (0.466667, 0.563636, 0.096970),
        0.5: (0.515662, 0.625954, 0.110292),
        0.6: (0.577223, 0.693053, 0.115830),
        0.8: (0.746755, 0.839796, 0.093040),
    },
    0.01: {
        0.0: (0.953684, 0.953684, 0.0),
        0.1: (0.584586, 0.886999, 0.302413),
        0.2: (0.417720, 0.761249, 0.343529),
        0.3: (0.362240, 0.687280, 0.325041),
        0.4: (0.365668, 0.668114, 0.302446),
        0.5: (0.405263, 0.685669, 0.280406),
        0.6: (0.471868, 0.726504, 0.254637),
        0.8: (0.678214, 0.848518, 0.170304),
    },
}
ROWS = [(lam, c, *row) for lam, rows in FIGURE_1.items() for c, row in rows.items()]
SYSTEMS = [
    dict(c=c, alpha=alpha, lam=lam, sigma2=sigma2)
    for c, alpha, lam, sigma2 in itertools.product(
        (0.0, 0.3, 0.9), (0.4, 1.0, 2.5), (1e-3, 0.2, 2.0), (0.0, 0.5)
    )
]
systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: "-".join(map(str, s.values())))


@pytest.mark.parametrize(("lam", "c", "error", "average", "ambiguity"), ROWS)
def test_figure_1_comes_out_to_six_digits(lam, c, error, average, ambiguity):
    curve = learning_curve(c, 1, lam, 0.2)
    assert curve == pytest.approx((error, average, ambiguity), abs=6e-7)


@pytest.mark.parametrize(
    ("setting", "error", "average"),
    [
        ((0.0, 1, 0.05, 0.2, 10), 0.4667, 0.4667),
        ((0.25, 1, 0.05, 0.2, 10), 0.3774, 0.5455),
        ((0.5, 1, 0.05, 0.2, 10), 0.4475, 0.6505),
        ((0.25, 1, 0.3, 0.2, 10), 0.4198, 0.4798),
        ((0.4, 1, 0.01, 0.2, 20), 0.3808, 0.6681),
    ],
)
def test_a_finite_ensemble_pays_what_was_computed_for_it(setting, error, average):
    assert learning_curve(*setting)[:2] == pytest.approx((error, average), abs=6e-5)


@pytest.mark.parametrize(
    ("alpha", "lam", "exact"), [(1, 0.05, 4), (0.9, 0.05, 5), (2, 0.3, 2 / 3), (1, 0.2, 1.791288)]
)
def test_the_response_function_has_its_published_values(alpha, lam, exact):
    assert response(alpha, lam) == pytest.approx(exact, abs=5e-7)


def test_the_response_is_the_trace_of_the_inverse_of_a_large_covariance():
    # N = 400: the trace fluctuates by about 1/N, far below the 1 % allowed
    rng, N = np.random.default_rng(0), 400
    for alpha, lam in ((0.5, 0.1), (1.5, 0.05)):
        x = rng.standard_normal((int(alpha * N), N))
        trace = (1 / (np.linalg.eigvalsh(x.T @ x / N).clip(0) + lam)).mean()
        assert response(alpha, lam) == pytest.approx(trace, rel=0.01)


def test_the_response_solves_its_equation_over_many_orders_of_magnitude():
    # λG + αG / (1 + G) = 1
    alpha, lam = np.meshgrid([1e-6, 0.3, 1, 1 + 1e-9, 40], np.logspace(-12, 6, 19))
    G = response(alpha, lam)
    np.testing.assert_allclose(lam * G + alpha * G / (1 + G), 1, rtol=1e-9)


@systems
@pytest.mark.parametrize("T", [0.0, 0.7])
def test_one_student_pays_what_equation_7_says(system, T):
    # ε = (σ² + T) G + λ (σ² - λ) ∂G/∂λ, an independent form: the derivative taken numerically
    alpha, lam, sigma2 = (1 - system["c"]) * system["alpha"], system["lam"], system["sigma2"]
    step = 1e-5 * lam
    slope = (response(alpha, lam + step) - response(alpha, lam - step)) / (2 * step)
    expected = (sigma2 + T) * response(alpha, lam) + lam * (sigma2 - lam) * slope
    error, average, ambiguity = learning_curve(**system, K=1, T=T)
    assert error == average == pytest.approx(expected, rel=1e-6) and ambiguity == 0


@systems
@pytest.mark.parametrize("K", [1, 2, 7, math.inf])
def test_the_three_numbers_belong_together(system, K):
    error, average, ambiguity = learning_curve(**system, K=K, T=0.3)
    assert error == pytest.approx(average - ambiguity, abs=1e-12)
    assert ambiguity >= 0 and 0 <= error <= average


@systems
def test_more_students_are_never_worse_and_converge(system):
    errors = learning_curve(**system, K=[1, 2, 5, 100, 10**9, math.inf], T=0.2).error
    assert (np.diff(errors) <= 0).all() and errors[-1] == pytest.approx(errors[-2], abs=1e-6)


@systems
def test_infinitely_many_students_average_their_training_noise_away(system):
    assert learning_curve(**system, T=5.0).error == pytest.approx(learning_curve(**system).error)


@systems
@pytest.mark.parametrize("T", [0.0, 0.4])
def test_the_matrix_of_equal_students_is_the_curve(system, T):
    K, c, alpha = 5, system["c"], system["alpha"]
    E = error_matrix(random_subsets(c, alpha, K), system["lam"], system["sigma2"], T)
    error, average, _ = learning_curve(**system, K=K, T=T)
    assert E.mean() == pytest.approx(error) and E.diagonal() == pytest.approx([average] * K)


def test_disjoint_data_leave_nothing_but_the_common_ignorance():
    # α_kl = 0: no noise in common, so ε_kl = ρ_k ρ_l; K = 2 and K = 5 as computed
    for K, error, average in ((2, 0.4722, 0.6505), (5, 0.6958, 0.8440)):
        E = error_matrix(np.eye(K) / K, 0.05, 0.2)
        assert E[0, 1] == pytest.approx(float(unlearned(1 / K, 0.05)) ** 2)
        assert (E.mean(), E[0, 0]) == pytest.approx((error, average), abs=6e-5)


def test_hold_out_by_folds_beats_random_subsets():
    # Each of K = 10 misses another tenth: α_kl = 0.8 < 0.9 · 0.9
    folds = np.full((10, 10), 0.8) + 0.1 * np.eye(10)
    errors = [error_matrix(s, 0.05, 0.2).mean() for s in (folds, random_subsets(0.1, 1, 10))]
    assert errors[0] < errors[1] - 0.005


def test_unequal_students_have_a_symmetric_matrix_and_their_own_errors():
    lam, T = np.array([0.01, 0.1, 1.0]), np.array([0.0, 0.2, 0.4])
    E = error_matrix(random_subsets(0.2, 1.5, 3), lam, 0.3, T)
    np.testing.assert_allclose(E, E.T)
    for k in range(3):
        alone = learning_curve(0.2, 1.5, lam[k], 0.3, K=1, T=T[k]).error
        assert E[k, k] == pytest.approx(alone)


@systems
def test_what_pairs_share_is_a_part_of_the_noise_and_of_their_own_error(system):
    # ε∞ = ρ² + q(σ² + ε∞), q = (1 - ρ)²/α: as many examples in common as random subsets have
    parts = error_parts(**system)
    rho = float(unlearned((1 - system["c"]) * system["alpha"], system["lam"]))
    q = (1 - rho) ** 2 / system["alpha"]
    error = learning_curve(**system).error
    assert parts.ignored == pytest.approx(rho**2, rel=1e-12)
    assert parts.shared == pytest.approx(q * (system["sigma2"] + error), rel=1e-9, abs=1e-12)
    assert parts.private == 0


@systems
def test_the_parts_are_the_whole_error_and_only_the_private_one_falls_with_members(system):
    one, four = (error_parts(**system, K=K, T=0.3) for K in (1, 4))
    for K, parts in ((1, one), (4, four)):
        assert sum(parts) == pytest.approx(learning_curve(**system, K=K, T=0.3).error)
    assert four[:2] == one[:2] and four.private == pytest.approx(one.private / 4)


@systems
def test_for_infinitely_many_holding_out_and_decay_are_one_knob(system):
    # (1 - c)α and λ enter through ρ = λG only: another (c, λ) with the same ρ, the same error
    alpha = system["alpha"]
    rho = float(unlearned((1 - system["c"]) * alpha, system["lam"]))
    own = ((1 - rho) + alpha) / 2  # any number of examples above 1 - ρ will do
    lam = rho * (own / (1 - rho) - 1)  # from λG + αG / (1 + G) = 1 with G = ρ / λ
    other = learning_curve(1 - own / alpha, alpha, lam, system["sigma2"])
    assert other.error == pytest.approx(learning_curve(**system).error)
