"""A training run between two steps: model, optimizer, history, and how it goes one step on.

`training.train` takes it from the first step to the last, `resume` puts it on disk.
Notebook *Train a GPT*.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from helpers.learning.evaluation import evaluate
from helpers.learning.identity import identity
from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.step import PRECISIONS, check_finite, step_seed, take_step
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
        device, config = next(model.parameters()).device, model.config
        self.model, self.block_size = model, config.block_size
        self.train_ids = _tokens("train_ids", train_ids, config.vocab_size).to(device)
        self.val_ids = _tokens("val_ids", val_ids, config.vocab_size).to(device)
        self.auxiliary = auxiliary or _plain
        self.settings = {**settings, "config": asdict(config), "model": identity(model)}
        self.settings |= {"text": identity(self.train_ids), "validation": identity(self.val_ids)}
        self.settings |= {"auxiliary": identity(auxiliary), "optimizer": identity(optimizer)}
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
        val_loss = evaluate(self.model, self.val_ids)
        for loss in (train_loss, val_loss):
            check_finite(loss, self.step, self.settings["lr"])
        h.steps.append(self.step)
        h.train_loss.append(train_loss)
        h.val_loss.append(val_loss)
        self.recent = []

    def _batch_loss(self) -> Tensor:
        """What a batch is trained on; its loss alone is kept for the history."""
        x, y = batches.sample(self.train_ids, self.settings["batch_size"], self.block_size)
        precision = PRECISIONS[self.settings["precision"]]
        with torch.autocast(x.device.type, precision, enabled=precision != torch.float32):
            loss, extra = self.auxiliary(self.model, x, y)
        self.recent.append(loss.detach())
        return loss + extra


def _plain(model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
    """The loss alone."""
    return model(x, y)[1], 0.0


def _tokens(name: str, ids, vocab_size: int) -> Tensor:
    """A text as int64 tokens (N,), from whole numbers of any kind; ValueError for other things."""
    numbers = ids if isinstance(ids, Tensor) else _tensor(ids)
    if numbers.ndim != 1 or numbers.dtype == torch.bool or numbers.dtype.is_floating_point:
        raise ValueError(
            f"{name} must be a row of whole numbers, (N,); got {type(ids).__name__} of "
            f"{numbers.dtype}, shape {(*numbers.shape,)}. Try torch.tensor(tokenizer.encode(text))."
        )
    numbers = numbers.long()
    outside = numbers[(numbers < 0) | (numbers >= vocab_size)]
    if len(outside):
        raise ValueError(
            f"{name} must hold tokens in 0 … vocab_size - 1 = {vocab_size - 1}; got {outside[0]}. "
            "Use the tokenizer that the model was made for, or a model with a larger vocab_size."
        )
    return numbers


def _tensor(values) -> Tensor:
    """The values as a tensor; one of float for what is none, such as a text or a torn list."""
    try:
        return torch.from_numpy(np.array(values))
    except (TypeError, ValueError):
        return torch.empty(())
