"""Fitting: the training loop for anything that can name its loss. Notebook: *The Transformer*.

`training.train` knows windows of a text; this one is told by a function what a batch costs.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from helpers.basics.borders import takes
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.step import check_finite, check_weights, settings, step_seed, take_step


@takes(model="model", batch_loss="call")
def fit(
    model: nn.Module, batch_loss: Callable[[], Tensor], *,
    steps: int, lr: float, seed: int = 0, weight_decay: float = 0.1,
    progress: bool = True, name: str = "Training",
) -> list[float]:  # fmt: skip
    """Train in place and return the loss of every batch; the model is left in eval mode.

    batch_loss(): draws a batch, runs the model on it and returns the loss; what it draws is fixed
    by (seed, step). lr: the peak of `learning_rate`. Ctrl-C ends after the step in progress.
    ValueError for impossible settings, ArithmeticError when the loss or a weight is not finite.
    """
    s = settings(steps=steps, lr=lr, seed=seed, weight_decay=weight_decay)
    updates, losses = optimizer(model, s["lr"], s["weight_decay"]), []
    bar = tqdm(total=s["steps"], desc=name, disable=not progress)
    model.train()
    try:
        with patient_interrupt() as asked, torch.random.fork_rng(), bar:
            while len(losses) < s["steps"] and not asked.is_set():
                losses.append(_step(model, batch_loss, updates, len(losses), s))
                bar.update()
    finally:
        model.eval()
    check_weights(model, len(losses), s["lr"])
    if len(losses) < s["steps"]:
        print(f"Stopped at step {len(losses)} of {s['steps']}; the model is kept.")
    return losses


def _step(model: nn.Module, batch_loss: Callable, updates, step: int, s: dict) -> float:
    paid = []

    def finite_loss() -> Tensor:
        loss = batch_loss()
        paid.append(loss.item())  # the one time in a step that the CPU waits for a GPU
        check_finite(paid[0], step, s["lr"])
        return loss

    rate = learning_rate(step, s["steps"], s["lr"], s["warmup"])
    take_step(model, updates, finite_loss, rate, step_seed(s["seed"], step))
    return paid[0]
