"""What a step makes smaller: the loss of some rows, in pieces where the whole does not fit.

The largest tensor of a small GPT is not a weight, it is the logits: V numbers for every position.
Here the head reads some positions at a time. Sources: Chen et al. 2016 (what is computed again
need not be kept); Fedus et al. 2022 (balance of experts).
"""

import contextlib
from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from helpers.learning.balancing import BalanceLoss
from helpers.models import moe
from helpers.models.gpt import GPT

POSITIONS = 2048  # whose logits are in memory at once
MULTIPLE = 64  # matrix units of a GPU take so many rows at once; a vocabulary seldom fits


class Objective(nn.Module):
    """A GPT's loss, as `GPT.forward` gives it, and what balances its experts.

    recompute: keep only what enters a block, or a piece of the head, and compute what is inside
    again when the gradient needs it: a third more work for much less memory. balance: the weight
    of the balance loss, 0 for none.
    """

    def __init__(self, model: GPT, recompute: bool = False, balance: float = 0.0):
        super().__init__()
        self.model, self.recompute, self.balance = model, recompute, BalanceLoss(balance)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor | float]:
        """x, y: (B, T) -> the loss in nats per token, and what is to be minimised beside it."""
        with (
            moe.observed(self.model) if self.balance.weight else contextlib.nullcontext([]) as seen
        ):
            hidden = self._hidden(x)  # (B, T, C)
        extra = sum(self.balance.extra(r.logits, self.model.config.n_expert_active) for r in seen)
        return self._loss(hidden.flatten(0, 1), y.flatten()), extra

    def _hidden(self, x: Tensor) -> Tensor:
        x = self.model.embed(x)
        for block in self.model.blocks:
            x = self._run(block, x)
        return self.model.final_norm(x)

    def _loss(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """hidden: (N, C), targets: (N,) -> their mean loss."""
        pieces = zip(hidden.split(POSITIONS), targets.split(POSITIONS), strict=True)
        return sum(self._run(self._piece, h, t) for h, t in pieces) / len(targets)

    def _piece(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """The sum of the losses of some positions, through a head of a fitting number of rows."""
        head, V = self.model.head, self.model.config.vocab_size
        weight = F.pad(head.weight, (0, 0, 0, -V % MULTIPLE))
        bias = None if head.bias is None else F.pad(head.bias, (0, -V % MULTIPLE))
        return F.cross_entropy(F.linear(hidden, weight, bias)[:, :V], targets, reduction="sum")

    def _run(self, layer: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        if self.recompute and self.training:
            return checkpoint(layer, *inputs, use_reentrant=False)
        return layer(*inputs)
