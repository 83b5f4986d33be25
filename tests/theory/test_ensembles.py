"""The best ensemble: what to hold out, how to decay and weight, and the error no weights beat."""

import math

import numpy as np
import pytest

from helpers.theory import ensembles
from helpers.theory.ensembles import (
    best_c,
    best_lambda,
    best_weights,
    error_matrix,
    learning_curve,
    random_subsets,
)
from helpers.theory.students import response

UNEQUAL = np.logspace(-3, 0, 10)  # the weight decays of Sollich & Krogh's figure 3


def matrix(T, c=0.2):
    return error_matrix(random_subsets(c, 1, 10), UNEQUAL, 0.2, T)


def test_the_names_others_rely_on_are_behind_one_door():
    assert all(hasattr(ensembles, name) for name in ensembles.__all__)
    assert {"learning_curve", "simulate", "decompose"} <= set(ensembles.__all__)


@pytest.mark.parametrize(
    ("lam", "K", "c", "error"),
    [
        (0.05, math.inf, 0.268693, 0.358258),
        (0.01, math.inf, 0.340345, 0.358258),
        (0.001, math.inf, 0.356466, 0.358258),
        (0.3, math.inf, 0.0, 0.366639),
        (0.05, 10, 0.2555, 0.37738),
        (0.05, 2, 0.167, 0.44661),
    ],
)
def test_the_minimum_lies_where_it_was_computed(lam, K, c, error):
    found, digits = best_c(1, lam, 0.2, K), 3e-4 if math.isfinite(K) else 6e-7
    assert found == pytest.approx(c, abs=digits)
    assert learning_curve(found, 1, lam, 0.2, K).error == pytest.approx(error, abs=5e-6)


@pytest.mark.parametrize(
    ("T", "c"), [(0, 0.2555), (0.1, 0.2055), (0.2, 0.163), (0.3, 0.1265), (0.5, 0.067), (1, 0)]
)
def test_training_noise_leaves_less_to_hold_out(T, c):
    assert best_c(1, 0.05, 0.2, 10, T) == pytest.approx(c, abs=5e-4)


def test_two_students_should_see_everything_where_ten_should_see_a_third():
    assert best_c(2, 0.02, 0.5, K=2) == 0
    assert best_c(2, 0.02, 0.5, K=10) == pytest.approx(0.65, abs=0.005)


@pytest.mark.parametrize("alpha", [0.3, 1, 4])
@pytest.mark.parametrize("sigma2", [0.05, 0.6])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99, 3])
def test_equation_12_and_the_error_that_no_share_beats(alpha, sigma2, share):
    lam, G = share * sigma2, response(alpha, sigma2)
    c = best_c(alpha, lam, sigma2)
    assert c == pytest.approx(max(0, (1 - share) / (1 + G)), abs=1e-6)
    least = learning_curve(c, alpha, lam, sigma2).error
    if share <= 1:  # the best ensemble is the best single student
        assert least == pytest.approx(sigma2 * G)
        assert least == pytest.approx(learning_curve(0, alpha, sigma2, sigma2, K=1).error)
    else:
        assert least > sigma2 * G * (1 + 1e-6)


@pytest.mark.parametrize("c", [0.0, 0.1, 0.2, 0.3])
def test_the_best_decay_falls_as_more_is_held_out(c):
    exact = 0.2 * (1 - c * (1 + response(1, 0.2)))
    assert best_lambda(c, 1, 0.2) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(("c", "lam"), [(0.1, 0.1502), (0.2, 0.1014), (0.3, 0.0539)])
def test_ten_students_want_less_decay_than_one(c, lam):
    assert best_lambda(c, 1, 0.2, K=10) == pytest.approx(lam, abs=5e-5)


def test_too_much_held_out_wants_no_decay_at_all():
    assert best_lambda(0.5, 1, 0.2) == pytest.approx(1e-9)


@pytest.mark.parametrize("alpha", [0.5, 1, 3])
def test_one_student_should_decay_by_the_noise(alpha):
    assert best_lambda(0, alpha, 0.3, K=1) == pytest.approx(0.3, rel=1e-5)


@pytest.mark.parametrize(
    ("T", "uniform", "optimized", "single"),
    [(0.1, 0.78612, 0.43290, 0.49807), (0, 0.38918, 0.37633, 0.35826)],
)
def test_figure_3_comes_out(T, uniform, optimized, single):
    E = matrix(T)
    w = best_weights(E)
    assert E.mean() == pytest.approx(uniform, abs=6e-6)
    assert w @ E @ w == pytest.approx(optimized, abs=6e-6)
    alone = learning_curve(0, 1, best_lambda(0, 1, 0.2, 1, T), 0.2, K=1, T=T).error
    assert alone == pytest.approx(single, abs=6e-6)


def test_the_best_weights_beat_every_other():
    E, rng = matrix(0.1), np.random.default_rng(0)
    w, others = best_weights(E), rng.dirichlet(np.ones(10), 2000)
    assert w.sum() == pytest.approx(1) and (w >= 0).all()
    assert (np.einsum("nk,kl,nl->n", others, E, others) >= w @ E @ w).all()


def test_no_exchange_between_two_members_helps():
    # E w is the same for everyone inside and larger outside (Karush, Kuhn and Tucker)
    rng, outside = np.random.default_rng(1), 0
    for _ in range(200):
        K = rng.integers(1, 9)
        root = rng.standard_normal((K, 2 * K)) + 2 * rng.standard_normal(2 * K)
        E = root @ root.T
        w = best_weights(E)
        assert w.sum() == pytest.approx(1) and (w >= 0).all()
        np.testing.assert_allclose((E @ w)[w > 0], w @ E @ w, rtol=1e-6)
        assert ((E @ w) >= (w @ E @ w) * (1 - 1e-6)).all()
        outside += (w == 0).any()
    assert outside > 50  # the constraint was at work


@pytest.mark.parametrize("scale", [1e-15, 1, 1e15])
def test_independent_members_are_weighted_by_their_precision(scale):
    assert best_weights(scale * np.diag([1, 2, 4])) == pytest.approx([4 / 7, 2 / 7, 1 / 7])


def test_twins_share_alike_and_a_perfect_member_takes_all():
    assert best_weights(np.ones((4, 4))) == pytest.approx([0.25] * 4)
    assert best_weights(np.zeros((2, 2))) == pytest.approx([0.5, 0.5])
    assert best_weights([[0, 0], [0, 1]]) == pytest.approx([1, 0], abs=1e-9)
    assert best_weights([[3.0]]) == pytest.approx([1])


@pytest.mark.parametrize(
    "errors", [[1, 2], [[1, 2, 3]], [[1, 0.5], [0.2, 1]], [[1, 2], [2, 1]], [[math.nan]], []]
)
def test_what_is_no_matrix_of_errors_is_refused(errors):
    with pytest.raises(ValueError, match="errors must be a symmetric .K, K. matrix"):
        best_weights(errors)
