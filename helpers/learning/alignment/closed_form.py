"""Alignment: move a model towards what people prefer, but not too far from what it was.

Sources: Bradley & Terry 1952; Ziegler et al. 2019, §2 (the reward with a KL penalty); Rafailov
et al. 2023, equations 4 and 7 (the optimum and DPO). Everything in nats. Built in notebook 10.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def optimal_policy(reference, reward, beta: float) -> Tensor:
    """π* ∝ π_ref · exp(r / β): the best of E_π[r] - β KL(π ‖ π_ref), exactly.

    reference: (..., V) probabilities; reward: (..., V). What the reference never says stays at 0.
    ValueError unless β > 0.
    """
    return (_log(reference) + _as(reward) / _positive(beta)).softmax(-1)


def optimal_value(reference, reward, beta: float) -> Tensor:
    """What the optimal policy reaches of E_π[r] - β KL(π ‖ π_ref): β ln Σ π_ref exp(r / β)."""
    return beta * (_log(reference) + _as(reward) / _positive(beta)).logsumexp(-1)


def bradley_terry(reward_winner, reward_loser) -> Tensor:
    """P(the first is preferred) = σ(r_w - r_l): only differences of rewards can be learned."""
    return (_as(reward_winner) - _as(reward_loser)).sigmoid()


def reward_loss(reward_winner, reward_loser) -> Tensor:
    """-ln P(what people preferred), the mean over pairs: the loss of a reward model."""
    return -F.logsigmoid(_as(reward_winner) - _as(reward_loser)).mean()


def dpo_loss(policy_w, policy_l, reference_w, reference_l, beta: float) -> Tensor:
    """-ln σ(β [ln(π_w / ref_w) - ln(π_l / ref_l)]), the mean over pairs.

    All four are log-probabilities of whole answers: (B,) or numbers. ln 2 where policy and
    reference agree. Only the *margin* counts: the loss can fall while the preferred answer gets
    rarer.
    """
    policy = _as(policy_w) - _as(policy_l)
    reference = _as(reference_w) - _as(reference_l)
    return -F.logsigmoid(_positive(beta) * (policy - reference)).mean()


def _as(values) -> Tensor:
    return values if isinstance(values, Tensor) else torch.as_tensor(values, dtype=torch.float64)


def _log(probs) -> Tensor:
    return _as(probs).log()


def _positive(beta: float) -> float:
    if not (beta > 0 and math.isfinite(beta)):
        raise ValueError(f"beta must be a positive number; got {beta!r}. Try 0.1 to 10.")
    return beta
