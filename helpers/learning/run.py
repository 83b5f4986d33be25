"""A training run between two steps: model, optimizer, history, and how it goes one step on.

`training.train` takes it from the first step to the last, `resume` puts it on disk. Notebook 07.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor, nn

from helpers.learning.evaluation import evaluate
from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.step import check_finite, step_seed, take_step
from helpers.text import batches

Auxiliary = Callable[[nn.Module, Tensor, Tensor], tuple[Tensor, Tensor | float]]
Updates = Callable[[nn.Module, float, float], torch.optim.Optimizer]


@dataclass
class History:
    """What training has reached; the first three lists run side by side, one entry an evaluation.

    steps: steps taken. train_loss: mean loss of the batches since the last entry. val_loss: loss
    on fixed validation windows. Losses in nats per token. seconds: time spent, evaluation
    included. tokens_per_second: tokens trained on, divided by it.
    """

    steps: list[int] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    seconds: float = 0.0
    tokens_per_second: float = 0.0


class Run:
    """A training run between two steps. All randomness of a step comes from (seed, step)."""

    made_by = "training.train(checkpoint=…)"

    def __init__(
        self, model, train_ids: Tensor, val_ids: Tensor, settings: dict, auxiliary=None,
        optimizer: Updates = optimizer,
    ):  # fmt: skip
        device = next(model.parameters()).device
        self.model, self.block_size = model, model.config.block_size
        self.train_ids, self.val_ids = train_ids.to(device), val_ids.to(device)
        self.auxiliary = auxiliary or _plain
        self.settings = {**settings, "config": asdict(model.config), "text": _digest(train_ids)}
        self.settings["auxiliary"] = getattr(auxiliary, "__qualname__", repr(auxiliary))
        self.settings["optimizer"] = optimizer.__qualname__
        self.optimizer = optimizer(model, settings["lr"], settings["weight_decay"])
        self.history, self.step, self.recent = History(), 0, []

    def take_step(self) -> None:
        """One batch: forward, backward, clip the gradient's norm at 1, update."""
        s = self.settings
        rate = learning_rate(self.step, s["steps"], s["lr"], s["warmup"])
        seed = step_seed(s["seed"], self.step)
        take_step(self.model, self.optimizer, self._batch_loss, rate, seed)
        self.step += 1

    def record(self) -> None:
        """Evaluate and add an entry to the history. ArithmeticError if the loss is not finite."""
        h, n = self.history, len(self.recent)
        train_loss = sum(map(float, self.recent)) / n if n else evaluate(self.model, self.train_ids)
        check_finite(train_loss, self.step, self.settings["lr"])
        h.steps.append(self.step)
        h.train_loss.append(train_loss)
        h.val_loss.append(evaluate(self.model, self.val_ids))
        self.recent = []

    def _batch_loss(self) -> Tensor:
        """What a batch is trained on; its loss alone is kept for the history."""
        x, y = batches.sample(self.train_ids, self.settings["batch_size"], self.block_size)
        precision = getattr(torch, self.settings["precision"])
        with torch.autocast(x.device.type, precision, enabled=precision != torch.float32):
            loss, extra = self.auxiliary(self.model, x, y)
        self.recent.append(loss.detach())
        return loss + extra


def _plain(model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
    """The loss alone."""
    return model(x, y)[1], 0.0


def _digest(ids: Tensor) -> str:
    """A name for a text: a run is resumed on the text it began with, or not at all."""
    return hashlib.sha256(ids.cpu().numpy().tobytes()).hexdigest()[:16]
