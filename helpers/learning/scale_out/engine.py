"""A training step shared by several processes: each reads its own rows of one global batch.

DistributedDataParallel (Li et al. 2020) keeps a copy of the model in every process and adds the
gradients up while they are computed; `fully_shard` (FSDP2, Zhao et al. 2023) keeps a share of it in
each and brings a block together just before it is needed. Notebook *From GPT-1 to GPT-3*.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

from helpers.learning.muon import muon
from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.scale_out.objective import Objective
from helpers.learning.scale_out.reading import Rows, fixed_windows
from helpers.learning.scale_out.world import World
from helpers.learning.step import CLIP, step_seed
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import evaluating
from helpers.text.documents import PARTS
from helpers.text.shards import Shards

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
OPTIMIZERS = {"adamw": optimizer, "muon": muon}
EVALUATED = 20  # validation batches
LOOKED_AT = 1 << 16  # tokens of a file of shards that are looked at before training


@dataclass(frozen=True)
class Ways:
    """How a step is computed: it may change when a run is resumed, for no step goes elsewhere.

    accumulate: parts that a process's rows are read in. shard: each process keeps a share of the
    model. recompute: see `Objective`. compile: blocks go through torch.compile.
    """

    accumulate: int = 1
    shard: bool = False
    recompute: bool = False
    compile: bool = False


class PreTraining:
    """A run between two steps; a step's randomness comes from (seed, step), the rows from the rank.

    config: the model, but for its vocab_size, which comes with the data. settings: the options of
    the command line that decide what comes out, and so may not change when a run is resumed. The
    number of processes is not among them, nor are the `ways`. data: a folder of shards. ValueError
    in all processes if it is none, or not the same for all, or if the batch cannot be shared out.
    """

    def __init__(self, world: World, config: GPTConfig, settings: dict, data: str, ways: Ways):
        self.world, self.ways, self.step = world, ways, 0
        train, validation = world.together(lambda: [_opened(data, part) for part in PARTS])
        self.settings = settings | {"text": _name(train), "validation text": _name(validation)}
        _check_same_text(world, self.settings)
        config = replace(config, vocab_size=train.vocab_size)
        self.settings["config"] = asdict(config)
        batch, seed = settings["batch_size"], settings["seed"]
        _check_rows(batch, world.size, ways.accumulate)
        self.tokenizer = world.together(train.tokenizer)
        self.rows = Rows(train, config.block_size, batch, seed, world)
        self.unseen = fixed_windows(validation, config.block_size, batch, EVALUATED, world)
        torch.manual_seed(seed)
        self.model = GPT(config).to(world.device)
        self.objective = Objective(self.model, ways.recompute, settings["balance"])
        self.shared = _shared(self.objective, world, ways)
        make = OPTIMIZERS[settings["optimizer"]]
        self.optimizer = make(self.model, settings["lr"], settings["weight_decay"])
        self.loss, self.rate, self.norm = 0.0, 0.0, 0.0  # of the last step

    def take_step(self) -> None:
        """One global batch in `accumulate` parts: forward, backward, clip at norm 1, update."""
        s = self.settings
        self.rate = learning_rate(self.step, s["steps"], s["lr"], s["warmup"])
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad()
        self.loss = self._backward(*self.rows(self.step))
        self.norm = nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.step += 1

    def rehearse(self) -> None:
        """A step and an evaluation that change nothing: what does not fit memory fails here."""
        # ones: a processor gives memory for zeros only when they become something else
        moments = [torch.ones_like(p) for p in self.model.parameters() for _ in ("mean", "square")]
        self._backward(*self.rows(self.step))
        self.evaluate(batches=1)
        self.optimizer.zero_grad()
        del moments

    @torch.no_grad()
    def evaluate(self, batches: int = EVALUATED) -> float:
        """Nats per token on the same validation windows every time, shared among the processes."""
        total = torch.zeros((), device=self.world.device)
        with evaluating(self.shared):
            for rows in self.unseen[:batches]:
                x, y = (r.to(self.world.device) for r in rows)
                total += sum(loss for loss, _ in self._parts(x, y)) / batches
        # FSDP waits for a backward pass to give back the shares of the others; here comes none
        getattr(self.shared, "reshard", lambda: None)()
        return self.world.mean(total)

    def measured(self) -> dict[str, float]:
        """Loss, learning rate and gradient norm of the last step, the same in all processes."""
        norm = getattr(self.norm, "full_tensor", lambda: self.norm)()  # FSDP's is in shares
        loss = self.world.mean(self.loss)
        return {"loss": loss, "learning_rate": self.rate, "gradient_norm": float(norm)}

    def _backward(self, x: Tensor, y: Tensor) -> Tensor:
        """Leaves the gradients of the global batch; returns this process's loss."""
        seed = step_seed(self.settings["seed"], self.step)
        # Rows that differ shall not lose the same numbers to dropout: each rank has its own seed.
        torch.manual_seed(seed * self.world.size + self.world.rank)
        total = torch.zeros((), device=x.device)
        for loss, extra in self._parts(x, y):
            (loss + extra).backward()
            total += loss.detach()
        return total

    def _parts(self, x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor | float]]:
        """Loss and extra of part after part, so weighted that the mean over processes is right."""
        n = self.ways.accumulate
        for i, (xs, ys) in enumerate(zip(x.tensor_split(n), y.tensor_split(n), strict=True)):
            share = len(xs) * self.world.size / self.settings["batch_size"]
            # No gradients are exchanged before the last part: once is enough.
            with self._quiet() if i < n - 1 else contextlib.nullcontext():
                yield tuple(share * value for value in self._loss(xs, ys))

    def _quiet(self) -> contextlib.AbstractContextManager:
        ddp = isinstance(self.shared, DistributedDataParallel)
        return self.shared.no_sync() if ddp else contextlib.nullcontext()

    def _loss(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor | float]:
        precision = PRECISIONS[self.settings["precision"]]
        with torch.autocast(x.device.type, precision, enabled=precision != torch.float32):
            return self.shared(x, y)


