"""Drawings: small images with a name, drawn so that P(name | image) is exactly known.

Seen in the notebook *Toward GPT-4*. A digit of a tiny font of our own, or a shape, is drawn
somewhere on a sheet of 16×16 pixels, as it is or twice as large; then every pixel is flipped with
probability `noise`. There are few enough clean sheets to try them all, so Bayes' rule gives the
exact posterior of every image.
"""

from functools import cache
from itertools import product

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import real, whole

SIDE = 16  # pixels of a sheet, in both directions
GLYPHS = {  # rows of five pixels, from the top
    "zero": "01110 10001 10001 10001 01110",
    "one": "00100 01100 00100 00100 01110",
    "two": "11110 00001 01110 10000 11111",
    "three": "11110 00001 00110 00001 11110",
    "four": "10010 10010 11111 00010 00010",
    "five": "11111 10000 11110 00001 11110",
    "six": "01110 10000 11110 10001 01110",
    "seven": "11111 00001 00010 00100 00100",
    "eight": "01110 10001 01110 10001 01110",
    "nine": "01110 10001 01111 00001 01110",
    "square": "11111 10001 10001 10001 11111",
    "cross": "00100 00100 11111 00100 00100",
    "saltire": "10001 01010 00100 01010 10001",
    "triangle": "00100 01010 01010 10001 11111",
    "arrow": "00100 00010 11111 00010 00100",
    "diamond": "00100 01010 10001 01010 00100",
}
NAMES = tuple(GLYPHS)
SCALES = (1, 2)
STEP = 4  # pixels between the places where a drawing may stand


@takes(scale="count")
def glyph(name: str, scale: int = 1) -> Tensor:
    """The drawing itself, 1 for ink: (5·scale, 5·scale)."""
    need(name in NAMES, "name", f"be one of {', '.join(NAMES)}", name, "Try 'one'.")
    rows = [[int(pixel) for pixel in row] for row in GLYPHS[name].split()]
    return torch.tensor(rows).float().repeat_interleave(scale, 0).repeat_interleave(scale, 1)


@cache
def templates() -> tuple[Tensor, Tensor, Tensor]:
    """Every clean sheet, the name of each, and its probability: (M, SIDE, SIDE), (M,), (M,).

    Names are equally likely, then sizes, then places. The names are places in NAMES.
    """
    sheets, names, probs = [], [], []
    for name, scale in product(NAMES, SCALES):
        one, places = glyph(name, scale), range(0, SIDE - 5 * scale + 1, STEP)
        for top, left in product(places, places):
            sheet = torch.zeros(SIDE, SIDE)
            sheet[top : top + len(one), left : left + len(one)] = one
            sheets.append(sheet)
            names.append(NAMES.index(name))
            probs.append(1 / (len(NAMES) * len(SCALES) * len(places) ** 2))
    return torch.stack(sheets), torch.tensor(names), torch.tensor(probs, dtype=torch.float64)


@takes(generator="generator")
def draw(n: int, noise: float, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
    """n images and the places of their names in NAMES: (n, 1, SIDE, SIDE) of 0 and 1, (n,).

    ValueError unless n is a whole number ≥ 1, and noise, the chance that a pixel is flipped, is at
    least 0 and at most ½.
    """
    _check(noise)
    sheets, names, probs = templates()
    chosen = torch.multinomial(probs, whole("n", n), replacement=True, generator=generator)
    flipped = torch.rand(n, SIDE, SIDE, generator=generator) < noise
    return (sheets[chosen] - flipped.float()).abs()[:, None], names[chosen]


@takes(images="numbers n 1 16 16")
def posterior(images: Tensor, noise: float) -> Tensor:
    """P(name | image), exactly: (n, 1, SIDE, SIDE) -> (n, names); rows sum to 1. On the CPU.

    ln P(image | sheet) counts the pixels that differ; the sheets of a name are summed, each as
    likely as it is to be drawn. ValueError for an impossible noise, or for 0 and an image that
    is no clean sheet.
    """
    _check(noise)
    sheets, names, probs = templates()
    x, clean = images.cpu().flatten(1).double(), sheets.flatten(1).double()
    # pixels that differ: |x - c| = x + c - 2xc, as both are 0 or 1
    flipped = (x.sum(1)[:, None] + clean.sum(1) - 2 * x @ clean.T).round()  # (n, M)
    log_likelihood = torch.xlogy(flipped, noise) + torch.xlogy(SIDE**2 - flipped, 1 - noise)
    joint = log_likelihood + probs.log()
    log_probs = torch.stack([joint[:, names == i].logsumexp(1) for i in range(len(NAMES))], dim=1)
    if not log_probs.isfinite().any(1).all():
        raise ValueError(
            "Without noise an image must be one of the clean sheets; got another one. "
            "Try the noise it was drawn with."
        )
    return log_probs.softmax(1)


def _check(noise: float) -> None:
    rule, advice = "be a chance between 0 and 0.5", "Try 0.05: at 0.5 nothing is left to see."
    real("noise", noise, lambda p: 0 <= p <= 0.5, rule, advice)
