"""Exercise of notebook *From RNN to attention*: sines of places."""

import torch

from helpers.models.positions import sinusoidal
from helpers.practice.exercise import Exercise


def waves(places, C):
    angles = places[:, None] * 10_000 ** (-torch.arange(0, C, 2) / C)
    p = torch.zeros(len(places), C)
    p[:, 0::2], p[:, 1::2] = angles.sin(), angles.cos()
    return p


def _waves(power=-1.0, step=2, join=lambda sines, cosines: torch.stack([sines, cosines], 2)):
    """The table with a slip. power: of the base, times 2i/C. step: between two exponents."""

    def answer(places, C):
        angles = places[:, None] * 10_000 ** (power * torch.arange(0, C, step) / C)
        sines, cosines = angles.sin(), angles.cos()
        return join(sines[:, :: 2 // step], cosines[:, 2 // step - 1 :: 2 // step]).flatten(1)

    return answer


SLIPS_OF_THE_WAVES = {
    "all sines stand first and then all cosines; they must take turns.": (
        _waves(join=lambda sines, cosines: torch.cat([sines, cosines], dim=1))
    ),
    "sine and cosine are swapped: the even channels have the sine.": (
        _waves(join=lambda sines, cosines: torch.stack([cosines, sines], dim=2))
    ),
    "the exponent is -2i/C, with the pair's number i doubled; yours is -i/C.": _waves(-0.5),
    "the exponent is -2i/C; yours is twice as large. arange(0, C, 2) holds 2i already.": _waves(-2),
    "the exponent must be negative: the waves get longer, not shorter.": _waves(1),
    "the two channels of a pair share one ω; yours have one each.": _waves(step=1),
    "you counted the places 0, 1, 2, ...; take those that are given.": (
        lambda places, C: waves(torch.arange(len(places)), C)
    ),
    "you began to count at 1; place 0 has the angle 0.": lambda places, C: waves(places + 1, C),
}
check_waves = Exercise(
    "03 Sines of places",
    "places (T,) in any order, an even C -> their vectors of sines and cosines, (T, C).",
    waves,
    cases={
        "the table": (torch.tensor([3.0, 0.0, 5.0, 1.0]), 6),
        "the vector of place 2 for C = 4": (torch.tensor([2.0]), 4),
    },
    slips=SLIPS_OF_THE_WAVES,
    right=[_waves(), lambda places, C: sinusoidal(9, C)[places.long()]],
    hints=[
        "One angle for every place and every pair of channels: a table of T × C/2.",
        "Pair i has the even number 2i, so the exponents are `-torch.arange(0, C, 2) / C`.",
        "`p[:, 0::2]` are the even channels of a table p. There go the sines.",
    ],
)
