"""One training step, written once: whatever trains here takes its steps in this room.

Sources: Brown et al. 2020, appendix B (clipping at norm 1). Built in notebook *Train a GPT*.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.basics.numbers import real, whole

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}  # of matrix products
CLIP = 1.0  # the most that all gradients together may be long
MOST_SEED = 2**32 - 1


def take_step(
    model: nn.Module,
    updates: torch.optim.Optimizer,
    batch_loss: Callable[[], Tensor],
    rate: float,
    seed: int,
) -> Tensor:
    """One step of an optimizer, `updates`; returns the loss that it made smaller, a scalar.

    batch_loss(): draws a batch and runs the model on it. rate: how far the step goes, as
    `learning_rate` says. seed: fixes the batch and what dropout drops, see `step_seed`.
    """
    for group in updates.param_groups:
        group["lr"] = rate
    torch.manual_seed(seed)
    updates.zero_grad()  # `backward` adds to the gradients that it finds
    loss = batch_loss()
    loss.backward()
    # A batch unlike the others has a long gradient; shortened, it cannot throw the model far off.
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    updates.step()
    return loss.detach()


def check_finite(loss: float, step: int, lr: float) -> None:
    """ArithmeticError unless the loss is a number: says at which step, and what to try."""
    if not math.isfinite(loss):
        raise ArithmeticError(
            f"The loss must stay finite; it is {loss} at step {step}: training diverged. "
            f"Try a smaller lr than {lr}."
        )


def check_weights(model: nn.Module, step: int, lr: float) -> None:
    """ArithmeticError unless all weights are numbers: the last step may have spoiled them.

    A loss is taken before its step, so the one after it alone could tell.
    """
    finite = torch.stack([p.isfinite().all() for p in model.parameters()])  # asked once for all
    if not finite.all():
        raise ArithmeticError(
            f"The weights must stay finite; {int((~finite).sum())} of {len(finite)} tensors are "
            f"not after step {step}: training diverged. Try a smaller lr than {lr}."
        )


def step_seed(seed: int, step: int) -> int:
    """The seed of one step of a run: a resumed run draws again what the unbroken one draws.

    >>> step_seed(seed=2, step=5)
    2000011
    """
    return seed * 1_000_003 + step  # runs with other seeds share none of a million steps


def precision_name(precision: torch.dtype | str) -> str:
    """The name of a precision that can be trained in; ValueError for any other.

    >>> precision_name(torch.bfloat16)
    'bfloat16'
    """
    name = str(precision).removeprefix("torch.")
    if name not in PRECISIONS:
        known = " or ".join(f"torch.{name}" for name in PRECISIONS)
        raise ValueError(f"precision must be {known}; got {precision!r}. Try torch.float32.")
    return name


def settings(
    *, steps: int, lr: float, seed: int, weight_decay: float, warmup: int | None = None, **counts
) -> dict:
    """The numbers of a run as JSON can hold them; ValueError names the impossible one.

    warmup: steps until the rate is lr; None is a tenth of all, 100 at most. counts: whole numbers
    ≥ 1, e.g. batch_size.
    """
    steps = whole("steps", steps)
    warmup = min(100, steps // 10) if warmup is None else warmup
    return {
        "steps": steps,
        "lr": real("lr", lr, lambda x: x > 0, "be a positive finite number", "Try 1e-3."),
        "seed": whole("seed", seed, 0, MOST_SEED),
        "weight_decay": real(
            "weight_decay", weight_decay, lambda x: x >= 0, "be a finite number ≥ 0", "Try 0.1."
        ),
        "warmup": whole("warmup", warmup, 0),
        **{name: whole(name, count) for name, count in counts.items()},
    }
