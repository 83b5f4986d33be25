"""Linear students at their ends: no data, hardly any decay, much of it; and what is refused."""

import math

import numpy as np
import pytest

from helpers.theory.students import error_matrix, learning_curve, training_error


def test_students_without_data_know_nothing():
    assert learning_curve(1, 1, 0.05, 0.2) == (1, 1, 0)
    assert learning_curve(1 - 1e-9, 1, 0.05, 0.2) == pytest.approx((1, 1, 0), abs=1e-6)


@pytest.mark.parametrize("lam", [1e-9, 1e-15, 1e-300])
def test_hardly_any_decay_is_least_squares(lam):
    # Ridgeless: ε = σ²/(α - 1) for α > 1; 1 - α + σ²α/(1 - α) for α < 1, where ρ = 1 - α
    assert learning_curve(0, 3, lam, 0.2, K=1).error == pytest.approx(0.1)
    assert learning_curve(0, 0.5, lam, 0.2, K=1).error == pytest.approx(0.5 + 0.2)
    # c = ½, α = 1: ρ = ½, q = ¼ between two, ε = (¼ + 0.2/4) / ¾
    assert learning_curve(0.5, 1, lam, 0.2).error == pytest.approx(0.3 / 0.75)


@pytest.mark.parametrize("lam", [1e-6, 1e-12, 1e-30, 1e-300])
def test_at_the_interpolation_peak_the_error_grows_like_one_over_the_root_of_lambda(lam):
    # α = 1: ρ ≈ √λ, ε ≈ σ²/(2√λ)
    assert learning_curve(0, 1, lam, 0.2).error * math.sqrt(lam) == pytest.approx(0.1, rel=0.01)


def test_much_decay_learns_nothing():
    assert learning_curve(0.3, 1, 1e9, 0.2).error == pytest.approx(1)


def test_the_error_of_a_student_on_its_own_examples():
    # G(1, .05) = 4: (.466667 + .2) / 25, 7.5 times below the noise; λ = σ² as computed
    assert training_error(0, 1, 0.05, 0.2) == pytest.approx(2 / 75)
    assert training_error(0, 1, 0.2, 0.2) == pytest.approx(0.071652, abs=6e-7)


def test_a_student_that_hardly_learns_pays_the_whole_signal_and_noise_in_training():
    assert training_error(0, 1, 1e9, 0.2) == pytest.approx(1.2)


def test_numbers_give_floats_and_arrays_are_broadcast():
    assert all(type(e) is float for e in learning_curve(0.1, 1, 0.05, 0.2, K=3))
    curve = learning_curve(np.linspace(0, 1, 7)[:, None], 1, [0.05, 0.3], 0.2, K=10)
    assert curve.error.shape == curve.ambiguity.shape == (7, 2)
    assert curve.error[3, 1] == learning_curve(0.5, 1, 0.3, 0.2, K=10).error


def test_tensors_are_numbers_too():
    torch = pytest.importorskip("torch")
    curve = learning_curve(torch.tensor([0.1, 0.2], requires_grad=True), 1, 0.05, torch.tensor(0.2))
    assert curve.error == pytest.approx([0.4, 0.364928], abs=1e-6)


GOOD = dict(c=0.1, alpha=1, lam=0.05, sigma2=0.2, K=10, T=0.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (dict(c=-0.1), r"c must lie in \[0, 1\].*got -0.1. Try 0.25"),
        (dict(c=1.5), "got 1.5"),
        (dict(c=[0.1, math.nan]), "c must lie .* got nan"),
        (dict(alpha=0), "alpha must be positive and finite; got 0. Try 1.0"),
        (dict(alpha=math.inf), "got inf"),
        (dict(lam=0), "lam must be positive and finite; got 0. Try 0.05, or 1e-9"),
        (dict(lam=-1), "got -1"),
        (dict(sigma2=-0.2), "sigma2 must be ≥ 0 and finite; got -0.2"),
        (dict(K=0), "K must be a whole number ≥ 1, or math.inf; got 0. Try 10"),
        (dict(K=2.5), "got 2.5"),
        (dict(K=math.nan), "got nan"),
        (dict(T=-1), "T must be ≥ 0 and finite; got -1"),
    ],
)
def test_an_impossible_system_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        learning_curve(**GOOD | wrong)


@pytest.mark.parametrize("shared", [[[0.5, 0.6], [0.6, 0.7]], [[1, -1], [-1, 1]], [1, 1], [[1, 1]]])
def test_an_impossible_overlap_is_refused(shared):
    with pytest.raises(ValueError, match="no pair may share more than either has"):
        error_matrix(shared, 0.05, 0.2)
