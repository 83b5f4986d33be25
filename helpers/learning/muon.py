"""Muon: a matrix takes steps that are equally long in all its directions. Notebook *Train a GPT*.

AdamW gives every number its own step and does not know that numbers form a matrix. The gradient of
a matrix is dominated by a few directions; Muon keeps the directions and evens out their lengths.

Sources: Jordan et al. 2024 (Muon, its polynomial); Liu et al. 2025, §2.2 (steps of AdamW's size).
"""

import math

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes

POLYNOMIAL, ROUNDS = (3.4445, -4.7750, 2.0315), 5
MOMENTUM, SIZE = 0.95, 0.2  # AdamW's steps have about this root mean square, in units of lr


@takes(matrix="stream ... m n")
def orthogonal(matrix: Tensor) -> Tensor:
    """About U Vᵀ for matrices U S Vᵀ: (..., m, n) -> (..., m, n), whatever their length.

    An odd polynomial of a matrix acts on its singular values alone. Five rounds of this one push
    all but the smallest between 0.6 and 1.2, with products of matrices only.
    """
    m, n = matrix.shape[-2:]
    x = matrix.mT if m > n else matrix  # the smaller side first: m ≤ n
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)  # no singular value above 1
    a, b, c = POLYNOMIAL
    for _ in range(ROUNDS):
        square = x @ x.mT  # (..., m, m)
        # Every singular value s becomes a s + b s³ + c s⁵; the directions stay.
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if m > n else x


class Muon(torch.optim.AdamW):
    """AdamW for embeddings, head, biases and norms; Muon for the matrices of groups named so."""

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One update of everything; AdamW passes over what has no gradient any more."""
        for group in self.param_groups:
            matrices = [p for p in group["params"] if group["muon"] and p.grad is not None]
            for shape in dict.fromkeys(p.shape for p in matrices):
                alike = [p for p in matrices if p.shape == shape]
                self._move(alike, group["lr"], group["weight_decay"])
        super().step()

    def _move(self, matrices: list[Tensor], lr: float, weight_decay: float) -> None:
        """One step of matrices of one shape (m, n), all at once."""
        steps = orthogonal(torch.stack([self._smoothed(p) for p in matrices]))
        size = SIZE * math.sqrt(max(matrices[0].shape))
        for parameter, step in zip(matrices, steps, strict=True):
            parameter.mul_(1 - lr * weight_decay).sub_(step, alpha=lr * size)
            parameter.grad = None

    def _smoothed(self, parameter: Tensor) -> Tensor:
        """The mean of all gradients, the newest counting 5 %, and a look ahead (Nesterov)."""
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
            state["step"] = torch.zeros(())  # AdamW looks for it when a state is loaded
        state["momentum"].lerp_(parameter.grad, 1 - MOMENTUM)
        return parameter.grad.lerp(state["momentum"], MOMENTUM)


@takes(model="model", lr="positive", weight_decay="least0")
def muon(model: nn.Module, lr: float, weight_decay: float = 0.1) -> Muon:
    """Muon for the matrices inside the blocks of a GPT, AdamW for the rest, at the same rate."""
    inside = [p for p in model.blocks.parameters() if p.requires_grad and p.dim() == 2]
    rest = [p for p in model.parameters() if p.requires_grad and not any(p is q for q in inside)]
    groups = [
        {"params": inside, "weight_decay": weight_decay, "muon": True},
        {"params": [p for p in rest if p.dim() >= 2], "weight_decay": weight_decay, "muon": False},
        {"params": [p for p in rest if p.dim() < 2], "weight_decay": 0.0, "muon": False},
    ]
    fused = all(p.device.type in ("cpu", "cuda") for p in rest)  # as in `optimizer`
    return Muon(groups, lr=lr, betas=(0.9, 0.99), fused=fused)
