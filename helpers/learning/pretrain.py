"""Pre-training on any number of processes and machines, with PyTorch's own DistributedDataParallel.

torchrun --nproc-per-node=N -m helpers.learning.pretrain --preset gpt2 --data SHARDS --out FOLDER

Every process reads its own rows of the same global batch, so the number of processes changes the
speed and not the losses. One line of JSON per logged step goes to FOLDER/metrics.jsonl; the run in
FOLDER/run.safetensors is resumed exactly by the same command. Notebook 09.
"""

import argparse
import json
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

from helpers.basics.files import write_atomically
from helpers.learning.distributed import PRECISIONS, PreTraining, World
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.resume import RUN_FILE, load_state, save_state
from helpers.learning.step import check_finite, settings
from helpers.models.config import GPTConfig

METRICS, MODEL = "metrics.jsonl", "model"
FIELDS = {  # what --set may change; the size of the vocabulary comes with the data
    name: kind for name, kind in get_type_hints(GPTConfig).items() if name != "vocab_size"
}
READ = {  # how a field of each type is read, what it must be, and an example
    int: (int, "a whole number", "2"),
    float: (float, "a number", "0.1"),
    bool: ({"true": True, "false": False}.__getitem__, "true or false", "true"),
    str: (str, "a word", "gelu"),
}


def pretrain(run: PreTraining, out: Path, log_every: int, save_every: int) -> None:
    """All steps from where the run stands; at Ctrl-C and SIGTERM the run is saved first."""
    world, steps, tokenizer = run.world, run.settings["steps"], run.train.tokenizer()
    for shards in (run.train, run.validation):
        shards.room(run.model.config.block_size)  # before the first step: both have a window
    if (out / RUN_FILE).exists():
        _resume(run, out)
    run.model.train()
    with patient_interrupt(signal.SIGTERM) as asked:
        while run.step < steps:
            started = time.perf_counter()
            loss = run.take_step()
            stop = world.anybody(asked.is_set())
            done = run.step == steps or stop
            if done or run.step % log_every == 0:
                _log(run, out, loss.item(), time.perf_counter() - started)
            if world.first and (done or run.step % save_every == 0):
                save_state(out / RUN_FILE, run)
            if stop:
                return
    if world.first:
        run.model.save(out / MODEL, tokenizer)


def _resume(run: PreTraining, out: Path) -> None:
    """Go on from the saved run; lines of steps that it has not taken are struck out."""
    load_state(out / RUN_FILE, run)
    if run.world.first:
        kept = [line for line in _lines(out) if json.loads(line)["step"] <= run.step]
        _write(out, kept)


def _lines(out: Path) -> list[str]:
    path = out / METRICS
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _write(out: Path, lines: list[str]) -> None:
    write_atomically(out / METRICS, "".join(f"{line}\n" for line in lines).encode())


def _log(run: PreTraining, out: Path, loss: float, seconds: float) -> None:
    """One line of metrics; ArithmeticError when the loss is no longer finite."""
    s, h = run.settings, run.history
    check_finite(loss, run.step, s["lr"])
    h.steps.append(run.step)
    h.train_loss.append(loss)
    h.val_loss.append(run.evaluate())
    tokens = s["batch_size"] * run.model.config.block_size
    line = {"step": run.step, "loss": loss, "validation_loss": h.val_loss[-1]}
    line |= {"tokens": run.step * tokens, "tokens_per_second": round(tokens / seconds)}
    if run.world.first:
        _write(out, [*_lines(out), json.dumps(line)])
        print(json.dumps(line), flush=True)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--preset", required=True, help="a name of GPTConfig.preset")
    add("--data", required=True, help="a folder made by python -m helpers.text.prepare")
    add("--out", required=True, type=Path, help="where run, metrics and model go")
    add("--steps", type=int, default=5000)
    add("--batch-size", type=int, default=64, help="sequences in a global batch")
    add("--accumulate", type=int, default=1, help="parts that each process's rows are read in")
    add("--lr", type=float, default=6e-4)
    add("--warmup", type=int, default=100)
    add("--weight-decay", type=float, default=0.1)
    add("--precision", choices=PRECISIONS, default="float32")
    add("--seed", type=int, default=0)
    add("--set", action="append", default=[], metavar="FIELD=VALUE", help="change the preset")
    add("--log-every", type=int, default=100)
    add("--save-every", type=int, default=500)
    return parser.parse_args(arguments)


def _change(given: str) -> tuple[str, object]:
    """What --set says: "n_layer=2" is read as the type of the field says."""
    name, equals, value = given.partition("=")
    if not equals or name not in FIELDS:
        raise ValueError(
            f"--set must be FIELD=VALUE with a field of the model; got {given!r}. "
            f"Try one of these fields: {', '.join(FIELDS)}."
        )
    read, rule, example = READ[FIELDS[name]]
    try:
        return name, read(value)
    except (ValueError, KeyError):
        raise ValueError(f"{name} must be {rule}; got {value!r}. Try {name}={example}.") from None


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 if all is well, 1 if the run stopped, 2 if the command makes no sense."""
    options = vars(_arguments(arguments))
    data, out, precision, preset, changes = (
        options.pop(name) for name in ("data", "out", "precision", "preset", "set")
    )
    try:
        config = replace(GPTConfig.preset(preset), **dict(map(_change, changes)))
        s = settings(**options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    every = s.pop("log_every"), s.pop("save_every")
    world = World()
    status = _try(world, config, {**s, "precision": precision}, data, out, *every)
    world.close()
    return status


def _try(world: World, config: GPTConfig, s: dict, data: str, out: Path, *every: int) -> int:
    """The exit status; what is wrong for all processes alike ends in one sentence."""
    try:
        run = PreTraining(world, config, s, data)
        out.mkdir(parents=True, exist_ok=True)
        pretrain(run, out, *every)
    except (ValueError, ArithmeticError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