def _shared(objective: Objective, world: World, ways: Ways) -> nn.Module:
    """The objective as all processes compute it together."""
    if ways.compile:
        for block in objective.model.blocks:  # one by one: they are alike, so one is compiled
            block.compile()
    if world.size == 1:
        return objective
    if not ways.shard:
        ids = [world.device] if world.device.type == "cuda" else None
        return DistributedDataParallel(objective, device_ids=ids, gradient_as_bucket_view=True)
    mesh = init_device_mesh(world.device.type, (world.size,))
    for block in objective.model.blocks:
        fully_shard(block, mesh=mesh)
    return fully_shard(objective, mesh=mesh)  # embeddings, last norm and head


def _opened(data: str, part: str) -> Shards:
    """One part of a text. ValueError if there are tokens in it that its vocabulary has not."""
    shards = Shards(data, part)
    most = max((int(tokens.max()) for tokens in _looked_at(shards)), default=0)
    if most >= shards.vocab_size:
        raise ValueError(
            f"The shards' tokens must be smaller than {shards.vocab_size}, the size of their "
            f"vocabulary; got {most} in {data}. Prepare the text again."
        )
    return shards


def _looked_at(shards: Shards) -> list[np.ndarray]:
    """Tokens from all over every file: all of a small one, a sample of a large one."""
    return [a[:: max(1, len(a) // LOOKED_AT)] for a in shards.arrays if len(a)]


def _name(shards: Shards) -> str:
    """A name for a text: its lengths, its sha256 when prepared, what was looked at."""
    digest = hashlib.sha256(str(list(map(len, shards.arrays))).encode())
    digest.update(shards.meta["sha256"].get(shards.part, "").encode())
    for tokens in _looked_at(shards):
        digest.update(tokens.tobytes())
    return digest.hexdigest()[:16]


def _check_same_text(world: World, settings: dict) -> None:
    """ValueError in all processes unless all read the same text, be it from disks of their own."""
    names = settings["text"], settings["validation text"]
    if world.anybody(world.decide(names) != names):
        raise ValueError(
            "All processes must read the same shards; on some machine they differ from the first "
            "one's. Put a copy of that folder on all machines."
        )


def _check_rows(batch_size: int, processes: int, accumulate: int) -> None:
    if batch_size < processes * accumulate:
        raise ValueError(
            f"batch_size must be at least processes × accumulate = {processes * accumulate}, a row "
            f"for every part; got {batch_size}. Try --batch-size {processes * accumulate}."
        )
