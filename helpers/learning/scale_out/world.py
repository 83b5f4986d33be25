"""The processes of a run: who they are, on what they compute, and how they agree.

What they say to each other here goes over the CPU (gloo), so that no GPU has to wait for it; the
gradients take their own way (nccl on GPUs). torchrun starts the processes and tells each its rank.
"""

import gc
import os
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from helpers.basics.numbers import whole


class World:
    """The processes of a run: how many, which one this is, and the device it computes on.

    A process that torchrun did not start is alone. ValueError where the environment says what
    cannot be: torchrun sets RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.
    """

    def __init__(self):
        self.size = _told("WORLD_SIZE", 1, 1)
        self.rank = _told("RANK", 0, 0, self.size - 1)
        self.device = _device(_told("LOCAL_RANK", 0, 0), self.size)
        _join(self.rank, self.size, self.device)

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Which of `count` rows are this process's; the shares differ by one row at most."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def mean(self, value: float | Tensor) -> float:
        """The mean over all processes."""
        total = torch.as_tensor(value, dtype=torch.float64, device="cpu").clone()
        dist.all_reduce(total)
        return total.item() / self.size

    def anybody(self, flag: bool) -> bool:
        """Whether it is true in any process, known to all of them."""
        return self.size > 1 and self.mean(float(flag)) > 0 or flag

    def decide(self, value: Any) -> Any:
        """What the first process says, told to all: what each would see for itself may differ."""
        said = [value]
        dist.broadcast_object_list(said, 0, device=torch.device("cpu"))
        return said[0]

    def together(self, do: Callable[[], Any]) -> Any:
        """do() in every process. An error of one is raised in all, so that none waits for it."""
        try:
            result, error = do(), None
        except (ValueError, ArithmeticError, OSError) as caught:
            result, error = None, caught
        errors = [None] * self.size
        dist.all_gather_object(errors, error)
        for error in filter(None, errors):
            raise error
        return result

    def close(self) -> None:
        """Leave the group together, once nothing holds it any longer.

        Gloo's threads must end before the interpreter does, or they abort the process. Not for a
        process that has lost the others: it would wait for them.
        """
        gc.collect()  # DistributedDataParallel holds the group, in a circle
        self.mean(0.0)  # who leaves while another still sends makes it fail after its last step
        dist.destroy_process_group()


def _told(name: str, alone: int, least: int, most: int | None = None) -> int:
    """A number of the environment; what it is for a process that is alone, if it is not there."""
    told = os.environ.get(name, str(alone))
    advice = f"Start the processes with torchrun, or remove {name} from the environment."
    return whole(name, int(told) if told.isdecimal() else told, least, most, advice)


def _device(local: int, size: int) -> torch.device:
    """This process's own GPU; Apple's for a process that is alone; else the CPU."""
    kind = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if kind is not None and kind.type == "cuda":
        advice = "Try torchrun --nproc-per-node with as many processes as there are GPUs."
        device = torch.device("cuda", whole("LOCAL_RANK", local, 0, _gpus() - 1, advice))
        torch.cuda.set_device(device)
        return device
    # gloo has no words for Apple's GPU, so that several processes there use the CPU
    return kind if kind is not None and kind.type == "mps" and size == 1 else torch.device("cpu")


def _gpus() -> int:
    return torch.cuda.device_count()


def _join(rank: int, size: int, device: torch.device) -> None:
    """Enter the group; after a restart by torchrun under new names.

    The store outlives the workers. Under the old names gloo would call the addresses of the dead.
    """
    store = dist.HashStore() if size == 1 else _meeting_place()
    store = dist.PrefixStore(f"restart {os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)}", store)
    gpu = device.type == "cuda"
    dist.init_process_group(
        "cpu:gloo,cuda:nccl" if gpu else "gloo", store=store, rank=rank, world_size=size,
        device_id=device if gpu else None,
    )  # fmt: skip


def _meeting_place() -> dist.Store:
    """Where the processes find each other. ValueError if the environment does not say it."""
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        if name not in os.environ:
            raise ValueError(
                f"{name} must say where the {os.environ['WORLD_SIZE']} processes meet; it is not "
                "set. Start them with torchrun, which sets it."
            )
    return next(dist.rendezvous("env://"))[0]
