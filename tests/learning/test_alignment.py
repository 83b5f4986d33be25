"""Alignment: the closed-form optimum, Bradley and Terry, and what DPO does and does not promise."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.alignment import (
    bradley_terry,
    dpo_loss,
    optimal_policy,
    optimal_value,
    reward_loss,
)
from helpers.theory.probability import kl

REFERENCE, REWARD = torch.tensor([0.5, 0.3, 0.2]).double(), torch.tensor([0.0, 1, 2]).double()


def value(policy, beta):
    return (policy * REWARD).sum(-1) - beta * kl(policy, REFERENCE)


@pytest.mark.parametrize(
    ("beta", "policy", "best", "distance", "reward"),
    [  # worked out with exp and sums alone
        (0.5, [0.036667, 0.162559, 0.800774], 1.306369, 0.915475, 1.764107),
        (1, [0.179000, 0.291944, 0.529056], 1.027222, 0.322834, 1.350056),
        (2, [0.32504, 0.32154, 0.35342], 0.861320, None, None),
    ],
)
def test_the_optimum_by_hand(beta, policy, best, distance, reward):
    found = optimal_policy([0.5, 0.3, 0.2], [0, 1, 2], beta)
    assert_close(found, torch.tensor(policy).double(), atol=6e-6, rtol=0)
    assert optimal_value(REFERENCE, REWARD, beta).item() == pytest.approx(best, abs=1e-6)
    if distance:
        assert kl(found, REFERENCE).item() == pytest.approx(distance, abs=1e-6)
        assert (found * REWARD).sum().item() == pytest.approx(reward, abs=1e-6)


@pytest.mark.parametrize("beta", [0.1, 1.0, 30.0])
def test_no_other_policy_is_worth_more(beta):
    best = optimal_value(REFERENCE, REWARD, beta)
    assert_close(value(optimal_policy(REFERENCE, REWARD, beta), beta), best)
    others = torch.distributions.Dirichlet(torch.ones(3).double()).sample((1000,))
    assert (value(others, beta) <= best + 1e-12).all()


def test_what_the_reference_never_says_stays_unsaid_and_small_beta_takes_the_best_of_the_rest():
    policy = optimal_policy([0.5, 0.5, 0.0], [0, 1, 9], beta=0.01)
    assert_close(policy, torch.tensor([0.0, 1, 0]).double(), atol=1e-12, rtol=0)


def test_only_differences_of_rewards_count():
    assert_close(bradley_terry(2.0, 1.0), bradley_terry(12.0, 11.0))
    assert bradley_terry(1.0, 0.0).item() == pytest.approx(0.731059, abs=1e-6)
    assert_close(reward_loss([1.0, 0.0], [0.0, 1.0]), (-bradley_terry(1, 0).log()
                 - bradley_terry(0, 1).log()) / 2)  # fmt: skip


def test_dpo_starts_at_ln_2_and_by_hand():
    log = [math.log(p) for p in (0.4, 0.3, 0.5, 0.2)]
    assert dpo_loss(-1.0, -2.0, -1.0, -2.0, 0.5).item() == pytest.approx(math.log(2))
    # margin ½ [ln(.3/.2) - ln(.4/.5)] = .314304
    loss = dpo_loss(log[1], log[0], log[3], log[2], beta=0.5)
    assert loss.item() == pytest.approx(0.548293, abs=1e-6)


def test_at_the_optimum_dpo_has_no_slope():
    """With preferences drawn as Bradley and Terry say, the expected loss is least at π*."""
    logits = optimal_policy(REFERENCE, REWARD, 0.7).log().requires_grad_()
    policy, reference = logits.log_softmax(-1), REFERENCE.log()
    loss = sum(
        bradley_terry(REWARD[w], REWARD[l])
        * dpo_loss(policy[w], policy[l], reference[w], reference[l], 0.7)
        for w in range(3)
        for l in range(3)  # noqa: E741
    )
    (slope,) = torch.autograd.grad(loss, logits)
    assert_close(slope, torch.zeros(3).double(), atol=1e-12, rtol=0)


def test_dpo_can_fall_while_the_preferred_answer_gets_rarer():
    log = [math.log(p) for p in (0.15, 0.1, 0.2, 0.5)]
    assert dpo_loss(*log, beta=0.5).item() == pytest.approx(0.416338, abs=1e-6)


@pytest.mark.parametrize("beta", [0, -1, math.nan, math.inf])
def test_a_beta_that_is_no_positive_number_is_refused(beta):
    with pytest.raises(ValueError, match="beta must be a positive number"):
        optimal_policy(REFERENCE, REWARD, beta)
    with pytest.raises(ValueError, match="beta must be a positive number"):
        dpo_loss(0.0, 0.0, 0.0, 0.0, beta)
