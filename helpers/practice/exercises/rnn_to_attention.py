"""Exercises of notebook 01: from a recurrent network to attention."""

import math

import torch
from torch import Tensor

from helpers.practice.exercise import compare, exercise
from helpers.practice.solutions import rnn_to_attention


@exercise(
    "01",
    "A state, written anew",
    hints=[
        "Keep a state `h`, zeros at first, and walk through the rows of x.",
        "At every step `h` becomes tanh of three terms: one from x_t, one from `h`, and b.",
        "`W @ x_t` is a matrix times a vector. Collect the states; `torch.stack` joins them.",
    ],
    solution=rnn_to_attention.unroll,
)
def check_unroll(unroll):
    """x (T, D), W (C, D), U (C, C), b (C,) -> the states h_1 ... h_T, (T, C), from h_0 = 0."""
    x, W, U, b = given = _recurrent(T=4, D=3, C=3)
    wanted = _states(*given)
    slips = {
        "the state is not carried on: every step begins at zero.": (x @ W.T + b).tanh(),
        "W belongs to the token and U to the state; yours are swapped.": _states(x, U, W, b),
        "the bias b is missing.": _states(x, W, U, torch.zeros(3)),
        "the tanh is missing.": _states(*given, squash=lambda total: total),
        "this is the last state only; all of them are asked for.": wanted[-1],
        "h_0 is among them; the first row must be h_1.": torch.cat([torch.zeros(1, 3), wanted]),
        "the tanh must enclose U h as well.": _squashed_too_early(*given),
        "U is turned over: it is `U @ h` (or `h @ U.T`).": _states(x, W, U.T, b),
        "W is turned over: it is `W @ x_t` (or `x_t @ W.T`).": _states(x, W.T, U, b),
        "W and U are turned over: it is `W @ x_t` and `U @ h`.": _states(x, W.T, U.T, b),
    }
    compare(_rows(unroll(*given)), wanted, slips, what="the states")
    given = _recurrent(T=5, D=2, C=4)
    wanted = _states(*given)
    compare(
        _rows(unroll(*given)), wanted, what="the states of width 4, made from inputs of width 2"
    )


def _recurrent(T, D, C):
    """x, W, U and b, small enough that no tanh is flat."""
    generator = torch.Generator().manual_seed(C)
    shapes = [(T, D), (C, D), (C, C), (C,)]
    return [0.7 * torch.randn(shape, generator=generator) for shape in shapes]


def _states(x, W, U, b, squash=torch.tanh):
    h, states = torch.zeros(len(b)), []
    for row in x:
        h = squash(W @ row + U @ h + b)
        states.append(h)
    return torch.stack(states)


def _squashed_too_early(x, W, U, b):
    h, states = torch.zeros(len(b)), []
    for row in x:
        h = torch.tanh(W @ row + b) + U @ h
        states.append(h)
    return torch.stack(states)


def _rows(states):
    """A list of tensors is as good as their stack."""
    alike = isinstance(states, list) and all(isinstance(h, Tensor) for h in states)
    return torch.stack(states) if alike and states else states


@exercise(
    "01",
    "Look it up",
    hints=[
        "Three steps: scores of every query with every key, weights, an average of the values.",
        "The scores are `q @ k.mT`, one row per query. Divide by the root of the queries' width.",
        "The weights of one query sum to 1 over the keys: `.softmax(-1)`. Then `weights @ v`.",
    ],
    solution=rnn_to_attention.look_up,
)
def check_look_up(look_up):
    """q (..., M, d), k (..., N, d), v (..., N, C) -> what the queries are told, (..., M, C)."""
    _three_by_three(look_up)
    q, k, v = _asked_and_told((2, 2, 9), (2, 5, 9), (2, 5, 3))
    wanted = (q @ k.mT / 3).softmax(-1) @ v
    compare(look_up(q, k, v), wanted, what="a batch of two, with two queries and five keys each")


