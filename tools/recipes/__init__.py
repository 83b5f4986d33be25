"""The long runs that notebooks plot, one module per family.

A module has RECIPES, name -> settings as JSON can hold them, and run(settings, on_step, progress),
which does one and returns what is recorded; on_step may stop a training early.
"""

from collections.abc import Callable, Collection
from itertools import count

from torch import Tensor


def looking(
    batch_loss: Callable[[], Tensor], steps: Collection[int], look: Callable[[], None]
) -> Callable[[], Tensor]:
    """The same batch loss for `fitting.fit`, which looks at the model after so many steps first."""
    taken = count()

    def watched() -> Tensor:
        if next(taken) in steps:
            look()
        return batch_loss()

    return watched
