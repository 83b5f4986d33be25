"""Where EM for mixtures of experts ends: at what is there, in a trap, or with a refusal."""

import math

import numpy as np
import pytest
import torch

from helpers.theory import experts, mixtures
from tests.theory.clouds import START, TRUTH, fixed_cloud, random_cloud

PARALLEL = [[1.0, 0.0], [-1.0, 0.0]]


def height(x, y, theta):
    return float(mixtures.log_likelihood(x, y, *theta))


def starts(x, y, seed):
    """A random start for these data that respects the floor of the variances."""
    return mixtures.fit(x, y, seed=seed, steps=0).parameters


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
