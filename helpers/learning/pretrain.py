"""Pre-training on any number of processes and machines, with PyTorch's own DistributedDataParallel.

torchrun --nproc-per-node=N -m helpers.learning.pretrain --preset gpt2 --data SHARDS --out FOLDER

Every process reads its own rows of the same global batch, so the number of processes changes the
speed and not the losses. One line of JSON per logged step goes to FOLDER/metrics.jsonl; the run in
FOLDER/run.safetensors is resumed exactly by the same command. Notebook 09.
"""

import argparse
import json
import math
import signal
import sys
import time
from pathlib import Path

from helpers.basics.files import write_atomically
from helpers.learning.distributed import PRECISIONS, PreTraining, World
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.resume import load_state, save_state

RUN, METRICS, MODEL = "run.safetensors", "metrics.jsonl", "model"


def pretrain(run: PreTraining, out: Path, log_every: int, save_every: int) -> None:
    """All steps from where the run stands; at Ctrl-C and SIGTERM the run is saved first."""
    world, steps = run.world, run.settings["steps"]
    if (out / RUN).exists():
        _resume(run, out)
    run.model.train()
    with patient_interrupt() as asked:
        signal.signal(signal.SIGTERM, lambda *_: asked.set())
        while run.step < steps:
            started = time.perf_counter()
            loss = run.take_step()
            stop = world.anybody(asked.is_set())
            done = run.step == steps or stop
            if done or run.step % log_every == 0:
                _log(run, out, loss.item(), time.perf_counter() - started)
            if world.first and (done or run.step % save_every == 0):
                save_state(out / RUN, run)
            if stop:
                return
    if world.first:
        run.model.save(out / MODEL)


def _resume(run: PreTraining, out: Path) -> None:
    """Go on from the saved run; lines of steps that it has not taken are struck out."""
    load_state(out / RUN, run)
    if run.world.first and (out / METRICS).exists():
        lines = (out / METRICS).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["step"] <= run.step]
        write_atomically(out / METRICS, "".join(kept).encode())


def _log(run: PreTraining, out: Path, loss: float, seconds: float) -> None:
    """One line of metrics; ArithmeticError when the loss is no longer finite."""
    if not math.isfinite(loss):
        raise ArithmeticError(f"The loss must stay finite; it is {loss}. Try a smaller --lr.")
    s, h = run.settings, run.history
    h.steps.append(run.step)
    h.train_loss.append(loss)
    h.val_loss.append(run.evaluate())
    tokens = s["batch_size"] * run.model.config.block_size
    line = {"step": run.step, "loss": loss, "validation_loss": h.val_loss[-1]}
    line |= {"tokens": run.step * tokens, "tokens_per_second": round(tokens / seconds)}
    if run.world.first:
        with (out / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
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


def main(arguments: list[str] | None = None) -> int:
    options = vars(_arguments(arguments))
    fields = dict(field.split("=", 1) for field in options.pop("set"))
    options["overrides"] = {name: json.loads(value) for name, value in fields.items()}
    world = World()
    status = _try(world, options)
    world.close()
    return status


def _try(world: World, options: dict) -> int:
    """The exit status; what is wrong for all processes alike ends in one sentence."""
    data, out, log_every, save_every = (
        options.pop(name) for name in ("data", "out", "log_every", "save_every")
    )
    try:
        run = PreTraining(world, options, data)
        out.mkdir(parents=True, exist_ok=True)
        pretrain(run, out, log_every, save_every)
    except (ValueError, ArithmeticError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
