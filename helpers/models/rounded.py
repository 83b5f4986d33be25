"""Rounded weights: blocks of 32 numbers share a scale, and each keeps 4 or 8 bits of its own.

How a GGUF stores a model in about an eighth or a quarter of its size. Q8_0 has a scale d and 32
whole numbers q: x = d·q. Q4_1 has d, a least value m and 32 numbers of 4 bits, two to a byte:
x = d·q + m. Source: the definitions of ggml (ggml-org/ggml, ggml-common.h).
"""

import copy
import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.gguf import GGUF
from helpers.basics.numbers import whole

BLOCK = 32  # numbers that share a scale


def plain(rows: Tensor) -> Tensor:
    """Numbers of 4 bytes that are not rounded: (blocks, 4) uint8 -> (blocks, 1)."""
    return rows.view(torch.float32)


def half(rows: Tensor) -> Tensor:
    """Numbers of 2 bytes: (blocks, 2) uint8 -> (blocks, 1)."""
    return rows.view(torch.float16).float()


def q8_0(rows: Tensor) -> Tensor:
    """A scale and 32 whole numbers of 8 bits: (blocks, 34) uint8 -> (blocks, 32)."""
    scale = rows[:, :2].view(torch.float16).float()
    return rows[:, 2:].view(torch.int8) * scale


def q4_1(rows: Tensor) -> Tensor:
    """A scale, a least value and 32 numbers of 4 bits: (blocks, 20) uint8 -> (blocks, 32).

    Byte i holds number i in its lower half and number 16 + i in its upper half.
    """
    scale, least = rows[:, :4].view(torch.float16).float().split(1, dim=1)  # (blocks, 1) each
    steps = torch.cat([rows[:, 4:] & 15, rows[:, 4:] >> 4], dim=1)  # (blocks, 32), 0 … 15
    return steps * scale + least


class Kind(NamedTuple):
    """A type of stored numbers: its name, how many share how many bytes, and how to undo it."""

    name: str
    numbers: int
    bytes: int
    undo: Callable[[Tensor], Tensor]


KINDS = {  # by the number that a GGUF has for it
    0: Kind("F32", 1, 4, plain),
    1: Kind("F16", 1, 2, half),
    3: Kind("Q4_1", BLOCK, 20, q4_1),
    8: Kind("Q8_0", BLOCK, 34, q8_0),
}


def read(file: GGUF, name: str) -> Tensor:
    """A tensor of a GGUF file as float32, in its own shape.

    ValueError for a type that is none of KINDS, a shape that its blocks cannot fill, and a file
    that ends too early.
    """
    shape, number, _ = file.tensors[name]
    kind = KINDS.get(number)
    if kind is None or not shape or shape[-1] % kind.numbers:
        names = ", ".join(known.name for known in KINDS.values())
        got = f"type {number}" if kind is None else f"{kind.name} of shape {shape}"
        raise ValueError(
            f"A tensor of {file.path} must be of a type that can be undone ({names}), in whole "
            f"blocks; got {got} for {name!r}. Use a file with other rounding."
        )
    count = math.prod(shape) // kind.numbers
    content = torch.from_numpy(file.bytes_of(name, count * kind.bytes))
    return kind.undo(content.view(count, kind.bytes)).view(shape)


@takes(x="numbers ...")
def coarse(x: Tensor, bits: int) -> Tensor:
    """Numbers as blocks of 32 keep them with so many bits each: (...) -> (...).

    A block stores its least number and the step between 2^bits evenly spaced values, 16 bits each,
    as Q4_1 does with 4 bits; every number becomes the nearest value. So no number errs by more than
    half a step, but for the rounding of the two. ValueError unless the blocks fill x.
    """
    bits = whole("bits", bits, 1, 16, "Try 4.")
    if x.numel() % BLOCK:
        raise ValueError(
            f"Numbers to round must fill blocks of {BLOCK}; got {x.numel()} of them. "
            "Use a matrix whose width is a multiple of it."
        )
    rows = x.reshape(-1, BLOCK)
    least, most = rows.aminmax(dim=1, keepdim=True)
    step = (most - least) / (2**bits - 1)
    steps = ((rows - least) / step.clamp(min=1e-30)).round()  # whole numbers, 0 … 2^bits - 1
    return (steps * step.half().float() + least.half().float()).view_as(x)


@torch.no_grad()
@takes(model="model")
def coarsened(model: nn.Module, bits: int) -> nn.Module:
    """A copy of a GPT whose blocks have rounded matrices; embeddings and norms are as they were."""
    model = copy.deepcopy(model)
    for layer in model.blocks.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.copy_(coarse(layer.weight, bits))
    return model
