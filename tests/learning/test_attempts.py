"""Attempts: pass@k without bias, and the best of n."""

import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.alignment import optimal_policy
from helpers.learning.alignment.attempts import best_of_n, pass_at_k

PROBS = torch.tensor([0.5, 0.2, 0.3], dtype=torch.float64)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_on_average_the_estimate_is_the_truth(k):
    n, p = 5, 0.3
    chance = [math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    mean = sum(w * pass_at_k(n, c, k) for c, w in enumerate(chance))
    assert mean == pytest.approx(1 - (1 - p) ** k)


def test_the_estimate_counts_the_choices_that_hold_a_right_one():
    attempts = [True, True, False, False, False]
    for k in range(1, 6):
        choices = list(itertools.combinations(attempts, k))
        assert pass_at_k(5, 2, k) == pytest.approx(sum(map(any, choices)) / len(choices))


def test_it_refuses_more_attempts_than_were_made():
    with pytest.raises(ValueError, match=r"k must be a whole number in 1 … 4"):
        pass_at_k(4, 1, 5)


def test_the_best_of_n_is_that_of_all_groups():
    """By hand: every group of three, each with its probability; the first of the best is taken."""
    rewards, expected = torch.tensor([0.0, 1.0, 1.0]).double(), torch.zeros(3).double()
    for group in itertools.product(range(3), repeat=3):
        best = max(group, key=lambda i: rewards[i])  # the first among equals
        expected[best] += PROBS[list(group)].prod()
    assert_close(best_of_n(PROBS, rewards, 3), expected)
    assert_close(best_of_n(PROBS, rewards, 1), PROBS)


def test_with_two_levels_the_best_of_n_is_an_optimal_policy():
    rewards = torch.tensor([0.0, 1.0, 0.0]).double()
    p, found = 0.2, 1 - 0.8**4
    beta = 1 / math.log(found / (1 - found) / (p / (1 - p)))
    assert_close(best_of_n(PROBS, rewards, 4), optimal_policy(PROBS, rewards, beta))


def test_what_is_never_said_is_never_the_best():
    best = best_of_n([[0.5, 0.5, 0.0]], [[0.0, 0.0, 1.0]], 50)
    assert_close(best.double(), torch.tensor([[0.5, 0.5, 0.0]]).double())


def test_it_refuses_rewards_of_another_shape():
    with pytest.raises(ValueError, match="rewards must be"):
        best_of_n(PROBS, torch.zeros(2), 3)
