"""Notebook 03: tokens, their price, and blocks of them."""

import math


def merge(ids, pair, new):
    merged, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            merged.append(new)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def bits_per_character(nats, tokens):
    characters = sum(len(token) for token in tokens)
    return nats.sum() / math.log(2) / characters


def blocks(ids, T):
    n = (len(ids) - 1) // T  # the last target needs one token more
    x, y = ids[: n * T], ids[1 : n * T + 1]
    return x.view(n, T), y.view(n, T)
