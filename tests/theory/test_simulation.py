"""Simulated students: their means lie where the exact curves say, within four standard errors."""

import math

import numpy as np
import pytest

from helpers.theory.simulation import draw_task, fit, simulate
from helpers.theory.students import learning_curve, training_error

SIZE, RUNS = 60, 60
SYSTEMS = {  # c, α, λ, σ², K, T; none where 1/N would be seen: no tiny λ with α(1 - c) near 1
    "figure 1, left": (0.25, 1, 0.05, 0.2, 10, 0.0),
    "nothing held out": (0.0, 1, 0.05, 0.2, 10, 0.0),
    "half held out": (0.5, 1, 0.05, 0.2, 10, 0.0),
    "figure 1, right": (0.25, 1, 0.3, 0.2, 10, 0.0),
    "under-regularised": (0.4, 1, 0.01, 0.2, 20, 0.0),
    "few examples": (0.3, 0.4, 0.1, 0.5, 3, 0.0),
    "many examples": (0.7, 3, 0.2, 1.0, 2, 0.0),
    "no noise": (0.33, 0.77, 0.3, 0.0, 7, 0.0),
    "training noise": (0.5, 1, 0.3, 0.2, 4, 0.5),
    "training noise, one student": (0.0, 1, 0.3, 0.2, 1, 0.3),
    "infinitely many": (0.3, 1, 0.05, 0.2, math.inf, 0.0),
    "infinitely many, training noise": (0.3, 1, 0.2, 0.2, math.inf, 0.4),
}


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_the_means_lie_within_four_standard_errors_of_the_curve(system):
    *setting, K, T = system
    measured = simulate(*setting, K, N=SIZE, runs=RUNS, seed=0, T=T)
    expected = learning_curve(*setting, K, T)
    for mean, exact, error in zip(measured[:3], expected, measured[3:], strict=True):
        assert abs(mean - exact) <= 4 * error + 1e-12
    assert measured.error_se < 0.1 * expected.error  # or the comparison above would be empty


def test_the_scatter_of_a_run_is_the_one_published():
    # Sollich & Krogh's left figure at c = ¼, K = 10, N = 30: the error of a run scatters by 0.11
    got = simulate(0.25, 1, 0.05, 0.2, 10, N=30, runs=400, seed=1)
    # four standard errors of a standard deviation from 400 runs: 4 / √800 = 14 %
    assert got.error_se * math.sqrt(400) == pytest.approx(0.11, rel=0.15)
    assert got.ambiguity_se < got.error_se and got.ambiguity_se < got.average_error_se


def test_the_three_means_belong_together():
    for K in (1, 3, math.inf):
        got = simulate(0.3, 1, 0.1, 0.2, K, N=20, runs=3, seed=0)
        assert got.error == pytest.approx(got.average_error - got.ambiguity, abs=1e-12)


def test_the_seed_decides_and_more_runs_begin_alike():
    setting = (0.25, 1, 0.05, 0.2, 3)
    a, b, c = (simulate(*setting, N=20, runs=2, seed=seed) for seed in (0, 0, 1))
    assert a == b != c
    assert math.isnan(simulate(*setting, N=20, runs=1, seed=0).error_se)


def test_two_runs_have_half_their_difference_as_standard_error():
    one, two = (simulate(0.25, 1, 0.05, 0.2, 3, 20, runs, seed=0) for runs in (1, 2))
    second = 2 * two.error - one.error
    assert two.error_se == pytest.approx(abs(one.error - second) / 2)


def test_four_times_the_runs_halve_the_standard_error():
    few, many = (simulate(0.25, 1, 0.05, 0.2, 5, 30, runs, 0).error_se for runs in (200, 800))
    assert many / few == pytest.approx(0.5, rel=0.25)


def test_a_share_that_is_no_whole_number_is_right_on_average():
    # One weight, 0.3 examples: known without an error in 3 of 10 runs, unknown (error 1) in the
    # others; four standard errors from 2000 runs are 4 · √(0.21 / 2000) = 0.041
    assert simulate(0, 0.3, 1e-9, 0, 1, 1, 2000, 0).error == pytest.approx(0.7, abs=0.041)
    assert simulate(0.7, 1, 1e-9, 0, 1, 1, 2000, 0).error == pytest.approx(0.7, abs=0.041)


