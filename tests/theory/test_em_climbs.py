"""EM for mixtures of experts: the log-likelihood never falls."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import em, mixtures
from tests.theory.clouds import START, fixed_cloud, random_cloud, random_problem


def height(x, y, mixture):
    return mixtures.log_likelihood(x, y, mixture).item()


@pytest.mark.parametrize("seed", range(200))
def test_no_step_of_em_falls_whatever_the_problem(seed):
    x, y, mixture = random_problem(seed)
    variances = mixture.variances.clamp_min(em.variance_floor(y))
    mixture = dataclasses.replace(mixture, variances=variances)
    before = height(x, y, mixture)
    for _ in range(12):
        mixture = em.step(x, y, mixture)
        after = height(x, y, mixture)
        assert after >= before - 1e-9 * (1 + abs(before))
        before = after


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_the_reported_heights_never_fall_and_are_those_of_the_steps(seed):
    x, y, mixture = random_problem(seed)
    path = list(em.ascend(x, y, mixture, steps=30))
    heights = path[-1].log_likelihood
    assert len(heights) == len(path) and (heights.diff() >= 0).all()
    for result, value in zip(path, heights, strict=True):
        assert height(x, y, result) == pytest.approx(value.item(), rel=1e-9, abs=1e-9)
        h = mixtures.responsibilities(x, y, result)
        assert np.allclose(result.responsibilities, h, atol=1e-12)
        assert (result.gate[-1] == 0).all()


def test_not_even_the_last_digit_falls_when_it_may_go_on_to_the_end():
    # with tol 0 it climbs until rounding decides; without the guard the last gain can be -1e-14
    for seed in range(8):
        gains = em.fit(*random_cloud(40, seed), seed=seed, tol=0.0).log_likelihood
        assert (gains.diff() >= 0).all()


def test_fit_is_em_step_after_em_step():
    x, y = random_cloud(100, 1)
    mixture = em.random_start(x, y, seed=5)
    found = em.fit(x, y, seed=5, steps=7)
    for _ in range(7):
        mixture = em.step(x, y, mixture)
    assert len(found.log_likelihood) == 8
    for part in ("gate", "weights", "variances"):
        assert_close(getattr(mixture, part), getattr(found, part))


def test_a_bare_newton_step_can_fall_where_the_halved_one_climbs():
    # a gate that is sure, and often wrong: Newton's parabola bends far too little there
    X = torch.stack([torch.ones(40), torch.linspace(-1, 1, 40)], 1).double()
    right = torch.sigmoid(2 * X[:, 1])
    h, gate = torch.stack([right, 1 - right], 1), torch.tensor([[0.0, 12], [0, 0]]).double()
    before = em.gate_objective(X, h, gate)
    bare = gate + em.newton_direction(X, h, gate)
    assert em.gate_objective(X, h, bare) < before - 1
    assert em.gate_objective(X, h, em.gate_step(X, h, gate)) > before


def test_many_gate_steps_find_the_gate_that_foretells_best():
    # at the maximum the slope vanishes: Σ (h - g) x = 0; so it does from a very bad start
    X = torch.stack([torch.ones(40), torch.linspace(-1, 1, 40)], 1).double()
    h = torch.stack([X[:, 1] + 0.1, 1 - 2 * X[:, 1], -X[:, 1]], 1).softmax(1)
    gate = torch.tensor([[5.0, 30], [0, -20], [0, 0]]).double()
    for _ in range(60):
        gate = em.gate_step(X, h, gate)
    assert_close(gate, torch.tensor([[0.1, 2], [1, -1], [0, 0]]).double(), atol=1e-6, rtol=0)


def test_tol_is_the_gain_in_nats_after_which_it_stops():
    x, y = fixed_cloud()
    for tol in (1.0, 1e-3, 1e-6):
        gains = em.fit(x, y, START, tol=tol).log_likelihood.diff()
        assert gains[-1] <= tol < gains[:-1].min()


def test_steps_is_the_most_it_does_and_no_step_is_the_start():
    x, y = fixed_cloud()
    assert len(em.fit(x, y, START, steps=3).log_likelihood) == 4
    found = em.fit(x, y, START, steps=0)
    assert len(found.log_likelihood) == 1 and torch.equal(found.weights, START.weights)
