"""Positions: attention sees a set, so a vector that depends on the place is added to each token.

Source: Vaswani et al. 2017, §3.5. Built by hand in notebook 01.
"""

import torch
from torch import Tensor

LONGEST_WAVE = 10_000


def sinusoidal(T: int, C: int) -> Tensor:
    """Sines and cosines of C/2 wave lengths from 2π to 20,000π: (T, C), values in [-1, 1].

    Row t holds sin(t·ω_i) in channel 2i and cos(t·ω_i) in channel 2i + 1, ω_i = 10,000^(-2i/C).
    The scalar product of two rows depends on their distance only. ValueError when C is odd.
    """
    if C % 2:
        raise ValueError(f"Sines and cosines come in pairs: C must be even; got {C}. Try {C + 1}.")
    frequencies = LONGEST_WAVE ** (-torch.arange(0, C, 2) / C)  # (C/2,)
    angles = torch.arange(T)[:, None] * frequencies  # (T, C/2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