def test_a_student_is_ridge_regression():
    # The normal equations, with examples stacked under √(λN) times the identity
    teacher, x, y = draw_task(np.random.default_rng(0), N=12, examples=9, sigma2=0.1)
    rows = np.vstack([x, math.sqrt(0.3 * 12) * np.eye(12)]) / math.sqrt(12)
    expected = np.linalg.lstsq(rows, np.concatenate([y, np.zeros(12)]), rcond=None)[0]
    np.testing.assert_allclose(fit(x, y, 0.3), expected)


def test_a_student_without_examples_answers_zero():
    assert (fit(np.zeros((0, 5)), np.zeros(0), 0.1) == 0).all()
    assert simulate(1, 1, 0.05, 0.2, 3, 20, 2, 0)[:3] == pytest.approx((1, 1, 0))


def test_the_task_has_the_length_and_the_noise_it_should_have():
    teacher, x, y = draw_task(np.random.default_rng(0), N=50, examples=4000, sigma2=0.3)
    assert (teacher**2).sum() == pytest.approx(50)
    noise = y - x @ teacher / math.sqrt(50)
    # four standard errors of a variance from 4000 draws: 4 · √(2/4000) = 9 %
    assert noise.var() == pytest.approx(0.3, rel=0.09) and x.var() == pytest.approx(1, rel=0.03)


def test_training_noise_has_the_covariance_of_its_distribution():
    # T (A + λ)⁻¹ with A + λ = diag(2, .5); 20,000 draws: four standard errors of a variance are 4 %
    x, rng = math.sqrt(2) * np.diag([math.sqrt(1.6), math.sqrt(0.1)]), np.random.default_rng(0)
    draws = np.array([fit(x, np.zeros(2), 0.4, T=0.7, generator=rng) for _ in range(20_000)])
    np.testing.assert_allclose(np.cov(draws.T), 0.7 * np.diag([1 / 2, 2]), rtol=0.04, atol=0.03)


def test_correlated_inputs_get_correlated_training_noise():
    x, rng = math.sqrt(2) * np.array([[1.0, 1.0], [0.0, 1.0]]), np.random.default_rng(1)
    draws = np.array([fit(x, np.zeros(2), 0.5, T=1.0, generator=rng) for _ in range(20_000)])
    expected = np.linalg.inv(np.array([[1.5, 1.0], [1.0, 2.5]]))
    np.testing.assert_allclose(np.cov(draws.T), expected, atol=0.05)


def test_students_over_fit_as_much_as_the_formula_says():
    rng, errors = np.random.default_rng(0), []
    for _ in range(20):
        _, x, y = draw_task(rng, N=100, examples=100, sigma2=0.2)
        errors.append(((y - x @ fit(x, y, 0.05) / math.sqrt(100)) ** 2).mean())
    spread = 4 * np.std(errors, ddof=1) / math.sqrt(20)
    assert np.mean(errors) == pytest.approx(training_error(0, 1, 0.05, 0.2), abs=spread)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (dict(c=-0.1), "c must lie"),
        (dict(lam=0), "lam must be positive"),
        (dict(K=0), "K must be a whole number"),
        (dict(N=0), "N must be a whole number ≥ 1; got 0. Try 100"),
        (dict(N=2.5), "N must be"),
        (dict(N=True), "N must be a whole number ≥ 1; got True"),
        (dict(runs=0), "runs must be a whole number ≥ 1; got 0"),
        (dict(c=[0.1, 0.2]), "one number for each setting; got an array. Try a loop"),
    ],
)
def test_an_impossible_experiment_is_refused(wrong, message):
    good = dict(c=0.1, alpha=1, lam=0.05, sigma2=0.2, K=2, N=10, runs=2, seed=0)
    with pytest.raises(ValueError, match=message):
        simulate(**good | wrong)
