"""Groups: several answers to one question, each judged by how the others of its group did.

Sources: Shao et al. 2024, §4.1 (GRPO); Schulman et al. 2017, equation 7 (the clip); Liu et al. 2025
(what dividing by the deviation changes). Answers here are one token each, so that every
probability can be listed. Built in the notebook *Rewards that can be checked*.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import real, whole
from helpers.learning.alignment.policy_gradient import Step
from helpers.learning.fitting import fit
from helpers.models.modes import evaluating

TINY = 1e-4  # keeps a group whose rewards are all alike from dividing by 0


@takes(model="model", prompts="tokens Q T", answers="tokens A")
def choice_log_probs(model: nn.Module, prompts: Tensor, answers: Tensor) -> Tensor:
    """ln π(answer | question) of all answers, with gradient: (Q, T), (A,) -> (Q, A).

    Only these tokens may answer, so each row's probabilities sum to 1.
    """
    return model(prompts)[0][:, -1, answers].log_softmax(-1)


@takes(rewards="numbers Q G")
def centred(rewards: Tensor) -> Tensor:
    """How far each answer beats the mean of its own group: (Q, G) -> (Q, G); rows sum to 0."""
    return rewards - rewards.mean(1, keepdim=True)


@takes(rewards="numbers Q G")
def standardised(rewards: Tensor) -> Tensor:
    """The same in units of the group's own standard deviation, as GRPO has it; 0 if all are alike.

    Questions that are nearly always or nearly never answered rightly then count for more.
    """
    whole("The size of a group", rewards.shape[1], 2)
    return centred(rewards) / (rewards.std(1, keepdim=True, correction=0) + TINY)


@takes(log_probs="numbers Q G", old="numbers Q G", advantages="numbers Q G")
def clipped(log_probs: Tensor, old: Tensor, advantages: Tensor, clip: float = 0.2) -> Tensor:
    """-min(ρA, clip(ρ, 1 ± clip) A), the mean; ρ = π/π_old, 1 where nothing has changed since.

    (Q, G) each; old: ln π when the answers were drawn. Once ρ has gone as far as `clip` allows in
    the direction that A asks for, an answer pulls no more.
    """
    clip = real("clip", clip, lambda c: c > 0, "be a number > 0", "Try 0.2.")
    ratio = (log_probs - old).exp()
    within = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, within * advantages).mean()


def _draw(now: Tensor, worth: Tensor, group: int, advantage: Callable) -> tuple[Tensor, ...]:
    """A group of answers for each question, their ln π, and their advantages: (Q, G) each."""
    at = torch.multinomial(now.exp(), group, replacement=True)
    return at, now.gather(1, at), advantage(worth.gather(1, at))


@takes(
    model="model", prompts="tokens Q T", answers="tokens A", rewards="numbers Q A", beta="least0",
    group="count", reuse="count", advantage="call", on_step="call",
)  # fmt: skip
def improve(
    model: nn.Module, prompts: Tensor, answers: Tensor, rewards: Tensor, *, beta: float,
    steps: int, lr: float = 1e-3, seed: int = 0,
    group: int = 8, advantage: Callable[[Tensor], Tensor] = centred,
    reuse: int = 1, clip: float = 0.2, on_step: Callable[[int], object] = lambda step: None,
) -> list[Step]:  # fmt: skip
    """Fine-tune in place: every step asks every question and draws a group of answers to each.

    prompts: (Q, T); answers: (A,) tokens; rewards: (Q, A), what a verifier gives each answer. An
    answer is worth r - β ln(π / π_ref); the reference is the model as it comes. advantage: (Q, G)
    worths -> (Q, G). reuse: steps taken on the same answers. on_step: called with the number of
    each step before it is taken. Returns E[r] and KL before each step, exact means over questions.
    """
    with evaluating(model), torch.no_grad():
        reference = choice_log_probs(model, prompts, answers)
    seen, drawn = [], []

    def batch_loss() -> Tensor:
        on_step(len(seen))
        with evaluating(model):  # without dropout, as the reference was asked
            log_probs = choice_log_probs(model, prompts, answers)
        now, far = log_probs.detach(), log_probs.detach() - reference
        if len(seen) % reuse == 0:
            drawn[:] = _draw(now, rewards - beta * far, group, advantage)
        seen.append(Step(*((now.exp() * x).sum(1).mean().item() for x in (rewards, far))))
        at, old, advantages = drawn
        return clipped(log_probs.gather(1, at), old, advantages, clip)

    fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=False, weight_decay=0.0)
    return seen
