"""Positions: attention sees a set, so a model must be told where each token stands.

A positions part can say so in two ways: by a vector that is added to the token's embedding, or by
turning queries and keys before they are compared. Sources: Vaswani et al. 2017, §3.5 (sinusoids);
Su et al. 2021, §3.2 (rotary); Chen et al. 2023 (interpolation). Built by hand in notebooks *From
RNN to attention* and *The modern block*.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains, takes
from helpers.basics.numbers import whole
from helpers.models.config import GPTConfig

BASE = 10_000  # of the powers that the frequencies of the sinusoids are


class Positions(nn.Module):
    """No positions: adds nothing, turns nothing. Every other kind replaces one of the two."""

    def forward(self, places: Tensor) -> Tensor:
        """What is added to the tokens at these places: (T,) int64 -> (T, C), or (T, 1) of zeros."""
        return torch.zeros_like(places)[:, None]  # whole numbers: x stays in its own precision

    def turn(self, x: Tensor, past: int) -> Tensor:
        """Queries or keys as attention compares them: (B, nh, T, hs) -> the same shape.

        The first of the T stands at place `past`.
        """
        return x


Turn = Callable[[Tensor, int], Tensor]
unturned = Positions().turn


class Learned(nn.Embedding, Positions):
    """A vector per place, learned like a token's; beyond block_size there is none."""

    def __init__(self, config: GPTConfig):
        super().__init__(config.block_size, config.n_embd)


class Sinusoidal(Positions):
    """Sines and cosines of the place: nothing to learn, and a vector for every place there is."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.register_buffer("frequencies", frequencies(config.n_embd), persistent=False)

    def forward(self, places: Tensor) -> Tensor:
        """What is added to the tokens at these places: (T,) -> (T, C), values in [-1, 1]."""
        return waves(places, self.frequencies)


@explains(config="with n_embd", x="stream B nh T hs", past="whole")
class Rotary(Positions):
    """Queries and keys are turned, each pair of channels by an angle that grows with the place.

    Two vectors turned by their angles have a product that depends on the difference of the angles:
    a score says how far apart two tokens stand, and not where. Pair i turns by base^(-2i/hs)
    radians per place. A pair is channel i of the first half and channel i of the second.
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        angles = self.angles(config)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def angles(self, config: GPTConfig) -> Tensor:
        """How far each pair is turned at each place, in radians: (block_size, hs/2)."""
        turns = frequencies(config.head_size, config.rotary_base)
        return torch.arange(config.block_size)[:, None] * turns

    def turn(self, x: Tensor, past: int) -> Tensor:
        """Each pair (a, b) turned by its angle: (B, nh, T, hs) -> the same shape, same lengths."""
        cos, sin = (table[past : past + x.shape[-2]] for table in (self.cos, self.sin))
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Interpolated(Rotary):
    """Rotary positions that turn a quarter as far: four times as long a text fits the known angles.

    Chen et al. 2023, position interpolation: for a model that was trained on texts of a quarter of
    block_size. No angle is new to it, but neighbours stand closer together than they ever did.
    """

    FACTOR = 4

    def angles(self, config: GPTConfig) -> Tensor:
        """A quarter of Rotary's, in radians: (block_size, hs/2)."""
        return super().angles(config) / self.FACTOR


@takes(base="positive", factor="positive")
def ntk_base(base: float, hs: int, factor: float) -> float:
    """The base whose slowest pair turns `factor` times as slowly, while the fastest stays.

    base · factor^(hs / (hs - 2)): pair i turns by base^(-2i/hs), the last one has 2i = hs - 2.
    "NTK-aware" interpolation (bloc97 2023; Peng et al. 2023, §3.1). hs: even, at least 4.

    >>> f"{ntk_base(10_000, 128, 8):.0f}"
    '82685'
    """
    hs = whole("hs", hs, 4)
    return base * factor ** (hs / (hs - 2))


@takes(n_head="count", rows="any ... C")
def halves(rows: Tensor, n_head: int) -> Tensor:
    """Rows of a matrix of queries or keys whose pairs are neighbours, in the order that Rotary has.

    rows: (nh·hs, C) -> (nh·hs, C). In a head of a GGUF, 2i and 2i + 1 are a pair; here i and
    hs/2 + i. A permutation of queries and keys alike leaves every score as it was. ValueError
    unless the rows make pairs in every head.

    >>> halves(torch.arange(4)[:, None], n_head=1).flatten().tolist()
    [0, 2, 1, 3]
    """
    if len(rows) % (2 * n_head):
        raise ValueError(
            f"Every head must have pairs of rows, so their number a multiple of {2 * n_head}; got "
            f"{len(rows)} for {n_head} heads. Pass the matrix of the queries or of the keys alone."
        )
    return rows.unflatten(0, (n_head, -1, 2)).transpose(1, 2).flatten(0, 2)


def no_positions(config: GPTConfig) -> Positions:
    """The part of a model that is told nothing: a causal mask still lets it count."""
    return Positions()


def sinusoidal(T: int, C: int) -> Tensor:
    """Sines and cosines of the places 0 … T - 1: (T, C), values in [-1, 1].

    Row t holds sin(t·ω_i) in channel 2i and cos(t·ω_i) in channel 2i + 1, ω_i = 10,000^(-2i/C).
    The scalar product of two rows depends on their distance only. ValueError when C is odd.
    """
    return waves(torch.arange(whole("T", T, 0)), frequencies(C))


def frequencies(C: int, base: float = BASE) -> Tensor:
    """ω_i = base^(-2i/C), radians per place: (C/2,), falling from 1. ValueError when C is odd."""
    if whole("C", C) % 2:
        raise ValueError(f"Sines and cosines come in pairs: C must be even; got {C}. Try {C + 1}.")
    return base ** (torch.arange(0, -C, -2) / C)


def waves(places: Tensor, frequencies: Tensor) -> Tensor:
    """Sine and cosine of every angle, side by side: (T,), (C/2,) -> (T, C)."""
    angles = places[:, None] * frequencies  # (T, C/2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def places(past: int, T: int, config: GPTConfig, like: Tensor) -> Tensor:
    """Where T tokens stand that follow `past` others: past … past + T - 1, on the device of like.

    ValueError beyond block_size: there Learned has no vectors, a cache has no room, and no other
    kind has been trained.
    """
    if past + T > config.block_size:
        raise ValueError(
            f"The context may hold at most block_size = {config.block_size} tokens; "
            f"got {past + T}. Pass the last ones only: idx[:, -{config.block_size}:]."
        )
    return torch.arange(past, past + T, device=like.device)