def _three_by_three(look_up):
    q, k, v = _asked_and_told((3, 4), (3, 4), (3, 2))
    raw, scores = q @ k.mT, q @ k.mT / 2

    def told(scores, dim=-1):
        return scores.softmax(dim) @ v

    slips = {
        "the scores are not divided by √d.": told(raw),
        "you divided by d; it must be √d.": told(raw / 4),
        "you multiplied by √d; divide by it.": told(raw * 2),
        "you divided by the root of the values' width; it must be that of the queries.": (
            told(raw / math.sqrt(2))
        ),
        "you divided by the root of the number of keys; it must be that of the queries' width.": (
            told(raw / math.sqrt(3))
        ),
        "you divided after the softmax; the weights then no longer sum to 1.": told(raw) / 2,
        "the softmax runs over the queries; the weights of one query sum to 1 over the keys.": (
            told(scores, dim=-2)
        ),
        "there is no softmax: scores are not weights.": scores @ v,
        "the keys ask and the queries are asked; it must be q @ k.mT.": told(scores.mT),
        "these are the weights; they have yet to average the values.": scores.softmax(-1),
        "there is a mask in it; here every query may look at every key.": (
            told(scores.masked_fill(torch.ones(3, 3).triu(1) > 0, float("-inf")))
        ),
    }
    compare(look_up(q, k, v), told(scores), slips, what="what three queries are told")


def _asked_and_told(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator) for shape in shapes]


@exercise(
    "01",
    "Sines of places",
    hints=[
        "One angle for every place and every pair of channels: a table of T × C/2.",
        "Pair i has the even number 2i, so the exponents are `-torch.arange(0, C, 2) / C`.",
        "`p[:, 0::2]` are the even channels of a table p. There go the sines.",
    ],
    solution=rnn_to_attention.waves,
)
def check_waves(waves):
    """places (T,) in any order, an even C -> their vectors of sines and cosines, (T, C)."""
    _four_places(waves)
    angles = torch.tensor([[2.0, 0.02]])
    wanted = _woven(angles.sin(), angles.cos())
    compare(waves(torch.tensor([2.0]), 4), wanted, what="the vector of place 2 for C = 4")


def _four_places(waves):
    places, exponents = torch.tensor([3.0, 0.0, 5.0, 1.0]), -torch.arange(0, 6, 2) / 6
    even, odd = _sines_and_cosines(places, exponents)
    own = _sines_and_cosines(places, -torch.arange(6) / 6)
    slips = {
        "all sines stand first and then all cosines; they must take turns.": (
            torch.cat([even, odd], dim=1)
        ),
        "sine and cosine are swapped: the even channels have the sine.": _woven(odd, even),
        "the exponent is -2i/C, with the pair's number i doubled; yours is -i/C.": (
            _woven(*_sines_and_cosines(places, exponents / 2))
        ),
        "the exponent is -2i/C; yours is twice as large. arange(0, C, 2) holds 2i already.": (
            _woven(*_sines_and_cosines(places, exponents * 2))
        ),
        "the exponent must be negative: the waves get longer, not shorter.": (
            _woven(*_sines_and_cosines(places, -exponents))
        ),
        "the two channels of a pair share one ω; yours have one each.": (
            _woven(own[0][:, 0::2], own[1][:, 1::2])
        ),
        "you counted the places 0, 1, 2, ...; take those that are given.": (
            _woven(*_sines_and_cosines(torch.arange(4.0), exponents))
        ),
        "you began to count at 1; place 0 has the angle 0.": (
            _woven(*_sines_and_cosines(places + 1, exponents))
        ),
    }
    compare(waves(places, 6), _woven(even, odd), slips, what="the table")


def _sines_and_cosines(places, exponents):
    angles = places[:, None] * 10_000**exponents
    return angles.sin(), angles.cos()


def _woven(even, odd):
    """Two tables (T, C/2), whose columns take turns, (T, C)."""
    return torch.stack([even, odd], dim=-1).flatten(1)
