"""Batches: windows of a long text, side by side, each with the same window one step later.

Built by hand in notebook *Text to tokens*.
"""

import numpy as np
import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import check_tensor
from helpers.basics.numbers import real


def split(ids, validation: float = 0.1) -> tuple[Tensor, Tensor]:
    """The first part of the text for training, the last part for validation.

    ids: N tokens, a list or a tensor (N,). Returns int64 tensors of N·(1-validation) and
    N·validation tokens. The cut is contiguous: windows of a shuffled one would overlap across it.
    ValueError unless validation lies between 0 and 1.
    """
    between = "be a share between 0 and 1", "Try 0.1."
    validation = real("validation", validation, lambda share: 0 < share < 1, *between)
    ids = _int64(ids if isinstance(ids, Tensor) else np.asarray(ids))
    cut = int(round(len(ids) * (1 - validation), 6))  # 10·(1 - 0.9) may be 0.9999999999999998
    if not 0 < cut < len(ids):
        raise ValueError(
            f"Both parts must have tokens; got {cut} and {len(ids) - cut} of {len(ids)}. "
            "Use a longer text or another validation."
        )
    return ids[:cut], ids[cut:]


@takes(ids="any N", batch_size="count", block_size="count", generator="generator")
def sample(
    ids: Tensor, batch_size: int, block_size: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """A random batch: x, y (B, T) with y[b, t] the token after x[b, t] in the text.

    ids: (N,). Windows start anywhere, with equal chance. ValueError unless N > block_size.
    """
    size = (int(batch_size),)
    starts = torch.randint(_last_start(ids, block_size) + 1, size, generator=generator)
    return windows(ids, starts.to(ids.device), block_size)


@takes(ids="any N", starts="tokens B <N", block_size="count")
def windows(ids: Tensor, starts: Tensor, block_size: int) -> tuple[Tensor, Tensor]:
    """The windows that begin at `starts`: (N,), (B,) -> x, y (B, T), y one step later than x."""
    steps = torch.arange(block_size + 1, device=ids.device)
    rows = ids[starts[:, None] + steps]  # (B, T + 1): one more than is read, the last target
    return rows[:, :-1], rows[:, 1:]  # the target of every token is the one that follows it


@takes(ids="any N", block_size="count", at_most="count None")
def even_starts(ids: Tensor, block_size: int, at_most: int | None = None) -> Tensor:
    """Where windows begin that cover the text: every block_size tokens, or `at_most` of these.

    ids: (N,). ValueError unless N > block_size.
    """
    starts = torch.arange(0, _last_start(ids, block_size) + 1, block_size, device=ids.device)
    if at_most is None or at_most >= len(starts):
        return starts
    # float32 counts to 2²⁴ only; where it is enough it stays, and with it the recorded losses
    kind = torch.float32 if len(starts) < 2**20 else torch.float64
    even = torch.linspace(0, len(starts) - 1, at_most, dtype=kind).round().long()
    return starts[even.to(ids.device)]


def _int64(ids) -> Tensor:
    """Whole numbers of any size in memory as int64; ValueError for others, and for none."""
    if isinstance(ids, np.ndarray) and ids.dtype.kind in "iu":
        ids = torch.from_numpy(ids.astype(np.int64))
    counts = isinstance(ids, Tensor) and ids.dtype in (torch.int32, torch.int16, torch.uint8)
    ids = ids.long() if counts else ids
    check_tensor("ids", ids, "ids", ["N"], {})
    return ids


def _last_start(ids: Tensor, block_size: int) -> int:
    last = len(ids) - block_size - 1
    if last < 0:
        raise ValueError(
            f"A text must be longer than block_size = {block_size} tokens to cut windows from; "
            f"got {len(ids)} tokens. Use a longer text or a smaller block_size."
        )
    return last
