"""Training: make the text likelier, one batch at a time. Built in notebook *Train a GPT*."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from helpers.basics.files import alone
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.optimizer import optimizer
from helpers.learning.resume import RUN_FILE, load_state, save_state
from helpers.learning.run import Auxiliary, History, Run, Updates
from helpers.learning.step import check_weights, precision_name, settings


def train(
    model: nn.Module, train_ids: Tensor, val_ids: Tensor, *,
    steps: int, batch_size: int, lr: float, seed: int = 0,
    warmup: int | None = None, weight_decay: float = 0.1, eval_every: int | None = None,
    precision: torch.dtype = torch.float32,
    auxiliary: Auxiliary | None = None, optimizer: Updates = optimizer,
    checkpoint: str | Path | None = None,
    on_step: Callable[[int, History], None] | None = None, progress: bool = True,
) -> History:  # fmt: skip
    """Train in place and return the History. On the model's device; left in eval mode.

    train_ids, val_ids: (N,) tokens, whole numbers of any kind. lr: the peak of `learning_rate`.
    on_step(step, history) is called after every step. precision: torch.bfloat16 runs matrix
    products under autocast.
    auxiliary(model, x, y) runs the model on a batch; it returns the loss, which is recorded, and
    what is to be minimised beside it (see `balancing`). optimizer(model, lr, weight_decay) makes
    what takes the steps: AdamW, or `muon.muon`.
    Ctrl-C ends after the step in progress and keeps model and history. With `checkpoint` (a file,
    or a folder for it) the run is saved at every evaluation and at Ctrl-C; the same call again
    resumes it, exactly. A save that fails, on a full disk, is said and tried again at the next.
    ValueError for impossible settings, another run's checkpoint or one that another process is
    writing; OSError if nothing can be written there; ArithmeticError when the loss or the weights
    are no longer finite.
    """
    trains = callable(getattr(model, "parameters", None))
    need(trains, "model", "be a model", model, "Try GPT(config).")
    s = settings(
        steps=steps, batch_size=batch_size, lr=lr, seed=seed, warmup=warmup,
        weight_decay=weight_decay,
    )  # fmt: skip
    s["eval_every"] = (
        max(1, s["steps"] // 10) if eval_every is None else whole("eval_every", eval_every)
    )
    s["precision"] = precision_name(precision)
    run = Run(model, train_ids, val_ids, s, auxiliary, optimizer)
    path = _file(checkpoint)
    if path and path.exists():
        load_state(path, run)
    lock = alone(path) if path and run.step < run.settings["steps"] else nullcontext()
    try:
        with lock:
            _loop(run, path, on_step, progress)
    finally:
        model.eval()
    return run.history


def _file(checkpoint: str | Path | None) -> Path | None:
    path = None if checkpoint is None else Path(checkpoint)
    return path / RUN_FILE if path and path.is_dir() else path


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
            if path and h.steps[-1] == run.step:
                _save(run, path)
            bar.update()
            _notify(on_step, run, asked)
    if run.step < steps and path:
        _save(run, path)
    check_weights(run.model, run.step, run.settings["lr"])
    if run.step < steps:
        print(f"Stopped at step {run.step} of {steps}; the model and its history are kept.")


def _save(run: Run, path: Path) -> None:
    """Save the run; a full disk costs the file and not the training."""
    try:
        save_state(path, run)
    except OSError as error:
        print(f"Step {run.step} is not saved: {error}")


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
