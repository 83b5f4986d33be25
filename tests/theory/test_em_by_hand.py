"""EM for mixtures of experts gives what was worked out by hand."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import experts, gating, mixtures
from tests.theory.clouds import START, fixed_cloud


def height(x, y, theta):
    return float(mixtures.log_likelihood(x, y, *theta))


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
