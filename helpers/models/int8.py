"""Products of whole numbers: a matrix rounded to 8 bits is read four times as fast.

A model that writes one token at a time waits for its weights to come from memory, so fewer bytes
are less time. Each row of a matrix keeps its own scale, and so does each vector that is multiplied.
Source: Dettmers et al. 2022 (LLM.int8()), §2.1 (a scale for each row and column).
"""

import copy

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, takes

MOST = 127  # the largest whole number that is used; -128 would have no opposite


@explained(x="stream ... C")
def rounded(x: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of numbers, x: (..., C), as whole numbers of 8 bits and a scale for each row.

    Returns int8 (..., C) and scales (..., 1), whose product is about x. The largest of a row
    becomes ±127, and no number errs by more than half the scale. A row of zeros stays.
    """
    scale = x.abs().amax(-1, keepdim=True).clamp(min=1e-30) / MOST
    return (x / scale).round().to(torch.int8), scale


class Int8Linear(nn.Module):
    """A linear layer that multiplies whole numbers of 8 bits; it can be used, not trained."""

    def __init__(self, layer: nn.Linear):
        super().__init__()
        whole, scale = rounded(layer.weight.detach())
        self.register_buffer("whole", whole.T)  # (in, out), read row by row of the layer
        self.register_buffer("scale", scale.T.contiguous())  # (1, out)
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., N) -> (..., M), about what the layer of N inputs and M outputs gives."""
        rows, scale = rounded(x.flatten(0, -2))
        products = torch._int_mm(rows, self.whole)  # exact, in 32 bits
        y = (products * scale * self.scale).view(*x.shape[:-1], -1)
        return y if self.bias is None else y + self.bias


@takes(model="model")
def in_8_bits(model: nn.Module) -> nn.Module:
    """A copy of a model whose linear layers multiply whole numbers of 8 bits, in eval mode.

    Embeddings and norms are as they were. It needs a quarter of the bytes for its matrices.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    # a copy asks its memo first: there the layers are already other ones
    return copy.deepcopy(model, {id(layer): Int8Linear(layer) for layer in layers}).eval()
