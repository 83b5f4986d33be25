"""EM for mixtures of experts gives what was worked out by hand."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import em, mixtures
from helpers.theory.mixtures import Mixture
from tests.theory.clouds import START, fixed_cloud


def test_a_weighted_line_by_the_normal_equations():
    x, y = fixed_cloud()
    h = torch.stack([torch.linspace(0, 1, 60), torch.linspace(1, 0, 60)], 1).double()
    weights, variances = em.fit_experts(x, y, h)
    X = torch.stack([torch.ones_like(x), x], 1)
    for m in (0, 1):
        A = X.T * h[:, m]
        assert_close(weights[m], torch.linalg.solve(A @ X, A @ y))
        squares = (y - X @ weights[m]) ** 2
        assert_close(variances[m], (h[:, m] * squares).sum() / h[:, m].sum())


def test_one_newton_step_of_two_experts_by_the_formula():
    # v + [Σ g (1 - g) x xᵀ]⁻¹ Σ (h - g) x, here short enough to need no halving
    x, _ = fixed_cloud()
    X = torch.stack([torch.ones_like(x), x], 1)
    h, v = (3 * x - 0.2).sigmoid(), torch.tensor([0.3, 1.0]).double()
    g = (X @ v).sigmoid()
    expected = v + torch.linalg.solve((X.T * (g * (1 - g))) @ X, X.T @ (h - g))
    both, rest = torch.stack([h, 1 - h], 1), torch.zeros(2).double()
    found = em.gate_step(X, both, torch.stack([v, rest]))
    assert_close(found, torch.stack([expected, rest]), atol=1e-8, rtol=0)


def test_newtons_matrix_is_the_second_derivative():
    # three experts, two inputs: (second derivative of Q) · step = -(first derivative of Q)
    draw = torch.Generator().manual_seed(0)
    X = torch.cat([torch.ones(40, 1), torch.randn(40, 2, generator=draw)], 1).double()
    h = torch.randn(40, 3, generator=draw).double().softmax(1)
    gate = torch.randn(3, 3, generator=draw).double()

    def objective(free):
        return em.gate_objective(X, h, torch.cat([free.reshape(2, 3), gate[2:]]))

    free = gate[:2].flatten()
    curvature = torch.autograd.functional.hessian(objective, free)
    slope = torch.autograd.functional.jacobian(objective, free)
    step = em.newton_direction(X, h, gate)
    assert_close(step[:2].flatten(), -torch.linalg.solve(curvature, slope), atol=1e-6, rtol=1e-6)
    assert (step[2] == 0).all()


def test_the_fixed_cloud_gives_the_figures_worked_out_for_it():
    x, y = fixed_cloud()
    found = em.fit(x, y, START)
    heights = found.log_likelihood
    known = [-120.419840, -76.462678, -60.891630, -8.002377, -7.437687]
    assert np.allclose(heights[[0, 1, 2, 5, -1]], known, atol=1e-6)
    assert 18 <= len(heights) - 1 <= 26 and (heights.diff() >= 0).all()
    assert np.allclose(found.gate, [[0.105968, 3.847757], [0, 0]], atol=2e-6)
    assert np.allclose(found.weights[0], [1.111538, 1.862012], atol=1e-6)
    assert np.allclose(found.weights[1], [-1.121813, -1.126206], atol=1e-6)
    assert np.allclose(found.variances, [0.039966, 0.034491], atol=1e-6)


def test_at_a_fixed_point_the_mean_posterior_is_the_mean_prior():
    x, y = fixed_cloud()
    found = em.fit(x, y, START)
    h, g = found.responsibilities, mixtures.gate_probabilities(x, found.gate)
    assert h.mean(0)[0].item() == pytest.approx(0.513010, abs=1e-6)
    assert np.allclose((h - g).T @ mixtures.design(x), 0, atol=1e-5)


def test_the_mean_of_the_fixed_cloud_is_a_bad_summary():
    x, y = fixed_cloud()
    found = em.fit(x, y, START)
    mean, _ = mixtures.predict(x, found)
    g = mixtures.gate_probabilities(x, found.gate)
    lines = mixtures.design(x) @ found.weights.T
    error, average = ((y - mean) ** 2).mean(), (g * (y[:, None] - lines) ** 2).sum(1).mean()
    _, ambiguity = mixtures.spread(x, found)
    assert error.item() == pytest.approx(0.741603, abs=1e-6)
    assert average.item() == pytest.approx(1.493594, abs=1e-6)
    assert ambiguity.mean().item() == pytest.approx(0.751992, abs=1e-6)
    assert error.item() == pytest.approx((average - ambiguity.mean()).item(), abs=1e-12)
    assert ((y[:, None] - lines) ** 2).mean().item() == pytest.approx(4.069918, abs=1e-6)


def test_one_expert_is_the_regression_line():
    x, y = fixed_cloud()
    found = em.fit(x, y, n_experts=1)
    slope, constant = np.polyfit(x, y, 1)
    assert np.allclose(found.weights, [[constant, slope]])
    assert found.variances[0].item() == pytest.approx(0.976646, abs=1e-6)
    assert found.log_likelihood[-1].item() == pytest.approx(-84.427395, abs=1e-6)
    assert found.gate.tolist() == [[0, 0]] and (found.responsibilities == 1).all()


def test_without_inputs_the_gate_is_a_constant_and_the_mixture_a_plain_one():
    # the fixed cloud with the experts' lines but a gate that does not see x
    x, y = fixed_cloud()
    blind = START
    for _ in range(300):
        h = mixtures.responsibilities(x, y, blind)
        gate = [[(h[:, 0].mean() / h[:, 1].mean()).log().item(), 0], [0, 0]]
        blind = Mixture(gate, *em.fit_experts(x, y, h))
    height = mixtures.log_likelihood(x, y, blind).item()
    assert height == pytest.approx(-19.495259, abs=1e-6)
    assert np.allclose(h.mean(0), [0.60191, 0.39809], atol=1e-5)
    start = Mixture([[0.0], [0.0]], [[2.0], [-1.0]], [1.0, 1.0])
    plain = em.fit(torch.zeros(60, 0), y, start)
    means = mixtures.predict(torch.zeros(1, 0), plain)[0]
    assert means[0].item() == pytest.approx(y.mean().item())  # moments match at a fixed point
