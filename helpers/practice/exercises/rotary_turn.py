"""Exercises of the notebook *The modern block*: RMSNorm, and turning queries and keys."""

import torch

from helpers.models.norms import RMSNorm
from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def root_mean_square(x, weight, eps):
    mean_square = x.pow(2).mean(-1, keepdim=True)
    return weight * x / (mean_square + eps).sqrt()


def _norm(of=lambda x, w, eps: (x.pow(2).mean(-1, keepdim=True) + eps).sqrt(), take=lambda x: x):
    """A norm with a slip: what divides, and what of x is divided."""
    return lambda x, weight, eps: weight * take(x) / of(x, weight, eps)


def _helper(x, weight, eps):
    norm = RMSNorm(len(weight), eps)
    norm.weight.data = weight
    return norm(x).detach()


SLIPS_OF_A_NORM = {
    "the mean is taken off, as LayerNorm does; RMSNorm leaves it in.": (
        _norm(take=lambda x: x - x.mean(-1, keepdim=True))
    ),
    "the weights are missing: each channel has its own factor.": (
        lambda x, weight, eps: root_mean_square(x, torch.ones_like(weight), eps)
    ),
    "eps is missing: a vector of zeros becomes 0/0.": (
        _norm(lambda x, w, eps: x.pow(2).mean(-1, keepdim=True).sqrt())
    ),
    "eps is added outside the root; it belongs to the mean of the squares.": (
        _norm(lambda x, w, eps: x.pow(2).mean(-1, keepdim=True).sqrt() + eps)
    ),
    "the squares are summed; divide by the root of their mean.": (
        _norm(lambda x, w, eps: (x.pow(2).sum(-1, keepdim=True) + eps).sqrt())
    ),
    "the root is missing: this divides by the mean of the squares.": (
        _norm(lambda x, w, eps: x.pow(2).mean(-1, keepdim=True) + eps)
    ),
    "one mean for the whole tensor; every position has its own.": (
        _norm(lambda x, w, eps: (x.pow(2).mean() + eps).sqrt())
    ),
    "the mean runs over the positions; it must run over the channels.": (
        _norm(lambda x, w, eps: (x.pow(2).mean(-2, keepdim=True) + eps).sqrt())
    ),
    "the weights are inside the mean; they come after the division.": (
        _norm(lambda x, w, eps: ((w * x).pow(2).mean(-1, keepdim=True) + eps).sqrt())
    ),
}
SMALL, LARGE = normals(0, (2, 3, 4), (4,)), normals(1, (5, 6), (6,))
check_root_mean_square = Exercise(
    "16 RMSNorm",
    "x (..., C), weight (C,), eps -> (..., C): divided by the root of the mean of its squares.",
    root_mean_square,
    cases={
        "the result": (SMALL[0], SMALL[1], 1e-5),
        "the result where eps is large": (LARGE[0], LARGE[1], 0.3),
        "a vector of zeros": (torch.zeros(2, 3), torch.tensor([1.0, 2.0, 3.0]), 1e-5),
    },
    slips=SLIPS_OF_A_NORM,
    right=[_helper, lambda x, w, eps: w * x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps)],
    hints=[
        "For each position one number: the mean over its channels of their squares.",
        "Add eps to that mean, take the root, divide x by it, and multiply by the weights.",
        "`keepdim=True` keeps the shape (..., 1), so that the division works for every shape.",
    ],
)


