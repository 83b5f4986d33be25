"""Training: make the text likelier, one batch at a time.

Source: Brown et al. 2020, appendix B (clipping at norm 1). Built in notebook 07.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from helpers.learning.evaluation import evaluate
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.resume import load_state, save_state
from helpers.text import batches

RUN_FILE = "run.safetensors"
Auxiliary = Callable[[nn.Module, Tensor, Tensor], tuple[Tensor, Tensor | float]]
Updates = Callable[[nn.Module, float, float], torch.optim.Optimizer]
__all__ = ["History", "evaluate", "learning_rate", "optimizer", "train"]


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


def train(
    model: nn.Module,
    train_ids: Tensor,
    val_ids: Tensor,
    *,
    steps: int,
    batch_size: int,
    lr: float,
    seed: int = 0,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    on_step: Callable[[int, History], None] | None = None,
    eval_every: int | None = None,
    warmup: int | None = None,
    weight_decay: float = 0.1,
    precision: torch.dtype = torch.float32,
    auxiliary: Auxiliary | None = None,
    optimizer: Updates = optimizer,
) -> History:
    """Train in place and return the History. On the model's device; left in eval mode.

    train_ids, val_ids: (N,) tokens. lr: the peak of `learning_rate`. on_step(step, history) is
    called after every step. precision: torch.bfloat16 runs matrix products under autocast.
    auxiliary(model, x, y) runs the model on a batch; it returns the loss, which is recorded, and
    what is to be minimised beside it (see `balancing`). optimizer(model, lr, weight_decay) makes
    what takes the steps: AdamW, or `muon.muon`.
    Ctrl-C ends after the step in progress and keeps model and history. With `checkpoint` (a file,
    or a folder for it) the run is saved at every evaluation and at Ctrl-C; the same call again
    resumes it, exactly.
    ValueError for impossible settings, ArithmeticError when the loss is no longer finite.
    """
    settings = _settings(steps, batch_size, lr, seed, eval_every, warmup, weight_decay, precision)
    run = Run(model, train_ids, val_ids, settings, auxiliary, optimizer)
    path = None if checkpoint is None else Path(checkpoint)
    path = path / RUN_FILE if path and path.is_dir() else path
    if path and path.exists():
        load_state(path, run)
    try:
        _loop(run, path, on_step, progress)
    finally:
        model.eval()
    return run.history


class Run:
    """A training run between two steps. All randomness of a step comes from (seed, step)."""

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
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, s["steps"], s["lr"], s["warmup"])
        torch.manual_seed(s["seed"] * 1_000_003 + self.step)
        x, y = batches.sample(self.train_ids, s["batch_size"], self.block_size)
        loss, extra = self._losses(x, y)
        self.optimizer.zero_grad(set_to_none=True)
        (loss + extra).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.recent.append(loss.detach())
        self.step += 1

    def record(self) -> None:
        """Evaluate and add an entry to the history. ArithmeticError if the loss is not finite."""
        h, n = self.history, len(self.recent)
        train_loss = sum(map(float, self.recent)) / n if n else evaluate(self.model, self.train_ids)
        if not math.isfinite(train_loss):
            raise ArithmeticError(
                f"The loss must stay finite; it is {train_loss} at step {self.step}: training "
                f"diverged. Try a smaller lr than {self.settings['lr']}."
            )
        h.steps.append(self.step)
        h.train_loss.append(train_loss)
        h.val_loss.append(evaluate(self.model, self.val_ids))
        self.recent = []

    def _losses(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor | float]:
        precision = getattr(torch, self.settings["precision"])
        with torch.autocast(x.device.type, precision, enabled=precision != torch.float32):
            return self.auxiliary(self.model, x, y)


def _plain(model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
    """The loss alone."""
    return model(x, y)[1], 0.0


def _digest(ids: Tensor) -> str:
    """A name for a text: a run is resumed on the text it began with, or not at all."""
    return hashlib.sha256(ids.cpu().numpy().tobytes()).hexdigest()[:16]


def _loop(run: Run, path: Path | None, on_step: Callable | None, progress: bool) -> None:
    """Steps until the run is complete or Ctrl-C asks to stop; what is saved is a whole step."""
    steps, h = run.settings["steps"], run.history
    bar = tqdm(total=steps, initial=run.step, desc="Training", disable=not progress)
    with patient_interrupt() as asked, torch.random.fork_rng(), bar:
        run.model.train()
        if not h.steps:
            run.record()
        while run.step < steps and not asked.is_set():
            started = time.perf_counter()
            run.take_step()
            if run.step % run.settings["eval_every"] == 0 or run.step == steps:
                run.record()
                bar.set_postfix_str(f"validation loss {h.val_loss[-1]:.3f}")
            _clock(run, started)
            if h.steps[-1] == run.step:
                _save(path, run)
            bar.update()
            _notify(on_step, run, asked)
    if run.step < steps:
        _save(path, run)
        print(f"Stopped at step {run.step} of {steps}; the model and its history are kept.")


def _save(path: Path | None, run: Run) -> None:
    if path is not None:
        save_state(path, run)


def _clock(run: Run, started: float) -> None:
    h, s = run.history, run.settings
    h.seconds += time.perf_counter() - started
    h.tokens_per_second = run.step * s["batch_size"] * run.block_size / h.seconds


def _notify(on_step: Callable | None, run: Run, asked) -> None:
    try:
        if on_step is not None:
            on_step(run.step, run.history)
    except KeyboardInterrupt:
        asked.set()


def _settings(steps, batch_size, lr, seed, eval_every, warmup, weight_decay, precision) -> dict:
    """The numbers of a run as JSON can hold them, checked. ValueError names the impossible one."""
    _check_whole(steps=steps, batch_size=batch_size)
    eval_every = max(1, steps // 10) if eval_every is None else eval_every
    warmup = min(100, steps // 10) if warmup is None else warmup
    _check_whole(eval_every=eval_every)
    _check_whole(least=0, warmup=warmup)
    if not (math.isfinite(lr) and lr > 0):
        raise ValueError(f"lr must be a positive finite number; got {lr!r}. Try 1e-3.")
    return {
        "steps": steps,
        "batch_size": batch_size,
        "lr": lr,
        "seed": seed,
        "eval_every": eval_every,
        "warmup": warmup,
        "weight_decay": weight_decay,
        "precision": str(precision).removeprefix("torch."),
    }


def _check_whole(least: int = 1, **numbers) -> None:
    for name, value in numbers.items():
        if not (isinstance(value, int) and value >= least):
            raise ValueError(f"{name} must be a whole number ≥ {least}; got {value!r}.")
