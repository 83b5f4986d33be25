"""Fitting: the training loop for anything that can name its loss. Notebook 02.

`training.train` knows windows of a text; this one is told by a function what a batch costs.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from helpers.learning.interrupt import patient_interrupt
from helpers.learning.optimizer import learning_rate, optimizer

CLIP = 1.0


def fit(
    model: nn.Module,
    batch_loss: Callable[[], Tensor],
    *,
    steps: int,
    lr: float,
    seed: int = 0,
    progress: bool = True,
    weight_decay: float = 0.1,
    name: str = "Training",
) -> list[float]:
    """Train in place and return the loss of every batch; the model is left in eval mode.

    batch_loss(): draws a batch, runs the model on it and returns the loss; its dice come from
    (seed, step). lr: the peak of `learning_rate`. Ctrl-C ends after the step in progress.
    ValueError for impossible settings, ArithmeticError when the loss is no longer finite.
    """
    _check(steps, lr)
    updates, losses = optimizer(model, lr, weight_decay), []
    bar = tqdm(total=steps, desc=name, disable=not progress)
    model.train()
    try:
        with patient_interrupt() as asked, torch.random.fork_rng(), bar:
            while len(losses) < steps and not asked.is_set():
                losses.append(_step(model, batch_loss, updates, len(losses), steps, lr, seed))
                bar.update()
    finally:
        model.eval()
    if len(losses) < steps:
        print(f"Stopped at step {len(losses)} of {steps}; the model is kept.")
    return losses


def _step(model, batch_loss, updates, step: int, steps: int, lr: float, seed: int) -> float:
    for group in updates.param_groups:
        group["lr"] = learning_rate(step, steps, lr, warmup=min(100, steps // 10))
    torch.manual_seed(seed * 1_000_003 + step)
    loss = batch_loss()
    if not math.isfinite(loss.item()):
        raise ArithmeticError(
            f"The loss must stay finite; it is {loss.item()} at step {step}: training diverged. "
            f"Try a smaller lr than {lr}."
        )
    updates.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    updates.step()
    return loss.item()


def _check(steps: int, lr: float) -> None:
    if not (isinstance(steps, int) and steps >= 1):
        raise ValueError(f"steps must be a whole number ≥ 1; got {steps!r}. Try 500.")
    if not (math.isfinite(lr) and lr > 0):
        raise ValueError(f"lr must be a positive finite number; got {lr!r}. Try 1e-3.")
