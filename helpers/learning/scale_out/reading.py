"""Reading: every window of the text once before any comes again, each process its own rows.

While a step computes, a thread reads the rows of the next one.
"""

import functools
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from helpers.learning.scale_out.world import World
from helpers.learning.step import step_seed
from helpers.text.shards import Shards


class Rows:
    """This process's rows of every global batch; a step's rows depend on (seed, step) alone.

    In an epoch the text is cut into windows side by side, and each is read once, in an order drawn
    anew; where the first cut falls is drawn, too, so that the next epoch has other windows.
    ValueError if the text is shorter than a window.
    """

    def __init__(self, shards: Shards, block_size: int, batch_size: int, seed: int, world: World):
        self.shards, self.block_size, self.batch_size = shards, block_size, batch_size
        self.seed, self.world, self.room = seed, world, shards.room(block_size)
        self.windows = max(1, self.room // block_size)  # in an epoch
        self.order = functools.lru_cache(maxsize=2)(self._order)  # a batch may see two epochs
        self.thread, self.ahead = ThreadPoolExecutor(1), {}

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """The rows of a step on this process's device: x, y (about B / size, T) each."""
        rows: Future = self.ahead.pop(step, None) or self.thread.submit(self.read, step)
        self.ahead = {step + 1: self.thread.submit(self.read, step + 1)}
        # from memory that stays in its place a GPU fetches by itself, while it computes
        return tuple(r.to(self.world.device, non_blocking=True) for r in rows.result())

    def read(self, step: int) -> tuple[Tensor, Tensor]:
        """The same on the CPU: x, y (about B / size, T) each."""
        rows = self.shards.windows(self.places(step), self.block_size)
        gpu = self.world.device.type == "cuda"
        return tuple(r.pin_memory() for r in rows) if gpu else rows

    def places(self, step: int) -> list[int]:
        """Where this process's windows of a step begin, as `Shards.windows` counts places."""
        batch = range(step * self.batch_size, (step + 1) * self.batch_size)
        places = (divmod(i, self.windows) for i in batch[self.world.share(self.batch_size)])
        return [self.order(epoch)[i].item() for epoch, i in places]

    def epochs(self, step: int) -> float:
        """How often the text has been read after so many steps."""
        return step * self.batch_size / self.windows

    def _order(self, epoch: int) -> Tensor:
        """The places of an epoch's windows, in the order in which they are read."""
        generator = torch.Generator().manual_seed(step_seed(self.seed, epoch))
        left = self.room - (self.windows - 1) * self.block_size
        first = torch.randint(min(left, self.block_size), (), generator=generator)
        return first + self.block_size * torch.randperm(self.windows, generator=generator)


def fixed_windows(
    shards: Shards, block_size: int, batch_size: int, batches: int, world: World
) -> list[tuple[Tensor, Tensor]]:
    """Random windows, the same ones every time; this process's rows of every batch."""
    generator = torch.Generator().manual_seed(0)
    places = torch.randint(shards.room(block_size), (batches, batch_size), generator=generator)
    own = places[:, world.share(batch_size)].tolist()
    return [shards.windows(row, block_size) for row in own]
