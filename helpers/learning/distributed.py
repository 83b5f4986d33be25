"""A training step shared by several processes: each reads its own rows of one global batch.

With PyTorch's DistributedDataParallel, which adds the gradients up while they are computed. Source:
Li et al. 2020. The entry point is `helpers.learning.pretrain`; notebook 09.
"""

import contextlib
import gc
import os
from dataclasses import asdict, replace

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.run import History
from helpers.learning.step import step_seed, take_step
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import evaluating
from helpers.text.shards import Shards

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
EVALUATED = 20  # validation batches


class World:
    """The processes of a run: how many, which one this is, and the device it computes on."""

    def __init__(self):
        self.rank, self.size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        local = int(os.environ.get("LOCAL_RANK", 0))
        cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", local) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            _join("nccl" if cuda else "gloo")

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.rank == 0

    def mean(self, value: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.size > 1:
            dist.all_reduce(value)
        return value / self.size

    def anybody(self, flag: bool) -> bool:
        """Whether it is true in any process, known to all of them."""
        return self.mean(torch.tensor(float(flag), device=self.device)).item() > 0

    def close(self) -> None:
        """Leave the group together, once nothing holds it any longer.

        Gloo's threads must end before the interpreter does, or they abort the process. Not for a
        process that has lost the others: it would wait for them.
        """
        gc.collect()  # DistributedDataParallel holds the group, in a circle
        if self.size > 1:
            dist.barrier()
            dist.destroy_process_group()


def _join(backend: str) -> None:
    """Enter the group; after a restart by torchrun under new names.

    The store outlives the workers. Under the old names gloo would call the addresses of the dead.
    """
    store, rank, size = next(dist.rendezvous("env://"))
    store = dist.PrefixStore(f"restart {os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)}", store)
    dist.init_process_group(backend, store=store, rank=rank, world_size=size)


class PreTraining:
    """A run between two steps; a step's randomness comes from (seed, step), the rows from the rank.

    config: the model, but for its vocab_size, which comes with the data. settings: the options of
    the command line that decide what comes out, and so may not change when a run is resumed. The
    number of processes is not among them, nor how often is logged. data: a folder of shards.
    ValueError if it is none, or if the batch cannot be shared out.
    """

    made_by = "python -m helpers.learning.pretrain"

    def __init__(self, world: World, config: GPTConfig, settings: dict, data: str):
        self.world = world
        self.train, self.validation = Shards(data), Shards(data, "validation")
        config = replace(config, vocab_size=self.train.vocab_size)
        self.settings = {**settings, "config": asdict(config), "tokens": self.train.meta["tokens"]}
        torch.manual_seed(settings["seed"])
        self.model = GPT(config).to(world.device)
        ids = [world.device] if world.device.type == "cuda" else None
        shared = DistributedDataParallel(self.model, device_ids=ids) if world.size > 1 else None
        self.shared = shared or self.model
        self.optimizer = optimizer(self.model, settings["lr"], settings["weight_decay"])
        self.history, self.step, self.recent = History(), 0, []
        self._check_rows()

    def take_step(self) -> Tensor:
        """One global batch in `accumulate` parts; its mean loss in nats per token, on all ranks."""
        s, losses = self.settings, []
        rate = learning_rate(self.step, s["steps"], s["lr"], s["warmup"])
        seed = step_seed(s["seed"], self.step)
        take_step(self.model, self.optimizer, lambda: self._last_loss(losses), rate, seed)
        self.step += 1
        return self.world.mean(sum(losses))

    @torch.no_grad()
    def evaluate(self, batches: int = EVALUATED) -> float:
        """Nats per token on the same validation windows every time, shared among the processes."""
        generator, total = torch.Generator().manual_seed(0), torch.zeros(())
        with evaluating(self.model):
            for _ in range(batches):
                x, y = self._rows(self.validation, generator)
                total += self._loss(x, y, self.model).cpu() / batches
        return self.world.mean(total.to(self.world.device)).item()

    def _last_loss(self, losses: list[Tensor]) -> Tensor:
        """The last part's share of the loss; the parts before have left their gradients already."""
        s, n = self.settings, self.settings["accumulate"]
        generator = torch.Generator().manual_seed(step_seed(s["seed"], self.step))
        x, y = self._rows(self.train, generator)
        # Rows that differ shall not lose the same numbers to dropout: each rank has its own seed.
        torch.manual_seed(step_seed(s["seed"], self.step) * self.world.size + self.world.rank)
        *before, last = zip(x.chunk(n), y.chunk(n), strict=True)

        def share(part: tuple[Tensor, Tensor]) -> Tensor:
            loss = self._loss(*part) / n
            losses.append(loss.detach())
            return loss

        # No gradients are exchanged before the last part: once is enough.
        with self.shared.no_sync() if self.world.size > 1 else contextlib.nullcontext():
            for part in before:
                share(part).backward()
        return share(last)

    def _rows(self, shards: Shards, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """This process's rows of a global batch: (B / size, T) each."""
        world, block_size = self.world, self.model.config.block_size
        x, y = shards.sample(self.settings["batch_size"], block_size, generator)
        return tuple(rows.chunk(world.size)[world.rank].to(world.device) for rows in (x, y))

    def _loss(self, x: Tensor, y: Tensor, model: nn.Module | None = None) -> Tensor:
        precision = PRECISIONS[self.settings["precision"]]
        with torch.autocast(x.device.type, precision, enabled=precision != torch.float32):
            return (model or self.shared)(x, y)[1]

    def _check_rows(self) -> None:
        parts = self.world.size * self.settings["accumulate"]
        if self.settings["batch_size"] % parts:
            raise ValueError(
                f"batch_size must be a multiple of processes × accumulate = {parts}, so that all "
                f"parts weigh the same; got {self.settings['batch_size']}. "
                f"Try {parts * max(1, round(self.settings['batch_size'] / parts))}."
            )
