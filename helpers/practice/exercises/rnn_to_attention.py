"""Exercises of notebook *From RNN to attention*: from a recurrent network to attention."""

import math

import torch
from torch.nn import functional as F

from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def unroll(x, W, U, b):
    h, states = torch.zeros(len(b)), []
    for x_t in x:
        h = torch.tanh(W @ x_t + U @ h + b)
        states.append(h)
    return torch.stack(states)


def _states(x, W, U, b, step=lambda a, c: torch.tanh(a + c)):
    """The states, one by one. step: makes the next from W x + b and U h."""
    h, states = torch.zeros(len(b)), []
    for row in x @ W.T + b:
        h = step(row, h @ U.T)
        states.append(h)
    return states


def _by_torch(x, W, U, b):
    layer = torch.nn.RNN(W.shape[1], W.shape[0])
    weights = {"weight_ih_l0": W, "weight_hh_l0": U, "bias_ih_l0": b, "bias_hh_l0": 0 * b}
    layer.load_state_dict(weights)
    return layer(x)[0]


def _with_the_start(x, W, U, b):
    return torch.cat([torch.zeros(1, len(b)), unroll(x, W, U, b)])


SLIPS_OF_UNROLLING = {
    "the state is not carried on: every step begins at zero.": (
        lambda x, W, U, b: (x @ W.T + b).tanh()
    ),
    "W belongs to the token and U to the state; yours are swapped.": (
        lambda x, W, U, b: unroll(x, U, W, b)
    ),
    "the bias b is missing.": lambda x, W, U, b: unroll(x, W, U, 0 * b),
    "the tanh is missing.": lambda *given: _states(*given, lambda a, c: a + c),
    "this is a sigmoid, between 0 and 1; a state needs tanh, between −1 and 1.": (
        lambda *given: _states(*given, lambda a, c: (a + c).sigmoid())
    ),
    "this is the last state only; all of them are asked for.": lambda *given: unroll(*given)[-1],
    "h_0 is among them; the first row must be h_1.": _with_the_start,
    "the tanh must enclose U h as well.": lambda *given: _states(*given, lambda a, c: a.tanh() + c),
    "U is turned over: it is `U @ h` (or `h @ U.T`).": lambda x, W, U, b: unroll(x, W, U.T, b),
    "W is turned over: it is `W @ x_t` (or `x_t @ W.T`).": lambda x, W, U, b: unroll(x, W.T, U, b),
    "W and U are turned over: it is `W @ x_t` and `U @ h`.": (
        lambda x, W, U, b: unroll(x, W.T, U.T, b)
    ),
}


def _small(seed, T, D, C):
    """x, W, U and b, small enough that no tanh is flat."""
    return [0.7 * values for values in normals(seed, (T, D), (C, D), (C, C), (C,))]


check_unroll = Exercise(
    "03 A state, written anew",
    "x (T, D), W (C, D), U (C, C), b (C,) -> the states h_1 ... h_T, (T, C), from h_0 = 0.",
    unroll,
    cases={
        "the states": _small(3, T=4, D=3, C=3),
        "the states of width 4, made from inputs of width 2": _small(4, T=5, D=2, C=4),
    },
    slips=SLIPS_OF_UNROLLING,
    right=[_by_torch, _states],
    hints=[
        "Keep a state `h`, zeros at first, and walk through the rows of x.",
        "At every step `h` becomes tanh of three terms: one from x_t, one from `h`, and b.",
        "`W @ x_t` is a matrix times a vector. Collect the states; `torch.stack` joins them.",
    ],
)


def look_up(q, k, v):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return scores.softmax(-1) @ v


def _scaled(scale, dim=-1):
    """Looked up with a slip. scale: of the scores, a function of q, k and v."""
    return lambda q, k, v: (q @ k.mT * scale(q, k, v)).softmax(dim) @ v


def _root(q, k, v):
    return q.shape[-1] ** -0.5


def _masked(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def _by_hand(q, k, v):
    powers = torch.exp(torch.einsum("...md,...nd->...mn", q, k) / q.shape[-1] ** 0.5)
    return powers / powers.sum(-1, keepdim=True) @ v


SLIPS_OF_LOOKING_UP = {
    "the scores are not divided by √d.": _scaled(lambda q, k, v: 1),
    "you divided by d; it must be √d.": _scaled(lambda q, k, v: 1 / q.shape[-1]),
    "you multiplied by √d; divide by it.": _scaled(lambda q, k, v: q.shape[-1] ** 0.5),
    "you divided by the root of the values' width; it must be that of the queries.": (
        _scaled(lambda q, k, v: v.shape[-1] ** -0.5)
    ),
    "you divided by the root of the number of keys; it must be that of the queries' width.": (
        _scaled(lambda q, k, v: k.shape[-2] ** -0.5)
    ),
    "you divided after the softmax; the weights then no longer sum to 1.": (
        lambda q, k, v: (q @ k.mT).softmax(-1) / q.shape[-1] ** 0.5 @ v
    ),
    "the softmax runs over the queries; the weights of one query sum to 1 over the keys.": (
        _scaled(_root, dim=-2)
    ),
    "there is no softmax: scores are not weights.": lambda q, k, v: q @ k.mT * _root(q, k, v) @ v,
    "the keys ask and the queries are asked; it must be q @ k.mT.": (
        lambda q, k, v: look_up(k, q, v)
    ),
    "these are the weights; they have yet to average the values.": (
        lambda q, k, v: look_up(q, k, torch.eye(k.shape[-2]))
    ),
    "there is a mask in it; here every query may look at every key.": _masked,
}
check_look_up = Exercise(
    "03 Look it up",
    "q (..., M, d), k (..., N, d), v (..., N, C) -> what the queries are told, (..., M, C).",
    look_up,
    cases={
        "what three queries are told": normals(0, (3, 4), (3, 4), (3, 2)),
        "a batch of two, with two queries and five keys each": (
            normals(0, (2, 2, 9), (2, 5, 9), (2, 5, 3))
        ),
    },
    slips=SLIPS_OF_LOOKING_UP,
    right=[F.scaled_dot_product_attention, _by_hand],
    hints=[
        "Three steps: scores of every query with every key, weights, an average of the values.",
        "The scores are `q @ k.mT`, one row per query. Divide by the root of the queries' width.",
        "The weights of one query sum to 1 over the keys: `.softmax(-1)`. Then `weights @ v`.",
    ],
)
