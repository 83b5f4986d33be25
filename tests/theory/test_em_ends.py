"""Where EM for mixtures of experts ends: at what is there, in a trap, or with a refusal."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.theory import em, mixtures
from helpers.theory.mixtures import Mixture
from tests.theory.clouds import START, TRUTH, fixed_cloud, random_cloud

EVEN = [[0.0, 0.0], [0.0, 0.0]]
PARALLEL = Mixture(EVEN, [[1.0, 0.0], [-1.0, 0.0]], [1.0, 1.0])


def height(x, y, mixture):
    return mixtures.log_likelihood(x, y, mixture).item()


# it finds


def test_400_points_and_20_random_starts_find_the_same_summit():
    x, y = random_cloud(400, 0)
    known = em.fit(x, y, START)
    assert known.log_likelihood[0].item() == pytest.approx(-836.046, abs=1e-3)
    assert known.log_likelihood[-1].item() == pytest.approx(-98.6205, abs=1e-4)
    assert height(x, y, TRUTH) == pytest.approx(-102.3994, abs=1e-4)  # the fit beats the truth
    assert np.allclose(known.gate[0], [0.3710, 6.4903], atol=1e-4)
    assert np.allclose(known.weights, [[0.9777, 2.0096], [-0.9815, -0.9344]], atol=1e-4)
    assert np.allclose(known.variances.sqrt(), [0.1883, 0.3662], atol=1e-4)
    for seed in range(20):
        found = em.fit(x, y, seed=seed, tol=1e-6)
        assert found.log_likelihood[-1].item() == pytest.approx(-98.6205, abs=1e-3)


def test_the_truth_is_found_again_within_four_standard_deviations():
    # the standard deviations of an estimate from n = 2000, measured over 40 clouds
    close = {"gate": (0.082, 0.290), "first": (0.0073, 0.0136), "second": (0.025, 0.038)}
    for seed in range(3):
        x, y = random_cloud(2000, seed)
        found = em.fit(x, y, START, tol=1e-6)
        pairs = [(found.gate[0], (0.5, 6.0), close["gate"])]
        pairs += [(found.weights[0], (1.0, 2.0), close["first"])]
        pairs += [(found.weights[1], (-1.0, -1.0), close["second"])]
        pairs += [(found.variances.sqrt(), (0.2, 0.4), (0.0039, 0.0093))]
        for estimate, truth, deviation in pairs:
            assert (abs(estimate.numpy() - np.array(truth)) < 4 * np.array(deviation)).all()


def test_permuting_the_start_permutes_what_is_found():
    x, y = random_cloud(200, 2)
    start = em.random_start(x, y, seed=0)
    turned = Mixture(start.gate.flip(0), start.weights.flip(0), start.variances.flip(0))
    one, other = em.fit(x, y, start), em.fit(x, y, turned)
    assert_close(other.log_likelihood[-1], one.log_likelihood[-1])
    assert np.allclose(other.weights, one.weights.flip(0), atol=1e-4)
    assert np.allclose(other.gate[0], -one.gate[0], atol=1e-2)  # the last row is 0 in both
    assert np.allclose(other.responsibilities, one.responsibilities.flip(1), atol=1e-4)


def test_the_seed_decides_the_start_and_a_scale_changes_nothing_but_the_scale():
    x, y = random_cloud(100, 3)
    one, same, other = (em.fit(x, y, seed=s, steps=0).weights for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.allclose(one, other)
    found, scaled = em.fit(x, y, steps=10), em.fit(100 * x + 7000, 1e-5 * y, steps=10)
    mean, _ = mixtures.predict(x, found)
    again, _ = mixtures.predict(100 * x + 7000, scaled)
    assert np.allclose(again, 1e-5 * mean, rtol=1e-4, atol=1e-9)


def test_three_experts_find_three_lines_in_the_plane():
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, (600, 2))
    lines = np.array([[2.0, 1, 0], [-2, 0, 1], [0, -1, -1]])
    gate = np.array([[0.0, 8, 0], [0, 0, 8], [0, 0, 0]])
    truth = Mixture(gate, lines, [0.01] * 3)
    _, y = mixtures.sample(x, truth, generator=torch.Generator().manual_seed(0))
    found = em.fit(x, y, Mixture(0 * gate, lines + 0.3, [1.0] * 3))
    assert np.allclose(found.weights, lines, atol=0.1)
    assert found.log_likelihood[-1] > height(x, y, truth)


# where it gets stuck


def test_experts_that_begin_alike_stay_alike_for_ever():
    x, y = random_cloud(400, 0)
    found = em.fit(x, y, Mixture(EVEN, [[0.3, 0.2]] * 2, [1.0, 1.0]))
    assert (found.responsibilities == 0.5).all() and (found.gate == 0).all()
    assert np.allclose(found.weights[0], np.polyfit(x, y, 1)[::-1])
    assert found.log_likelihood[-1].item() == pytest.approx(-463.784, abs=1e-3)


def test_the_likelihood_is_unbounded_and_the_floor_holds_it():
    # one expert stands exactly on one point: every factor 1/100 in its variance adds ln 10
    x, y = random_cloud(50, 0)
    lines = [[0.0, 0.0], [y[7].item(), 0.0]]
    heights = [height(x, y, Mixture(EVEN, lines, [1.0, 10.0**-k])) for k in (12, 14, 16)]
    assert np.allclose(np.diff(heights), math.log(10))
    for steps in (0, 1, 50):  # a start below the floor is lifted to it
        sharp = em.fit(x, y, Mixture(EVEN, lines, [1.0, 1e-30]), steps=steps)
        assert sharp.variances.min() >= em.FLOOR * y.var(correction=0) * (1 - 1e-12)
    assert sharp.log_likelihood.isfinite().all()


def test_a_gate_that_can_be_sure_grows_steeper_without_end_but_stays_finite():
    x = np.linspace(-1, 1, 40)
    y = np.where(x > 0, 5.0, -5.0) + 0.1 * np.sin(99 * x)
    path = list(em.ascend(x, y, PARALLEL, steps=200, tol=0))
    slopes = torch.stack([result.gate[0, 1] for result in path])
    assert slopes[-1] > 100 and slopes.isfinite().all()
    assert (slopes[:10].diff() > 0).all()
    assert (path[-1].log_likelihood.diff() >= 0).all()


def test_one_point_is_met_exactly_with_the_variance_at_its_floor():
    found = em.fit([0.5], [2.0])
    mean, variance = mixtures.predict([0.5], found)
    assert mean.item() == pytest.approx(2) and variance.item() == pytest.approx(1e-6)


@pytest.mark.parametrize("at", [0.0, 1.0, -3.5, 1e6])
def test_a_constant_x_leaves_a_plain_mixture_of_two_heaps(at):
    y = np.concatenate([np.linspace(-5.1, -4.9, 30), np.linspace(4.9, 5.1, 10)])
    found = em.fit(np.full(40, at), y, seed=1)
    mean, _ = mixtures.predict(np.array([at]), found)
    assert mean[0].item() == pytest.approx(y.mean())
    means = np.sort(found.weights.numpy() @ [1, at])
    assert np.allclose(means, [-5, 5], atol=0.01)


def test_constant_y_and_repeated_points_end_at_the_floor():
    found = em.fit([1.0, 1.0, 2.0], [0.1, 0.1, 0.1])
    mean, variance = mixtures.predict([1.0], found)
    assert mean.item() == pytest.approx(0.1) and variance.item() == pytest.approx(1e-6)


def test_an_expert_without_any_points_falls_back_to_the_line_of_all():
    x, y = fixed_cloud()
    h = torch.tensor([[1.0, 0.0]]).expand(60, 2)
    for part in em.fit_experts(x, y, h):
        assert_close(part[1], part[0])


# it refuses


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_experts": 0}, "n_experts must be a whole number ≥ 1; got 0. Try n_experts=2"),
        ({"n_experts": True}, "n_experts must be a whole number ≥ 1; got True"),
        ({"start": Mixture([[0.0] * 3], [[0.0] * 3], [1.0])}, r"2 numbers.* \(1, 3\) for d = 1"),
        ({"steps": -1}, "steps must be a whole number ≥ 0; got -1. Try steps=1000"),
        ({"tol": -1.0}, "tol must be 0 or more nats; got -1. Try tol=1e-12"),
        ({"tol": float("nan")}, "tol must be 0 or more nats; got nan"),
        ({"start": Mixture(EVEN, [[1e200, 0]] * 2, [1, 1])}, "float64 can hold; got a log-l"),
    ],
)
def test_a_start_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        em.fit(*fixed_cloud(), **options)


def test_the_number_of_experts_is_that_of_the_start():
    x, y = fixed_cloud()
    found = em.fit(x, y, em.random_start(x, y, n_experts=3), steps=2)
    assert found.weights.shape == found.gate.shape == (3, 2)


@pytest.mark.parametrize("h", [np.ones((60,)), np.ones((59, 2)), -np.ones((60, 2))])
def test_responsibilities_that_do_not_fit_are_refused(h):
    with pytest.raises(ValueError, match=r"must be \(n, M\), none below 0, for these 60 points"):
        em.fit_experts(*fixed_cloud(), h)
