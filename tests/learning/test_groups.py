"""Groups: right on average, and a small GPT learns what a verifier rewards."""

import copy
import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.alignment import optimal_policy
from helpers.learning.alignment.groups import (
    centred,
    choice_log_probs,
    clipped,
    improve,
    standardised,
)
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.theory.probability import kl

PROMPTS, ANSWERS = torch.tensor([[0, 1], [1, 0]]), torch.tensor([2, 3, 4])
REWARDS = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(2, 5, n_layer=1, n_head=2, n_embd=16)).eval()


@torch.no_grad()
def policy_of(model):
    return choice_log_probs(model, PROMPTS, ANSWERS).double().softmax(-1)


def test_only_the_answers_share_the_probability(model):
    logits = model(PROMPTS)[0][:, -1]
    assert_close(policy_of(model).sum(1), torch.ones(2).double())
    assert_close(choice_log_probs(model, PROMPTS, ANSWERS), logits[:, 2:].log_softmax(-1))


def test_advantages_by_hand():
    # means 1/4 and 1/2; deviations √(1/4 · 3/4) = .4330 and 1/2
    rewards = torch.tensor([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    expected = torch.tensor([[0.75, -0.25, -0.25, -0.25], [0.5, 0.5, -0.5, -0.5]])
    assert_close(centred(rewards), expected)
    scaled = expected / torch.tensor([[math.sqrt(3) / 4], [0.5]])
    assert_close(standardised(rewards), scaled, atol=1e-3, rtol=0)


@pytest.mark.parametrize("advantage", [centred, standardised])
def test_a_group_that_is_all_alike_teaches_nothing(advantage):
    assert_close(advantage(torch.ones(2, 5)), torch.zeros(2, 5))


def test_on_average_a_group_climbs_the_reward():
    """Exactly: over all 3³ groups of three answers; the group's own mean takes 1/3 of the slope."""
    reward = torch.tensor([1.0, 0.0, 3.0]).double()
    logits = torch.tensor([0.5, 0.0, -0.3]).double().requires_grad_()
    log_pi = logits.log_softmax(-1)
    pi = log_pi.exp()
    (exact,) = torch.autograd.grad((pi * reward).sum(), logits, retain_graph=True)
    mean = torch.zeros(3).double()
    for group in itertools.product(range(3), repeat=3):
        rows = torch.tensor([group])
        drawn = log_pi[rows]
        loss = clipped(drawn, drawn.detach(), centred(reward[rows]))
        (slope,) = torch.autograd.grad(loss, logits, retain_graph=True)
        mean -= pi[rows].prod().detach() * slope
    assert_close(mean, exact * 2 / 3)


@pytest.mark.parametrize(
    "advantage, ratio, pull",
    [(1, 1.0, 1.0), (1, 1.3, 0.0), (1, 0.5, 0.5), (-1, 1.3, -1.3), (-1, 0.5, 0.0)],
)
def test_what_has_gone_far_enough_pulls_no_more(advantage, ratio, pull):
    log_pi = torch.tensor([[math.log(ratio)]], requires_grad=True)
    loss = clipped(log_pi, torch.zeros(1, 1), torch.tensor([[float(advantage)]]), clip=0.2)
    (slope,) = torch.autograd.grad(loss, log_pi)
    assert -slope.item() == pytest.approx(pull)


@pytest.mark.parametrize("reuse", [1, 4])
def test_it_brings_a_gpt_to_the_optimum(model, reuse):
    beta, tuned = 0.5, copy.deepcopy(model)
    options = {"steps": 300, "lr": 5e-3, "group": 64, "reuse": reuse}
    trace = improve(tuned, PROMPTS, ANSWERS, REWARDS, beta=beta, **options)
    best = optimal_policy(policy_of(model), REWARDS.double(), beta)
    assert (policy_of(tuned) - best).abs().max() < 0.08
    assert trace[0].kl == pytest.approx(0, abs=1e-6) and len(trace) == 300
    now = policy_of(tuned)
    assert trace[-1].reward == pytest.approx((now * REWARDS).sum(1).mean().item(), abs=0.03)
    assert trace[-1].kl == pytest.approx(kl(now, policy_of(model)).mean().item(), abs=0.03)


def test_the_same_seed_learns_the_same_and_every_step_is_announced(model):
    steps, ends = [], []
    for _ in range(2):
        tuned = copy.deepcopy(model)
        improve(tuned, PROMPTS, ANSWERS, REWARDS, beta=0.1, steps=3, on_step=steps.append)
        ends.append(policy_of(tuned))
    assert_close(*ends)
    assert steps == [0, 1, 2, 0, 1, 2]


def test_answers_are_drawn_anew_only_when_they_have_been_used_up(model):
    asked = []

    def count(worth):
        asked.append(worth.shape)
        return centred(worth)

    options = {"steps": 6, "reuse": 3, "group": 4, "advantage": count}
    improve(model, PROMPTS, ANSWERS, REWARDS, beta=0.1, **options)
    assert asked == [(2, 4), (2, 4)]


def test_it_refuses_a_clip_of_nothing():
    with pytest.raises(ValueError, match="clip must be a number > 0"):
        clipped(torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2), clip=0)
