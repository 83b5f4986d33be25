"""Right and wrong answers to the exercises of notebook 01."""

import math

import torch
from torch.nn import functional as F

from helpers.models.positions import sinusoidal
from helpers.practice.exercises import check_look_up, check_unroll, check_waves


def by_torch(x, W, U, b):
    layer = torch.nn.RNN(W.shape[1], W.shape[0])
    layer.load_state_dict(
        {"weight_ih_l0": W, "weight_hh_l0": U, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    )
    return layer(x)[0]


def states(x, W, U, b, squash=torch.tanh, start=0.0):
    h, found = torch.full((len(b),), start), []
    for row in x @ W.T + b:
        h = squash(row + h @ U.T)
        found.append(h)
    return found


def early(x, W, U, b):
    h, found = torch.zeros(len(b)), []
    for row in x @ W.T + b:
        h = row.tanh() + U @ h
        found.append(h)
    return torch.stack(found)


def with_the_start(x, W, U, b):
    return torch.stack([torch.zeros(len(b)), *states(x, W, U, b)])


def stacked(*given, **changed):
    return torch.stack(states(*given, **changed))


def token_before(x, W, U, b):
    return stacked(x.roll(1, 0), W, U, b)


def weights_by_hand(q, k, v):
    powers = torch.exp(torch.einsum("...md,...nd->...mn", q, k) / q.shape[-1] ** 0.5)
    return powers / powers.sum(-1, keepdim=True) @ v


def looked_up(q, k, v, scale=None, dim=-1, mask=None):
    scores = q @ k.mT * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(mask, float("-inf"))
    return scores.softmax(dim) @ v


def place_by_place(places, C):
    rows = []
    for t in places.tolist():
        angles = [t / 10_000 ** (2 * i / C) for i in range(C // 2)]
        rows.append([wave(angle) for angle in angles for wave in (math.sin, math.cos)])
    return torch.tensor(rows, dtype=torch.float64)


def table(places, C, power=-1.0, waves=(torch.sin, torch.cos)):
    angles = places[:, None] * 10_000 ** (power * torch.arange(0, C, 2) / C)
    even, odd = (wave(angles) for wave in waves)
    return torch.stack([even, odd], dim=2).view(len(places), C)


def halves(places, C):
    angles = places[:, None] * 10_000 ** (-torch.arange(0, C, 2) / C)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def own_frequencies(places, C):
    angles = places[:, None] * 10_000 ** (-torch.arange(C) / C)
    angles[:, 0::2], angles[:, 1::2] = angles[:, 0::2].sin(), angles[:, 1::2].cos()
    return angles


RIGHT = {
    check_unroll: [by_torch, states, stacked],
    check_look_up: [F.scaled_dot_product_attention, weights_by_hand],
    check_waves: [place_by_place, table, lambda places, C: sinusoidal(9, C)[places.long()]],
}
WRONG = {
    check_unroll: [
        (lambda x, W, U, b: torch.tanh(x @ W.T + b), "not carried on"),
        (lambda x, W, U, b: stacked(x, U, W, b), "swapped"),
        (lambda x, W, U, b: stacked(x, W, U, 0 * b), "the bias b is missing"),
        (lambda *given: stacked(*given, squash=lambda total: total), "the tanh is missing"),
        (lambda *given: states(*given)[-1], "the last state only"),
        (with_the_start, "h_0 is among them"),
        (early, "must enclose U h"),
        (lambda x, W, U, b: stacked(x, W, U.T, b), "U is turned over"),
        (lambda x, W, U, b: stacked(x, W.T, U, b), "W is turned over"),
        (lambda x, W, U, b: stacked(x, W.T, U.T, b), "W and U are turned over"),
        (token_before, "the states at ["),
        (lambda *given: stacked(*given, start=1.0), "the states at ["),
        (lambda *given: stacked(*given, squash=torch.sigmoid), "the states at ["),
        (lambda *given: stacked(*given)[:4, :3], "the states of width 4"),
    ],
    check_look_up: [
        (lambda *given: looked_up(*given, scale=1.0), "not divided by √d"),
        (lambda *given: looked_up(*given, scale=1 / given[0].shape[-1]), "divided by d"),
        (lambda *given: looked_up(*given, scale=given[0].shape[-1] ** 0.5), "multiplied by √d"),
        (lambda *given: looked_up(*given, scale=given[2].shape[-1] ** -0.5), "values' width"),
        (lambda *given: looked_up(*given, scale=given[1].shape[-2] ** -0.5), "number of keys"),
        (lambda q, k, v: (q @ k.mT).softmax(-1) / q.shape[-1] ** 0.5 @ v, "after the softmax"),
        (lambda *given: looked_up(*given, dim=-2), "runs over the queries"),
        (lambda *given: looked_up(*given, dim=0), "runs over the queries"),
        (lambda q, k, v: q @ k.mT / q.shape[-1] ** 0.5 @ v, "there is no softmax"),
        (lambda q, k, v: looked_up(k, q, v), "the keys ask"),
        (lambda q, k, v: looked_up(q, k, torch.eye(k.shape[-2])), "these are the weights"),
        (lambda *given: looked_up(*given, mask=torch.ones(3, 3).triu(1) > 0), "there is a mask"),
        (lambda *given: looked_up(*given, dim=1), "a batch of two"),
        (lambda *given: looked_up(*given, scale=0.5), "a batch of two"),
        (lambda q, k, v: looked_up(q, k.flip(-2), v), "what three queries are told should be"),
    ],
    check_waves: [
        (halves, "they must take turns"),
        (lambda p, C: table(p, C, waves=(torch.cos, torch.sin)), "swapped"),
        (lambda p, C: table(p, C, power=-0.5), "yours is -i/C"),
        (lambda p, C: table(p, C, power=-2.0), "twice as large"),
        (lambda p, C: table(p, C, power=1.0), "must be negative"),
        (own_frequencies, "share one ω"),
        (lambda p, C: table(torch.arange(len(p)), C), "those that are given"),
        (lambda p, C: table(p + 1, C), "place 0 has the angle 0"),
        (lambda p, C: table(p, C)[:, : C // 2], "the shape of the table"),
        (lambda p, C: table(p, C, waves=(torch.sin, torch.sin)), "the table at ["),
        (lambda p, C: table(p, 6)[:, :C], "the vector of place 2"),
    ],
}
