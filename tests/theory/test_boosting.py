"""Bagging and boosting: equal to scikit-learn's on the same draws, and to their formulas."""

import math

import numpy as np
import pytest
import torch
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, BaggingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier
from torch.testing import assert_close

from helpers.theory.boosting import adaboost, bagging, bootstrap, line, stump, vote_weight


@pytest.fixture
def valley():
    """A valley with noise: x (120,), y (120,), and the sign of y."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, 120)
    y = 3 * abs(x) - 1 + 0.4 * draw.standard_normal(120)
    return x, y, np.where(y > 0, 1.0, -1.0)


def tree(x, labels, weights):
    """scikit-learn's stump as a learner of ours."""
    fitted = DecisionTreeClassifier(max_depth=1, random_state=0)
    fitted.fit(np.asarray(x)[:, None], np.asarray(labels), sample_weight=np.asarray(weights))
    return lambda x: torch.from_numpy(fitted.predict(np.asarray(x)[:, None]))


# twins


def test_bagged_lines_are_those_of_scikit_learn(valley):
    x, y, _ = valley
    twin = BaggingRegressor(LinearRegression(), n_estimators=8, random_state=0).fit(x[:, None], y)
    ensemble = bagging(line, x, y, torch.from_numpy(np.stack(twin.estimators_samples_)))
    at = np.linspace(-1.5, 1.5, 50)
    assert np.allclose(ensemble(at), twin.predict(at[:, None]))
    for ours, theirs in zip(ensemble.members, twin.estimators_, strict=True):
        assert np.allclose(ours(torch.from_numpy(at)), theirs.predict(at[:, None]))


def test_bagged_stumps_are_those_of_scikit_learn(valley):
    x, _, labels = valley
    learner = DecisionTreeClassifier(max_depth=1, random_state=0)
    twin = BaggingClassifier(learner, n_estimators=7, random_state=0).fit(x[:, None], labels)
    draws = torch.from_numpy(np.stack(twin.estimators_samples_))
    assert draws.shape == (7, 120)
    # scikit-learn passes how often a point was drawn as its weight; we repeat the point
    votes = bagging(tree, x, labels, draws)(x)
    theirs = np.stack([member.predict(x[:, None]) for member in twin.estimators_])
    assert np.allclose(votes, twin.classes_[theirs.astype(int)].mean(0))


@pytest.mark.parametrize("rounds", [1, 2, 5, 40])
def test_adaboost_is_that_of_scikit_learn(valley, rounds):
    x, _, labels = valley
    learner = DecisionTreeClassifier(max_depth=1, random_state=0)
    twin = AdaBoostClassifier(learner, n_estimators=rounds, random_state=0).fit(x[:, None], labels)
    ensemble = adaboost(tree, x, labels, rounds)
    assert np.allclose(ensemble.weights, twin.estimator_weights_ / 2)  # theirs is ln((1 - e)/e)
    # theirs is the difference of the two classes' scores, in shares of the weights: F counts twice
    share = 2 * ensemble(x) / ensemble.weights.sum()
    assert np.allclose(share, twin.decision_function(x[:, None]))
    assert np.array_equal(ensemble(x).sign().numpy(), twin.predict(x[:, None]))


# by hand


def test_the_weights_of_a_vote():
    assert vote_weight(0.25) == pytest.approx(math.log(3) / 2)
    assert vote_weight(0.5) == 0 and vote_weight(0.75) == -vote_weight(0.25)
    assert 11 < vote_weight(0.0) < 12 and -12 < vote_weight(1.0) < -11


def test_two_rounds_of_adaboost_on_four_points():
    # labels + - + +, no question is right everywhere. Round 1: "x > 1.5?" errs on point 0, e = 1/4,
    # α = ½ ln 3; point 0 then weighs 1/2, the others 1/6. Round 2: "x > .5?" turned round, or + for
    # all, err on 1/6 (point 1, for all +): e = 1/6, α = ½ ln 5.
    ensemble = adaboost(stump, [0, 1, 2, 3], [1, -1, 1, 1], rounds=2)
    known = {math.log(3) / 2, math.log(5) / 2}
    assert np.allclose(sorted(ensemble.weights.tolist()), sorted(known))
    first, second = (member(torch.arange(4.0)).tolist() for member in ensemble.members)
    assert {tuple(first), tuple(second)} == {(-1, -1, 1, 1), (1, 1, 1, 1)}


