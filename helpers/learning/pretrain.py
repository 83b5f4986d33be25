"""Pre-training on any number of processes and machines, with PyTorch's own DDP, FSDP2 and DCP.

torchrun --nproc-per-node=N -m helpers.learning.pretrain --preset gpt2 --data SHARDS --out FOLDER

Every process reads its own rows of the same global batch. Without dropout the number of processes
changes the speed, and the losses only by rounding (5e-7 to 5e-4 after 60 steps have been seen).
With dropout other numbers are dropped, so that runs agree as two seeds do. One line of JSON per
logged step goes to FOLDER/metrics.jsonl; the newest of FOLDER/checkpoints is resumed by the same
command, with any number of processes. Notebook *From GPT-1 to GPT-3*, `docs/scale_out.md`.
"""

import signal
import sys
import time
from contextlib import ExitStack, nullcontext

import torch
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from helpers.basics.files import alone
from helpers.learning.interrupt import patient_interrupt
from helpers.learning.scale_out import options
from helpers.learning.scale_out.checkpoints import Checkpoints
from helpers.learning.scale_out.engine import PreTraining
from helpers.learning.scale_out.metrics import Metrics, peak_memory, speed
from helpers.learning.scale_out.options import Command
from helpers.learning.scale_out.world import World
from helpers.learning.step import check_finite
from helpers.models.gpt import GPT

METRICS, MODEL = "metrics.jsonl", "model"


def pretrain(run: PreTraining, command: Command) -> None:
    """All steps from where the run stands; at Ctrl-C and SIGTERM the run is saved first.

    ValueError in all processes while another run writes to the same folder.
    """
    with ExitStack() as held:
        own = alone(command.out) if run.world.first else nullcontext()
        run.world.together(lambda: held.enter_context(own))
        checkpoints = Checkpoints(run, command.out, command.keep)
        held.callback(checkpoints.leave)  # before the folder is free for another run
        _go_on(run, command, checkpoints)


def _go_on(run: PreTraining, command: Command, checkpoints: Checkpoints) -> None:
    world, steps, metrics = run.world, run.settings["steps"], Metrics(command.out / METRICS)
    checkpoints.load()
    world.together(lambda: metrics.go_back(run.step) if world.first else None)
    run.shared.train()
    run.rehearse()
    with patient_interrupt(signal.SIGTERM) as asked:
        stop, since, started = False, run.step, time.perf_counter()
        while run.step < steps and not stop:
            run.take_step()
            stop = world.anybody(asked.is_set())
            done = run.step == steps or stop
            if done or run.step % command.log_every == 0:
                _log(run, metrics, run.step - since, started)
            if done or run.step % command.save_every == 0:
                checkpoints.save()
            if done or run.step % command.log_every == 0:
                since, started = run.step, time.perf_counter()
        checkpoints.wait()
    if not stop:
        _save_model(run, command)


def _log(run: PreTraining, metrics: Metrics, steps: int, started: float) -> None:
    """One line of metrics; ArithmeticError when a loss is no longer finite."""
    config, line = run.model.config, run.measured()  # which waits for the GPU
    seconds = time.perf_counter() - started
    tokens = run.settings["batch_size"] * config.block_size
    line = {"step": run.step, **line, "validation_loss": run.evaluate()}
    line |= {"tokens": run.step * tokens, "epochs": run.rows.epochs(run.step)}
    line |= speed(config, steps * tokens, seconds, run.world.size) | peak_memory()
    if run.world.first:
        metrics.add(line)
    for loss in (line["loss"], line["validation_loss"]):
        check_finite(loss, run.step, run.settings["lr"])


def _save_model(run: PreTraining, command: Command) -> None:
    """The trained model as any other of the course: the first process gathers it and writes it."""
    whole = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights = get_model_state_dict(run.model, options=whole)
    if run.world.first:
        model = GPT(run.model.config)
        model.load_state_dict(weights)
        model.save(command.out / MODEL, run.tokenizer)


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 if all is well, 1 if the run stopped, 2 if the command makes no sense."""
    try:
        command = options.read(arguments)
        world = World()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return _try(world, command)


def _try(world: World, command: Command) -> int:
    """The exit status; what goes wrong ends in one sentence.

    What is wrong for all processes alike they leave together. A full disk or memory is one's own:
    that process goes, and torchrun ends the others, who wait for it.
    """
    c, said, alike = command, None, world.size == 1
    try:
        pretrain(PreTraining(world, c.config, c.settings, c.data, c.ways), c)
        alike = True
    except (ValueError, ArithmeticError) as error:
        said, alike = str(error) if world.first else "", True
    except (OSError, MemoryError, RuntimeError) as error:
        said = _in_words(error, c)
    finally:
        if alike:
            world.close()
    if said:
        print(said, file=sys.stderr)
    return 0 if said is None else 1


def _in_words(error: Exception, command: Command) -> str:
    """What the machine could not give, as a sentence; any other error goes on."""
    if isinstance(error, OSError):
        return (
            f"--out must be a folder that can be written; the disk says: {error}. Free some space, "
            "or choose another folder."
        )
    few = isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "memory" in str(error)
    if not few:
        raise error
    n = 2 * command.ways.accumulate
    return (
        f"Model and batch must fit the memory; they do not: {str(error).splitlines()[0]} "
        f"Try --accumulate {n}, --recompute, --shard, or a smaller model."
    )


if __name__ == "__main__":
    sys.exit(main())
