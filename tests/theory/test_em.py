"""EM for mixtures of experts: it climbs, it finds what is there, and where it gets stuck."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import experts, gating, mixtures
from tests.theory.clouds import START, TRUTH, fixed_cloud, random_cloud, random_problem

PARALLEL = [[1.0, 0.0], [-1.0, 0.0]]


def height(x, y, theta):
    return float(mixtures.log_likelihood(x, y, *theta))


def starts(x, y, seed):
    """A random start for these data that respects the floor of the variances."""
    return mixtures.fit(x, y, seed=seed, steps=0).parameters


# by hand, and the figures of the fixed cloud


def test_a_weighted_line_by_the_normal_equations():
    x, y = fixed_cloud()
    h = np.stack([np.linspace(0, 1, 60), np.linspace(1, 0, 60)], 1)
    weights, variances = experts.fit_experts(x, y, h)
    X = np.stack([np.ones(60), x], 1)
    for m in (0, 1):
        A = X.T * h[:, m]
        assert np.allclose(weights[m], np.linalg.solve(A @ X, A @ y))
        squares = (y - X @ weights[m]) ** 2
        assert variances[m] == pytest.approx((h[:, m] * squares).sum() / h[:, m].sum())


def test_one_newton_step_of_two_experts_by_the_formula():
    # v + [Σ g (1 - g) x xᵀ]⁻¹ Σ (h - g) x, here short enough to need no halving
    x, _ = fixed_cloud()
    X = np.stack([np.ones(60), x], 1)
    h, v = 1 / (1 + np.exp(-3 * x + 0.2)), np.array([0.3, 1.0])
    g = 1 / (1 + np.exp(-X @ v))
    expected = v + np.linalg.solve((X.T * (g * (1 - g))) @ X, X.T @ (h - g))
    both = torch.from_numpy(np.stack([h, 1 - h], 1))
    found = gating.gate_step(torch.from_numpy(X), both, torch.tensor([[0.3, 1.0], [0, 0]]).double())
    assert np.allclose(found, [expected, [0, 0]], atol=1e-8)


def test_newtons_matrix_is_the_second_derivative():
    # three experts, two inputs: (second derivative of Q) · step = -(first derivative of Q)
    draw = torch.Generator().manual_seed(0)
    X = torch.cat([torch.ones(40, 1), torch.randn(40, 2, generator=draw)], 1).double()
    h = torch.randn(40, 3, generator=draw).double().softmax(1)
    gate = torch.randn(3, 3, generator=draw).double()

    def objective(free):
        return gating.gate_objective(X, h, torch.cat([free.reshape(2, 3), gate[2:]]))

    free = gate[:2].flatten()
    curvature = torch.autograd.functional.hessian(objective, free)
    slope = torch.autograd.functional.jacobian(objective, free)
    step = gating.newton_direction(X, h, gate)
    assert_close(step[:2].flatten(), -torch.linalg.solve(curvature, slope), atol=1e-6, rtol=1e-6)
    assert (step[2] == 0).all()


def test_the_fixed_cloud_gives_the_figures_worked_out_for_it():
    x, y = fixed_cloud()
    found = mixtures.fit(x, y, **START)
    heights = found.log_likelihood
    known = [-120.419840, -76.462678, -60.891630, -8.002377, -7.437687]
    assert np.allclose(heights[[0, 1, 2, 5, -1]], known, atol=1e-6)
    assert 18 <= len(heights) - 1 <= 26 and (np.diff(heights) >= 0).all()
    assert np.allclose(found.gate, [[0.105968, 3.847757], [0, 0]], atol=2e-6)
    assert np.allclose(found.weights[0], [1.111538, 1.862012], atol=1e-6)
    assert np.allclose(found.weights[1], [-1.121813, -1.126206], atol=1e-6)
    assert np.allclose(found.variances, [0.039966, 0.034491], atol=1e-6)


def test_at_a_fixed_point_the_mean_posterior_is_the_mean_prior():
    x, y = fixed_cloud()
    found = mixtures.fit(x, y, **START)
    h, g = found.responsibilities, mixtures.gate_probabilities(x, found.gate)
    assert h.mean(0)[0] == pytest.approx(0.513010, abs=1e-6)
    X = np.stack([np.ones(60), x], 1)
    assert np.allclose((h - g).T @ X, 0, atol=1e-5)


def test_the_mean_of_the_fixed_cloud_is_a_bad_summary():
    x, y = fixed_cloud()
    found = mixtures.fit(x, y, **START)
    mean, _ = mixtures.predict(x, *found.parameters)
    g = mixtures.gate_probabilities(x, found.gate)
    lines = np.stack([np.ones(60), x], 1) @ found.weights.T
    error, average = ((y - mean) ** 2).mean(), (g * (y[:, None] - lines) ** 2).sum(1).mean()
    _, ambiguity = mixtures.spread(x, *found.parameters)
    assert error == pytest.approx(0.741603, abs=1e-6)
    assert average == pytest.approx(1.493594, abs=1e-6)
    assert ambiguity.mean() == pytest.approx(0.751992, abs=1e-6)
    assert error == pytest.approx(average - ambiguity.mean(), abs=1e-12)
    assert ((y[:, None] - lines) ** 2).mean() == pytest.approx(4.069918, abs=1e-6)


def test_one_expert_is_the_regression_line():
    x, y = fixed_cloud()
    found = mixtures.fit(x, y, n_experts=1)
    slope, constant = np.polyfit(x, y, 1)
    assert np.allclose(found.weights, [[constant, slope]])
    assert found.variances[0] == pytest.approx(0.976646, abs=1e-6)
    assert found.log_likelihood[-1] == pytest.approx(-84.427395, abs=1e-6)
    assert found.gate.tolist() == [[0, 0]] and (found.responsibilities == 1).all()


def test_without_inputs_the_gate_is_a_constant_and_the_mixture_a_plain_one():
    # the fixed cloud with the experts' lines but a gate that does not see x
    x, y = fixed_cloud()
    gate, weights, variances = START.values()
    for _ in range(300):
        h = mixtures.responsibilities(x, y, gate, weights, variances)
        weights, variances = mixtures.fit_experts(x, y, h)
        gate = np.array([[np.log(h[:, 0].mean() / h[:, 1].mean()), 0], [0, 0]])
    assert height(x, y, (gate, weights, variances)) == pytest.approx(-19.495259, abs=1e-6)
    assert np.allclose(h.mean(0), [0.60191, 0.39809], atol=1e-5)
    plain = mixtures.fit(np.zeros((60, 0)), y, weights=[[2.0], [-1.0]], variances=[1.0, 1.0])
    means = mixtures.predict(np.zeros((1, 0)), *plain.parameters)[0]
    assert means[0] == pytest.approx(y.mean())  # moments match at a fixed point


# it climbs


@pytest.mark.parametrize("seed", range(200))
def test_no_step_of_em_falls_whatever_the_problem(seed):
    x, y, *theta = random_problem(seed)
    theta[2] = np.maximum(theta[2], experts.variance_floor(torch.from_numpy(y)))
    before = height(x, y, theta)
    for _ in range(12):
        theta = mixtures.em_step(x, y, *theta)
        after = height(x, y, theta)
        assert after >= before - 1e-9 * (1 + abs(before))
        before = after


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_the_reported_heights_never_fall_and_are_those_of_the_steps(seed):
    x, y, *theta = random_problem(seed)
    names = dict(zip(("gate", "weights", "variances"), theta, strict=True))
    path = list(mixtures.ascend(x, y, **names, steps=30))
    heights = path[-1].log_likelihood
    assert len(heights) == len(path) and (heights.diff() >= 0).all()
    for result, value in zip(path, heights, strict=True):
        assert height(x, y, result.parameters) == pytest.approx(value.item(), rel=1e-9, abs=1e-9)
        h = mixtures.responsibilities(x, y, *result.parameters)
        assert np.allclose(result.responsibilities, h, atol=1e-12)
        assert (result.gate[-1] == 0).all()


def test_not_even_the_last_digit_falls_when_it_may_go_on_to_the_end():
    # with tol 0 it climbs until rounding decides; without the guard the last gain can be -1e-14
    for seed in range(8):
        gains = mixtures.fit(*random_cloud(40, seed), seed=seed, tol=0.0).log_likelihood
        assert (np.diff(gains) >= 0).all()


def test_fit_is_em_step_after_em_step():
    x, y = random_cloud(100, 1)
    theta = starts(x, y, seed=5)
    found = mixtures.fit(x, y, seed=5, steps=7)
    for _ in range(7):
        theta = mixtures.em_step(x, y, *theta)
    assert len(found.log_likelihood) == 8
    assert all(np.allclose(a, b) for a, b in zip(theta, found.parameters, strict=True))


def test_a_bare_newton_step_can_fall_where_the_halved_one_climbs():
    # a gate that is sure, and often wrong: Newton's parabola bends far too little there
    X = torch.stack([torch.ones(40), torch.linspace(-1, 1, 40)], 1).double()
    right = torch.sigmoid(2 * X[:, 1])
    h, gate = torch.stack([right, 1 - right], 1), torch.tensor([[0.0, 12], [0, 0]]).double()
    before = gating.gate_objective(X, h, gate)
    bare = gate + gating.newton_direction(X, h, gate)
    assert gating.gate_objective(X, h, bare) < before - 1
    assert gating.gate_objective(X, h, gating.gate_step(X, h, gate)) > before


def test_many_gate_steps_find_the_gate_that_foretells_best():
    # at the maximum the slope vanishes: Σ (h - g) x = 0; so it does from a very bad start
    X = torch.stack([torch.ones(40), torch.linspace(-1, 1, 40)], 1).double()
    h = torch.stack([X[:, 1] + 0.1, 1 - 2 * X[:, 1], -X[:, 1]], 1).softmax(1)
    gate = torch.tensor([[5.0, 30], [0, -20], [0, 0]]).double()
    for _ in range(60):
        gate = gating.gate_step(X, h, gate)
    assert_close(gate, torch.tensor([[0.1, 2], [1, -1], [0, 0]]).double(), atol=1e-6, rtol=0)


def test_tol_is_the_gain_in_nats_after_which_it_stops():
    x, y = fixed_cloud()
    for tol in (1.0, 1e-3, 1e-6):
        gains = np.diff(mixtures.fit(x, y, **START, tol=tol).log_likelihood)
        assert gains[-1] <= tol < gains[:-1].min()


def test_steps_is_the_most_it_does_and_no_step_is_the_start():
    x, y = fixed_cloud()
    assert len(mixtures.fit(x, y, **START, steps=3).log_likelihood) == 4
    found = mixtures.fit(x, y, **START, steps=0)
    assert len(found.log_likelihood) == 1 and np.allclose(found.weights, START["weights"])


# it finds


def test_400_points_and_20_random_starts_find_the_same_summit():
    x, y = random_cloud(400, 0)
    known = mixtures.fit(x, y, **START)
    assert known.log_likelihood[0] == pytest.approx(-836.046, abs=1e-3)
    assert known.log_likelihood[-1] == pytest.approx(-98.6205, abs=1e-4)
    assert height(x, y, TRUTH) == pytest.approx(-102.3994, abs=1e-4)  # the fit beats the truth
    assert np.allclose(known.gate[0], [0.3710, 6.4903], atol=1e-4)
    assert np.allclose(known.weights, [[0.9777, 2.0096], [-0.9815, -0.9344]], atol=1e-4)
    assert np.allclose(np.sqrt(known.variances), [0.1883, 0.3662], atol=1e-4)
    for seed in range(20):
        found = mixtures.fit(x, y, seed=seed, tol=1e-6)
        assert found.log_likelihood[-1] == pytest.approx(-98.6205, abs=1e-3)


def test_the_truth_is_found_again_within_four_standard_deviations():
    # the standard deviations of an estimate from n = 2000, measured over 40 clouds
    close = {"gate": (0.082, 0.290), "first": (0.0073, 0.0136), "second": (0.025, 0.038)}
    for seed in range(3):
        x, y = random_cloud(2000, seed)
        found = mixtures.fit(x, y, **START, tol=1e-6)
        pairs = [(found.gate[0], (0.5, 6.0), close["gate"])]
        pairs += [(found.weights[0], (1.0, 2.0), close["first"])]
        pairs += [(found.weights[1], (-1.0, -1.0), close["second"])]
        pairs += [(np.sqrt(found.variances), (0.2, 0.4), (0.0039, 0.0093))]
        for estimate, truth, deviation in pairs:
            assert (abs(estimate - np.array(truth)) < 4 * np.array(deviation)).all()


def test_permuting_the_start_permutes_what_is_found():
    x, y = random_cloud(200, 2)
    gate, weights, variances = (part.copy() for part in starts(x, y, seed=0))
    one = mixtures.fit(x, y, gate=gate, weights=weights, variances=variances)
    other = mixtures.fit(x, y, gate=gate[::-1], weights=weights[::-1], variances=variances[::-1])
    assert other.log_likelihood[-1] == pytest.approx(one.log_likelihood[-1])
    assert np.allclose(other.weights, one.weights[::-1], atol=1e-4)
    assert np.allclose(other.gate[0], -one.gate[0], atol=1e-2)  # the last row is 0 in both
    assert np.allclose(other.responsibilities, one.responsibilities[:, ::-1], atol=1e-4)


def test_the_seed_decides_the_start_and_a_scale_changes_nothing_but_the_scale():
    x, y = random_cloud(100, 3)
    one, same, other = (mixtures.fit(x, y, seed=s, steps=0).weights for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.allclose(one, other)
    found, scaled = mixtures.fit(x, y, steps=10), mixtures.fit(100 * x + 7000, 1e-5 * y, steps=10)
    mean, _ = mixtures.predict(x, *found.parameters)
    again, _ = mixtures.predict(100 * x + 7000, *scaled.parameters)
    assert np.allclose(again, 1e-5 * mean, rtol=1e-4, atol=1e-9)


def test_three_experts_find_three_lines_in_the_plane():
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, (600, 2))
    lines = np.array([[2.0, 1, 0], [-2, 0, 1], [0, -1, -1]])
    gate = np.array([[0.0, 8, 0], [0, 0, 8], [0, 0, 0]])
    _, y = mixtures.sample(x, gate, lines, [0.01] * 3, generator=torch.Generator().manual_seed(0))
    found = mixtures.fit(x, y, weights=lines + 0.3, variances=[1.0] * 3)
    assert np.allclose(found.weights, lines, atol=0.1)
    assert found.log_likelihood[-1] > height(x, y, (gate, lines, [0.01] * 3))


# where it gets stuck


def test_experts_that_begin_alike_stay_alike_for_ever():
    x, y = random_cloud(400, 0)
    found = mixtures.fit(x, y, weights=[[0.3, 0.2]] * 2, variances=[1.0, 1.0])
    assert (found.responsibilities == 0.5).all() and (found.gate == 0).all()
    assert np.allclose(found.weights[0], np.polyfit(x, y, 1)[::-1])
    assert found.log_likelihood[-1] == pytest.approx(-463.784, abs=1e-3)


def test_the_likelihood_is_unbounded_and_the_floor_holds_it():
    # one expert stands exactly on one point: every factor 1/100 in its variance adds ln 10
    x, y = random_cloud(50, 0)
    lines = [[0.0, 0.0], [y[7], 0.0]]
    heights = [height(x, y, ([[0, 0], [0, 0]], lines, [1.0, 10.0**-k])) for k in (12, 14, 16)]
    assert np.allclose(np.diff(heights), math.log(10))
    for steps in (0, 1, 50):  # a start below the floor is lifted to it
        sharp = mixtures.fit(x, y, weights=lines, variances=[1.0, 1e-30], steps=steps)
        assert sharp.variances.min() >= experts.FLOOR * y.var() * (1 - 1e-12)
    assert np.isfinite(sharp.log_likelihood).all()


def test_a_gate_that_can_be_sure_grows_steeper_without_end_but_stays_finite():
    x = np.linspace(-1, 1, 40)
    y = np.where(x > 0, 5.0, -5.0) + 0.1 * np.sin(99 * x)
    path = list(mixtures.ascend(x, y, weights=PARALLEL, variances=[1.0, 1.0], steps=200, tol=0))
    slopes = torch.stack([result.gate[0, 1] for result in path])
    assert slopes[-1] > 100 and slopes.isfinite().all()
    assert (slopes[:10].diff() > 0).all()
    assert (path[-1].log_likelihood.diff() >= 0).all()


def test_one_point_is_met_exactly_with_the_variance_at_its_floor():
    found = mixtures.fit([0.5], [2.0])
    mean, variance = mixtures.predict([0.5], *found.parameters)
    assert mean.item() == pytest.approx(2) and variance.item() == pytest.approx(1e-6)


@pytest.mark.parametrize("at", [0.0, 1.0, -3.5, 1e6])
def test_a_constant_x_leaves_a_plain_mixture_of_two_heaps(at):
    y = np.concatenate([np.linspace(-5.1, -4.9, 30), np.linspace(4.9, 5.1, 10)])
    found = mixtures.fit(np.full(40, at), y, seed=1)
    mean, _ = mixtures.predict(np.array([at]), *found.parameters)
    assert mean[0] == pytest.approx(y.mean())
    means = np.sort(found.weights @ [1, at])
    assert np.allclose(means, [-5, 5], atol=0.01)


def test_constant_y_and_repeated_points_end_at_the_floor():
    found = mixtures.fit([1.0, 1.0, 2.0], [0.1, 0.1, 0.1])
    mean, variance = mixtures.predict([1.0], *found.parameters)
    assert mean.item() == pytest.approx(0.1) and variance.item() == pytest.approx(1e-6)


def test_an_expert_without_any_points_falls_back_to_the_line_of_all():
    x, y = fixed_cloud()
    weights, variances = mixtures.fit_experts(x, y, np.stack([np.ones(60), np.zeros(60)], 1))
    assert np.allclose(weights[1], weights[0]) and variances[1] == pytest.approx(variances[0])


# it refuses


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_experts": 0}, r"each of the M ≥ 1 experts; got M = \[0\]"),
        ({"weights": PARALLEL, "variances": [1.0]}, r"got M = \[1, 2\]"),
        ({"gate": np.zeros((0, 2))}, r"got M = \[0\]"),
        ({"gate": np.zeros((2, 3))}, "gate must have one row per expert with 2 numbers"),
        ({"variances": [1.0, 0.0]}, "variance above 0"),
        ({"steps": -1}, "steps and tol must be 0 or more; got -1"),
        ({"tol": -1.0}, "steps and tol must be 0 or more; got 1000 and -1.0"),
        ({"tol": float("nan")}, "steps and tol must be 0 or more"),
        ({"weights": [[1e200, 0]] * 2}, "a probability that float64 can hold; got a log-l"),
    ],
)
def test_a_start_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        mixtures.fit(*fixed_cloud(), **options)


def test_the_number_of_experts_is_read_from_the_start():
    found = mixtures.fit(*fixed_cloud(), variances=[1.0, 2.0, 3.0], steps=2)
    assert found.weights.shape == found.gate.shape == (3, 2)


@pytest.mark.parametrize("h", [np.ones((60,)), np.ones((59, 2)), -np.ones((60, 2))])
def test_responsibilities_that_do_not_fit_are_refused(h):
    with pytest.raises(ValueError, match=r"must be \(n, M\), none below 0, for these 60 points"):
        mixtures.fit_experts(*fixed_cloud(), h)