def turned(q, k, v, past, base):
    T, hs = q.shape
    speeds = base ** (-torch.arange(0, hs, 2) / hs)  # radians a place, (hs/2,)
    angles = torch.arange(past, past + T)[:, None] * speeds  # (T, hs/2)

    def turn(x):
        a, b = x.chunk(2, dim=-1)
        return torch.cat(
            [a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1
        )

    return turn(q), turn(k), v


def _turned(angles=None, pairs=None, of=(True, True, False), sign=1):
    """Turning with a slip: angles from (T, hs, past, base), pairs of x, and who is turned."""
    angles = angles or (lambda T, hs, past, base: _places(T, past) * _speeds(hs, base))
    pairs = pairs or (lambda x, c, s: _in_halves(*x.chunk(2, dim=-1), c, s))

    def answer(q, k, v, past, base):
        turn = sign * angles(*q.shape, past, base)
        each = zip((q, k, v), of, strict=True)
        return tuple(pairs(x, turn.cos(), turn.sin()) if yes else x for x, yes in each)

    return answer


def _places(T, past):
    return torch.arange(past, past + T)[:, None]


def _speeds(hs, base):
    return base ** (-torch.arange(0, hs, 2) / hs)


def _in_halves(a, b, c, s):
    return torch.cat([a * c - b * s, a * s + b * c], dim=-1)


def _neighbours(x, c, s):
    a, b = x[..., ::2], x[..., 1::2]
    return torch.stack([a * c - b * s, a * s + b * c], dim=-1).flatten(-2)


def _one_sign_wrong(x, c, s):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * c + b * s, a * s + b * c], dim=-1)


def _complex(q, k, v, past, base):
    turn = torch.exp(1j * _places(len(q), past) * _speeds(q.shape[-1], base))

    def turn_pairs(x):
        z = torch.complex(*(half.contiguous() for half in x.chunk(2, dim=-1))) * turn
        return torch.cat([z.real, z.imag], dim=-1).float()

    return turn_pairs(q), turn_pairs(k), v


SLIPS_OF_TURNING = {
    "pairs of neighbours, 2i and 2i + 1; here channel i belongs to channel i + hs/2.": (
        _turned(pairs=_neighbours)
    ),
    "the values are turned, too; only what is compared is turned.": _turned(of=(True, True, True)),
    "only the queries are turned; then the score depends on the place and not on the distance.": (
        _turned(of=(True, False, False))
    ),
    "the places begin at 0 again; with a cache the first one is `past`.": (
        _turned(lambda T, hs, past, base: _places(T, 0) * _speeds(hs, base))
    ),
    "turned the other way round: (a, b) becomes (a cos − b sin, a sin + b cos).": _turned(sign=-1),
    "all pairs turn alike; pair i turns by base^(−2i/hs) a place.": (
        _turned(lambda T, hs, past, base: _places(T, past) * torch.ones(hs // 2))
    ),
    "the pairs become slower too slowly: the exponent is −2i/hs, not −i/hs.": (
        _turned(lambda T, hs, past, base: _places(T, past) * base ** (-torch.arange(hs // 2) / hs))
    ),
    "the later pairs turn faster: the exponent −2i/hs is negative.": (
        _turned(lambda T, hs, past, base: _places(T, past) / _speeds(hs, base))
    ),
    "this is no rotation, for the lengths change: one of the two signs is wrong.": (
        _turned(pairs=_one_sign_wrong)
    ),
}
check_turned = Exercise(
    "16 Turn queries and keys",
    "q, k, v (T, hs), past, base -> the three as attention reads them; the first stands at past.",
    turned,
    cases={
        "after 5 cached places": (*normals(0, (3, 6), (3, 6), (3, 6)), 5, 100.0),
        "at the beginning of a text": (*normals(1, (4, 8), (4, 8), (4, 8)), 0, 10_000.0),
    },
    parts=("the queries", "the keys", "the values"),
    slips=SLIPS_OF_TURNING,
    right=[_turned(), _complex],
    hints=[
        "First the angles, (T, hs/2): the place, `past … past + T - 1`, times the pair's speed.",
        "The speed of pair i is `base ** (-2 * i / hs)`; `torch.arange(0, hs, 2)` holds all 2i.",
        "`a, b = x.chunk(2, dim=-1)` cuts into halves; a becomes a·cos − b·sin, b a·sin + b·cos; "
        "`torch.cat` puts them together. Values are returned as they came.",
    ],
)