def test_an_ensemble_adds_its_members_answers():
    ensemble = bagging(line, [0.0, 1.0, 2.0], [0.0, 1.0, 4.0], torch.tensor([[0, 1, 1], [1, 2, 2]]))
    # lines y = x and y = 3x - 2: their mean is 2x - 1
    assert_close(ensemble([0.0, 3.0]), torch.tensor([-1.0, 5.0], dtype=torch.float64))
    assert ensemble.weights.sum().item() == 1


# laws


def test_the_weights_of_the_points_make_the_last_member_no_better_than_chance(valley):
    x, _, labels = (torch.from_numpy(part) for part in valley)
    ensemble = adaboost(stump, x, labels, 6)
    scores = sum(a * m(x) for a, m in zip(ensemble.weights, ensemble.members, strict=True))
    weights = (-labels * scores).exp()  # exp(-y F) after all rounds, before normalising
    wrong = ensemble.members[-1](x) != labels
    assert (weights[wrong].sum() / weights.sum()).item() == pytest.approx(0.5)


def test_the_mean_of_exp_minus_yf_is_the_product_of_the_normalisers(valley):
    # Π 2 √(e (1 - e)), and e = σ(-2 α)
    x, _, labels = (torch.from_numpy(part) for part in valley)
    ensemble = adaboost(stump, x, labels, 10)
    errors = torch.sigmoid(-2 * ensemble.weights)
    product = (2 * (errors * (1 - errors)).sqrt()).prod()
    assert_close((-labels * ensemble(x)).exp().mean(), product)


@pytest.mark.parametrize("seed", range(30))
def test_a_stump_is_the_best_of_all_questions(seed):
    draw = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 8, (15,), generator=draw).double()  # with equal points
    labels = 2.0 * torch.randint(0, 2, (15,), generator=draw).double() - 1
    weights = torch.rand(15, generator=draw, dtype=torch.float64)
    errors = [
        weights[torch.where(x > t, s, -s) != labels].sum().item()
        for t in torch.arange(-1, 9) + 0.5
        for s in (1.0, -1.0)
    ]
    found = weights[stump(x, labels, weights)(x) != labels].sum().item()
    assert found == pytest.approx(min(errors))


def test_boosting_drives_the_training_error_down(valley):
    x, _, labels = valley
    wrong = [
        (adaboost(stump, x, labels, rounds)(x).sign().numpy() != labels).mean()
        for rounds in (1, 3, 30)
    ]
    assert wrong[0] > 0.2 > wrong[1] >= wrong[2]


def test_a_member_without_error_ends_the_boosting():
    ensemble = adaboost(stump, [0, 1, 2, 3], [-1, -1, 1, 1], rounds=10)
    assert len(ensemble.members) == 1 and ensemble([1.4, 1.6]).sign().tolist() == [-1, 1]


def test_a_bootstrap_sample_holds_63_percent_of_the_points():
    # the share of distinct points: mean 1 - (1 - 1/n)^n, variance below .1 / n
    n, members = 500, 40
    draws = bootstrap(n, members, seed=1)
    shares = torch.tensor([len(row.unique()) / n for row in draws])
    expected = 1 - (1 - 1 / n) ** n
    assert draws.shape == (members, n) and expected == pytest.approx(0.632, abs=5e-4)
    assert shares.mean().item() == pytest.approx(expected, abs=4 * math.sqrt(0.1 / n / members))
    assert torch.equal(draws, bootstrap(n, members, seed=1))
    assert not torch.equal(draws, bootstrap(n, members, seed=2))


# it refuses


@pytest.mark.parametrize("labels", [[0, 1], [2, -1], [[1], [-1]], []])
def test_labels_that_are_no_signs_are_refused(labels):
    with pytest.raises(ValueError, match=r"Labels must be \(n,\), each -1 or \+1; got shape"):
        adaboost(stump, [0.0, 1.0], labels, 3)


@pytest.mark.parametrize("rounds", [0, True, 2.5])
def test_rounds_that_are_no_number_of_members_are_refused(rounds):
    with pytest.raises(ValueError, match=f"rounds must be a whole number ≥ 1; got {rounds}. Try"):
        adaboost(stump, [0.0, 1.0], [1, -1], rounds)
