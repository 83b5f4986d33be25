"""Small pre-trainings by one process or by several: what the tests of `pretrain` start and read."""

import json
import multiprocessing
import os
import socket
import sys
import time

import torch

from helpers.learning import pretrain
from helpers.learning.scale_out.engine import PreTraining

FIELDS = {"block_size": 16, "n_layer": 2, "n_head": 2, "n_embd": 16, "dropout": 0.0}
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["helpers.learning.pretrain"])  # torch is loaded once, not n times


def command(data, out, *flags, steps=12, fields=None, **options):
    """What one would type after `python -m helpers.learning.pretrain`."""
    options = {"batch-size": 8, "lr": 1e-2, "warmup": 2, "log-every": 3, "save-every": 3} | options
    listed = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    given = ["--preset", "gpt0", "--data", str(data), "--out", str(out), "--steps", str(steps)]
    fields = FIELDS | (fields or {})
    changes = [part for field in fields.items() for part in ("--set", "{}={}".format(*field))]
    return [*given, *listed, *changes, *flags]


def together(commands, log, dies_at=None):
    """One process for each command, in one world; their exit codes. Their words go to `log`.

    dies_at: the step before which all die at once, as if the power had failed.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = [(rank, len(commands), port) for rank in range(len(commands))]
    started = [
        FORK.Process(target=_one, args=(place, words, log, dies_at))
        for place, words in zip(places, commands, strict=True)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    hanging = [process for process in started if process.is_alive()]
    for process in hanging:
        process.kill()
    assert not hanging, log.read_text()
    return [process.exitcode for process in started]


def _one(place, words, log, dies_at):
    """What torchrun does for a process: it says who it is, and starts it."""
    rank, size, port = place
    with open(log, "a", buffering=1) as sys.stdout:
        sys.stderr = sys.stdout
        torch.set_num_threads(1)
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size)}
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        if dies_at is not None:
            _dies(dies_at, words)
        sys.exit(pretrain.main(words))


def _dies(step, words):
    take_step, out = PreTraining.take_step, words[words.index("--out") + 1]
    saved = os.path.join(out, "checkpoints", f"step-{(step - 1) // 3 * 3:08d}")

    def dying(run):
        if run.step == step:
            while run.world.first and not os.path.exists(saved):
                time.sleep(0.01)
            run.world.mean(0.0)
            os._exit(9)
        return take_step(run)

    PreTraining.take_step = dying


def metrics(out):
    """The lines of a run's metrics."""
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def losses(out):
    """Training and validation loss of every logged step: (N, 2)."""
    return torch.tensor([[m["loss"], m["validation_loss"]] for m in metrics(out)]).double()


def kept(out):
    """The names of the checkpoints of a run."""
    return sorted(path.name for path in (out / "checkpoints").iterdir())


def stop_after(monkeypatch, count):
    """Let the run take `count` steps and then die, as if the power had failed."""
    take_step = PreTraining.take_step

    def dying(run):
        if run.step == count:
            raise SystemError("no power")
        return take_step(run)

    monkeypatch.setattr(PreTraining, "take_step", dying)
