"""Exercise of the notebook *A model of English*: 4-bit weights are undone."""

import torch

from helpers.models.rounded import q4_1
from helpers.practice.exercise import Exercise


def from_four_bits(rows):
    scale, least = rows[:, :4].view(torch.float16).float().split(1, dim=1)
    steps = torch.cat([rows[:, 4:] & 15, rows[:, 4:] >> 4], dim=1)
    return steps * scale + least


def _undone(
    steps=lambda low, high: torch.cat([low, high], dim=1), finish=lambda q, d, m: q * d + m
):
    """Other ways to put the halves of the bytes together, and other formulas."""

    def answer(rows):
        d, m = rows[:, :4].view(torch.float16).float().split(1, dim=1)
        return finish(steps(rows[:, 4:] & 15, rows[:, 4:] >> 4), d, m)

    return answer


def _in_turn(low, high):
    return torch.stack([low, high], dim=2).flatten(1)


def _by_division(rows):
    numbers = rows[:, :4].view(torch.float16)
    low, high = rows[:, 4:] % 16, rows[:, 4:] // 16
    return torch.cat([low, high], dim=1) * numbers[:, :1].float() + numbers[:, 1:].float()


def _block(scale: float, least: float, first: int) -> list[int]:
    ends = torch.tensor([scale, least], dtype=torch.float16).view(torch.uint8).tolist()
    return ends + [(first + 7 * i) % 256 for i in range(16)]


ROWS = torch.tensor([_block(0.5, -1.0, 3), _block(0.25, 2.0, 200)], dtype=torch.uint8)
check_four_bits = Exercise(
    "17 Undo Q4_1",
    "rows (blocks, 20) uint8: scale and least value in 2 bytes each, 16 bytes -> (blocks, 32).",
    from_four_bits,
    cases={"the numbers of one block": (ROWS[:1],), "the numbers of two blocks": (ROWS,)},
    slips={
        "the two halves of a byte are neighbours here; number i lies in the lower half of byte i, "
        "and number 16 + i in its upper half.": _undone(_in_turn),
        "the upper halves come first; the lower ones must.": (
            _undone(lambda low, high: torch.cat([high, low], dim=1))
        ),
        "the least value is subtracted; it is negative itself where it must be.": (
            _undone(finish=lambda q, d, m: q * d - m)
        ),
        "the least value is missing.": _undone(finish=lambda q, d, m: q * d),
        "scale and least value are exchanged.": _undone(finish=lambda q, d, m: q * m + d),
        "the steps are not scaled.": _undone(finish=lambda q, d, m: q + m),
        "the upper half is not shifted down: `>> 4`.": (
            _undone(lambda low, high: torch.cat([low, high << 4], dim=1))
        ),
        "the steps begin at −8 here, as in Q4_0; in Q4_1 they begin at 0.": (
            _undone(finish=lambda q, d, m: (q.float() - 8) * d + m)
        ),
        "these are the 32 steps alone.": _undone(finish=lambda q, d, m: q.float()),
    },
    right=[q4_1, _by_division],
    hints=[
        "The first four bytes are two numbers of 16 bits: `rows[:, :4].view(torch.float16)`.",
        "`& 15` is the lower half of a byte, `>> 4` the upper half.",
        "All lower halves first, then all upper ones: `torch.cat([low, high], dim=1)`.",
        "Number = step · scale + least value.",
    ],
)
