"""The best policy at a price on KL, exactly: the reference, each answer weighed by exp(r / β).

Sources: Ziegler et al. 2019, §2 (the reward with a KL penalty); Rafailov et al. 2023, equation 4
(the optimum). Everything in nats. Built in the notebook *Alignment*.
"""

from torch import Tensor

from helpers.basics.kinds import need
from helpers.basics.numbers import real
from helpers.basics.tensors import double
from helpers.theory.probability import distribution


def optimal_policy(reference, reward, beta: float) -> Tensor:
    """π* ∝ π_ref · exp(r / β): the best of E_π[r] - β KL(π ‖ π_ref), exactly.

    reference: (..., V) probabilities; reward: (..., V). What the reference never says stays at 0.
    ValueError unless β > 0.
    """
    return _log_weights(reference, reward, beta).softmax(-1)


def optimal_value(reference, reward, beta: float) -> Tensor:
    """What the optimal policy reaches of E_π[r] - β KL(π ‖ π_ref): β ln Σ π_ref exp(r / β).

    Arguments as for `optimal_policy`; (..., V) -> (...).
    """
    return beta * _log_weights(reference, reward, beta).logsumexp(-1)


def _log_weights(reference, reward, beta: float) -> Tensor:
    reference, reward = distribution(as_tensor(reference)), as_tensor(reward)
    need(
        reward.shape[-1:] in (reference.shape[-1:], ()),
        "reward",
        "have a number for each answer",
        reward,
        f"Try {reference.shape[-1]} of them.",
    )
    return reference.log() + reward / positive_beta(beta)


def as_tensor(values) -> Tensor:
    """A tensor as it is (its dtype and gradient stay); other numbers in double precision.

    ArithmeticError for NaN, on the CPU: elsewhere to look at values is to wait for them.
    """
    tensor = values if isinstance(values, Tensor) else double(values)
    if tensor.device.type == "cpu" and tensor.isnan().any():
        raise ArithmeticError(
            "Rewards and log-probabilities must be numbers; got NaN. If training diverged, try a "
            "smaller lr."
        )
    return tensor


def margin(one, other) -> Tensor:
    """One minus the other, number by number: (...). ValueError unless they are equally many."""
    one, other = as_tensor(one), as_tensor(other)
    alike = one.shape == other.shape and one.numel()
    need(
        alike,
        "Both",
        f"be {tuple(one.shape)}, as the first, and not empty",
        other,
        "Pass one number for each pair.",
    )
    return one - other


def positive_beta(beta: float) -> float:
    """β, the price of KL, if it is a positive number; else ValueError."""
    return real("beta", beta, lambda b: b > 0, "be a positive number", "Try 0.1 to 10.")
