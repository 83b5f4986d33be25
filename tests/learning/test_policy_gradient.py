"""Policy gradient: right on average, and it brings a small GPT to the optimum."""

import copy
import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.alignment import dpo, optimal_policy, optimal_value
from helpers.learning.alignment.answers import answer_log_probs
from helpers.learning.alignment.policy_gradient import improve, surrogate
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.theory.probability import kl

V, A, BETA = 3, 2, 0.7
PROMPT = torch.tensor([[0, 1]])
ALL = torch.tensor(list(itertools.product(range(V), repeat=A)))
REWARD = torch.linspace(-1, 1, 9).double()


def places(answers):
    return answers[:, 0] * V + answers[:, 1]


def test_on_average_the_gradient_is_that_of_the_objective():
    """Exactly: the mean over all 4³ groups of three answers, each weighed by its probability."""
    reference = torch.tensor([0.4, 0.3, 0.2, 0.1]).double()
    reward = torch.tensor([0.0, 1.0, -1.0, 3.0]).double()
    logits = torch.tensor([0.5, 0.0, -0.3, 0.2]).double().requires_grad_()
    log_pi = logits.log_softmax(-1)
    pi = log_pi.exp()
    objective = (pi * reward).sum() - BETA * kl(pi, reference)
    (exact,) = torch.autograd.grad(objective, logits, retain_graph=True)
    mean = torch.zeros(4).double()
    for group in itertools.product(range(4), repeat=3):
        rows = torch.tensor(group)
        loss = surrogate(log_pi[rows], reference.log()[rows], reward[rows], BETA)
        (slope,) = torch.autograd.grad(loss, logits, retain_graph=True)
        mean -= pi[rows].prod().detach() * slope
    assert_close(mean, exact)


def test_a_constant_on_every_reward_changes_nothing():
    log_probs = torch.tensor([-1.0, -2.0, -3.0], requires_grad=True)
    reference, rewards = torch.tensor([-1.5, -1.5, -2.0]), torch.tensor([0.0, 1.0, 2.0])
    slopes = [
        torch.autograd.grad(surrogate(log_probs, reference, r, BETA), log_probs)[0]
        for r in (rewards, rewards + 10)
    ]
    assert_close(*slopes, atol=1e-5, rtol=0)


def test_by_hand_for_two_answers():
    # Worth: 1 - .5 · (-1 + 2) = .5 and 0 - .5 · (-2 + 1) = .5: equal, so nothing is to be done.
    log_probs = torch.tensor([-1.0, -2.0], requires_grad=True)
    loss = surrogate(log_probs, torch.tensor([-2.0, -1.0]), torch.tensor([1.0, 0.0]), beta=0.5)
    (slope,) = torch.autograd.grad(loss, log_probs)
    assert_close(slope, torch.zeros(2))
    # Without a price, worth 1 and 0; each beats the other by ±1; the mean of two: ∓1/2.
    loss = surrogate(log_probs, torch.tensor([-2.0, -1.0]), torch.tensor([1.0, 0.0]), beta=0.0)
    (slope,) = torch.autograd.grad(loss, log_probs)
    assert_close(slope, torch.tensor([-0.5, 0.5]))


def tiny():
    torch.manual_seed(0)
    model = GPT(GPTConfig(4, V, n_layer=1, n_head=2, n_embd=16)).eval()
    with torch.no_grad():  # a fresh GPT is nearly uniform: make it sure of something
        model.token_embedding.weight.mul_(4)
    return model


@torch.no_grad()
def policy_of(model):
    return answer_log_probs(model, PROMPT, ALL).exp().double()


def test_it_brings_a_gpt_to_the_optimal_policy():
    model, tuned = tiny(), tiny()
    star = optimal_policy(policy_of(model), REWARD, BETA)
    options = {"beta": BETA, "steps": 150, "length": A, "batch_size": 128, "lr": 5e-3}
    trace = improve(tuned, PROMPT, lambda a: REWARD[places(a)].float(), **options)
    after = policy_of(tuned)
    best = optimal_value(policy_of(model), REWARD, BETA)
    reached = (after * REWARD).sum() - BETA * kl(after, policy_of(model))
    assert reached > best - 0.02 and (after - star).abs().max() < 0.06
    assert len(trace) == 150 and trace[0].kl == pytest.approx(0, abs=1e-5)
    gained = [(policy * REWARD).sum().item() for policy in (policy_of(model), after)]
    # The last ten steps saw 1,280 answers; a reward's deviation is below 0.7.
    last = sum(step.reward for step in trace[-10:]) / 10
    assert gained[1] > gained[0] + 0.2 and last == pytest.approx(gained[1], abs=4 * 0.7 / 1280**0.5)
    assert not tuned.training


@pytest.fixture(params=[0, 3], ids=["dense", "experts"])
def dropping(request):
    """A model that drops three tenths of its numbers while it trains."""
    torch.manual_seed(0)
    size = {"n_layer": 1, "n_head": 2, "n_embd": 16, "dropout": 0.3}
    return GPT(GPTConfig(4, V, **size, n_expert=request.param))


def test_at_first_the_policy_is_the_reference_with_dropout_too(dropping):
    options = {"beta": BETA, "steps": 2, "length": A, "batch_size": 64, "lr": 1e-3}
    trace = improve(dropping, PROMPT, lambda a: REWARD[places(a)].float(), **options)
    assert trace[0].kl == pytest.approx(0, abs=1e-6) and not dropping.training


def test_the_first_loss_of_dpo_is_ln_2_with_dropout_too(dropping):
    options = {"beta": 0.5, "steps": 2, "lr": 1e-3}
    losses = dpo.train(dropping, PROMPT, ALL[:4], ALL[4:8], **options)
    assert losses[0] == pytest.approx(math.log(2), abs=1e-6)
    assert not dropping.training


def test_what_a_step_reports_is_what_the_answers_show():
    model = tiny()
    (step,) = improve(
        copy.deepcopy(model), PROMPT, lambda a: (a[:, 0] == 2).float(),
        beta=1, steps=1, length=A, batch_size=4000,
    )  # fmt: skip
    p = policy_of(model)[6:].sum().item()
    assert step.reward == pytest.approx(p, abs=4 * (p * (1 - p) / 4000) ** 0.5)


def test_without_a_reward_nothing_is_learned_beyond_noise():
    """r = 0: the model is at its optimum, π* = π_ref, and every worth is 0."""
    model = tiny()
    tuned = copy.deepcopy(model)
    improve(tuned, PROMPT, lambda a: torch.zeros(len(a)), beta=1, steps=3, length=A, batch_size=16)
    assert kl(policy_of(tuned), policy_of(model)) < 1e-6
