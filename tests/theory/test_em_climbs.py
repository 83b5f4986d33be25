"""EM for mixtures of experts: the log-likelihood never falls."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import experts, gating, mixtures
from tests.theory.clouds import START, fixed_cloud, random_cloud, random_problem


def height(x, y, theta):
    return float(mixtures.log_likelihood(x, y, *theta))


def starts(x, y, seed):
    """A random start for these data that respects the floor of the variances."""
    return mixtures.fit(x, y, seed=seed, steps=0).parameters


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
