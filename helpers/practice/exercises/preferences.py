"""Exercises of the notebook *Alignment*: the best policy, and preferences."""

import torch
from torch.nn import functional as F

from helpers.learning.alignment import dpo_loss, optimal_policy
from helpers.practice.answers import doubles, then
from helpers.practice.exercise import Exercise


def best_policy(reference, reward, beta):
    return (reference.log() + reward / beta).softmax(-1)


def _products(reference, reward, beta):
    return reference * torch.exp(reward / beta)


def _shared(weights):
    return weights / weights.sum()


SLIPS_OF_THE_POLICY = {
    "you multiplied by β. A large β is a high price, and keeps π near the reference.": (
        lambda reference, reward, beta: best_policy(reference, reward, 1 / beta)
    ),
    "the reference is forgotten: without it there is nothing to stay close to.": (
        lambda reference, reward, beta: (reward / beta).softmax(-1)
    ),
    "the numbers do not sum to 1: divide by their sum, Z.": _products,
    "the reference must enter as its logarithm, if the softmax is to multiply by it.": (
        lambda reference, reward, beta: (reference + reward / beta).softmax(-1)
    ),
    "these are logarithms; probabilities are asked for.": then(best_policy, torch.log),
    "this is normalised before the reference comes in: it no longer sums to 1.": (
        lambda reference, reward, beta: reference * (reward / beta).softmax(-1)
    ),
    "β acts on the reference too; it divides the reward alone.": (
        lambda reference, reward, beta: ((reference.log() + reward) / beta).softmax(-1)
    ),
    "what the reference never says must keep probability 0, whatever its reward.": (
        lambda reference, *rest: best_policy(reference if reference.all() else torch.ones(3), *rest)
    ),
    "at β = 0.001 the exponential overflows and inf / inf is nan. Stay in logarithms and let the "
    "softmax do both.": then(_products, _shared),
}
REWARD, UNSAID = doubles([0.0, 1.0, 2.0], [0.5, 0.5, 0.0])
check_best_policy = Exercise(
    "12 The best policy, at any price",
    "reference (V,) probabilities, reward (V,), beta > 0 -> the best policy (V,).",
    best_policy,
    cases={
        "the best policy at β = 0.5": (doubles(0.5, 0.3, 0.2), REWARD, 0.5),
        "the policy where the reference never gives an answer": (UNSAID, REWARD, 2.0),
        "the policy at β = 0.001": (doubles(0.6, 0.4), doubles(1.0, 1.001), 0.001),
    },
    slips=SLIPS_OF_THE_POLICY,
    right=[
        optimal_policy,
        lambda reference, reward, beta: _shared(
            _products(reference, reward - reward[reference > 0].max(), beta)
        ),
    ],
    hints=[
        "The formula is π_ref · exp(r / β), divided by its sum Z.",
        "For a small β the exponential is too large for any float. Its logarithm is not.",
        "ln π_ref + r / β, and a softmax exponentiates and divides by the sum, without overflow.",
        "`(reference.log() + reward / beta).softmax(-1)`",
    ],
)


def preference_loss(policy_w, policy_l, reference_w, reference_l, beta):
    margin = (policy_w - reference_w) - (policy_l - reference_l)
    return -torch.nn.functional.logsigmoid(beta * margin).mean()


def _loss(exponent):
    """The loss with another exponent, a function of the margin and β."""
    return lambda w, lost, a, b, beta: -F.logsigmoid(exponent((w - a) - (lost - b), beta)).mean()


def _of_sigmoid(finish):
    """A function of σ(β · margin), for every pair."""
    return lambda w, lost, a, b, beta: finish((beta * ((w - a) - (lost - b))).sigmoid())


def _by_two_logits(w, lost, ref_w, ref_l, beta):
    logits = torch.stack([beta * (w - ref_w), beta * (lost - ref_l)], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(w), dtype=torch.long))


SLIPS_OF_PREFERENCES = {
    "winner and loser are swapped: the loss must fall when the winner gains.": (
        _loss(lambda margin, beta: -beta * margin)
    ),
    "the sign is missing: the loss is minus the mean logarithm.": then(preference_loss, torch.neg),
    "the reference is missing: only what has changed counts.": (
        lambda w, lost, a, b, beta: preference_loss(w, lost, 0, 0, beta)
    ),
    "the policy is missing: you compared the references.": (
        lambda w, lost, a, b, beta: preference_loss(a, b, 0, 0, beta)
    ),
    "β stands outside; it belongs into σ, with the margin.": (
        lambda *given: given[-1] * preference_loss(*given[:-1], 1)
    ),
    "β is missing.": _loss(lambda margin, beta: margin),
    "you divided by β.": _loss(lambda margin, beta: margin / beta),
    "policy and reference are swapped in one of the two differences.": (
        lambda w, lost, a, b, beta: preference_loss(w, b, a, lost, beta)
    ),
    "the logarithm is missing: this is the mean of σ.": _of_sigmoid(lambda s: s.mean()),
    "the logarithm is missing: this is minus the mean of σ.": _of_sigmoid(lambda s: -s.mean()),
    "the logarithm of a mean is not the mean of the logarithms: average last.": (
        _of_sigmoid(lambda s: -s.mean().log())
    ),
    "σ acts on the mean margin; every pair has a loss of its own.": (
        _loss(lambda margin, beta: beta * margin.mean())
    ),
    "the sum over the pairs is not their mean.": _of_sigmoid(lambda s: -s.log().sum()),
    "the mean over the pairs is missing.": _of_sigmoid(lambda s: -s.log()),
    "σ(-390) rounds to 0, and its logarithm is infinite. `torch.nn.functional.logsigmoid` does "
    "both in one.": _of_sigmoid(lambda s: -s.log().mean()),
}
PAIRS = torch.tensor([[-2, -6, -4], [-4, -3, -2.5], [-3, -5.5, -4], [-3.5, -3.2, -4.5]])
WRONG = torch.tensor([[-400.0], [-10.0], [-10.0], [-10.0]])
check_preference_loss = Exercise(
    "12 DPO's loss",
    "Log-probabilities of winners and losers, policy and reference, (B,) each, and β -> loss.",
    preference_loss,
    cases={
        "the loss of three pairs at β = 0.5": (*PAIRS, 0.5),
        "the loss of a pair that is 390 nats wrong": (*WRONG, 1.0),
    },
    slips=SLIPS_OF_PREFERENCES,
    right=[dpo_loss, _by_two_logits],
    hints=[
        "All four are logarithms already: ln (π / π_ref) is a difference.",
        "Let `margin` be the winner's ln (π / π_ref) less the loser's; β times it goes into σ.",
        "`torch.nn.functional.logsigmoid` is ln σ, finite also where σ rounds to 0. The loss is "
        "minus its mean.",
        "`-torch.nn.functional.logsigmoid(beta * margin).mean()`",
    ],
)
