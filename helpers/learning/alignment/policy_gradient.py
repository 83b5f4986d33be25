"""Policy gradient: a model tries answers, and the better ones are made likelier.

Sources: Williams 1992 (REINFORCE); Ziegler et al. 2019, §2 (a reward with a KL penalty); the
baseline is the mean of the other answers. Built in the notebook *Alignment*.
"""

import copy
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.learning.alignment.answers import answer_log_probs
from helpers.learning.fitting import fit
from helpers.learning.sampling import generate
from helpers.models.modes import evaluating


class Step(NamedTuple):
    """What the answers of one step showed: their mean reward, and their mean ln(π / π_ref)."""

    reward: float
    kl: float


@takes(log_probs="numbers N", reference="numbers N", rewards="numbers N", beta="least0")
def surrogate(log_probs: Tensor, reference: Tensor, rewards: Tensor, beta: float) -> Tensor:
    """A loss whose gradient is, on average, that of -(E_π[r] - β KL(π ‖ π_ref)).

    log_probs, reference: ln π and ln π_ref of answers drawn from π; rewards: (N ≥ 2,) each. What an
    answer is worth, r - β ln(π / π_ref), counts only as far as it beats the mean of the others.
    """
    whole("The number of answers", len(rewards), 2)  # each is compared with the others
    worth = rewards - beta * (log_probs.detach() - reference)
    # Each worth less the mean of the *others*: the same slope on average, with far less noise.
    advantage = (worth - worth.mean()) * len(worth) / (len(worth) - 1)
    return -(advantage * log_probs).mean()


@takes(model="model", prompt="tokens 1 T", reward="call", beta="least0", length="count")
def improve(
    model: nn.Module,
    prompt: Tensor,
    reward: Callable[[Tensor], Tensor],
    *,
    beta: float,
    steps: int,
    length: int,
    batch_size: int = 32,
    lr: float = 2e-4,
    seed: int = 0,
) -> list[Step]:
    """Fine-tune in place on answers the model itself draws; the reference is the model as it comes.

    prompt: (1, T). reward: tokens of answers (N, length) -> (N,). Without dropout: the two are
    compared. Returns what each step saw, a KL of 0 at first.
    """
    batch_size = whole("batch_size", batch_size, 2)
    reference, seen = copy.deepcopy(model).eval(), []

    def batch_loss() -> Tensor:
        answers = generate(model, prompt.expand(batch_size, -1), length)[:, prompt.shape[1] :]
        with evaluating(model):  # without dropout, as it drew them and as the reference is asked
            log_probs = answer_log_probs(model, prompt, answers)
        with torch.no_grad():
            before, rewards = answer_log_probs(reference, prompt, answers), reward(answers)
        seen.append(Step(rewards.mean().item(), (log_probs - before).mean().item()))
        return surrogate(log_probs, before, rewards, beta)

    fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=False, weight_decay=0.0)
    return seen
