"""Exercises of notebook *Text to tokens*: the price of tokens, and blocks of them."""

import math

import torch

from helpers.practice.answers import Mistake, in_nats, then
from helpers.practice.exercise import Exercise


def bits_per_character(nats, tokens):
    characters = sum(len(token) for token in tokens)
    return nats.sum() / math.log(2) / characters


def _price(rule):
    """A price in bits by another rule of the nats and the tokens' lengths."""
    return lambda nats, tokens: rule(nats, torch.tensor([*map(len, tokens)])) / math.log(2)


check_bits_per_character = Exercise(
    "01 Bits per character",
    "nats (n,), what each token cost, and the n tokens as strings -> bits per character.",
    bits_per_character,
    cases={
        "the price": (torch.tensor([1.0, 3.0, 2.0]), ["the", " ", "lion"]),
        "the price of `Zo|ë`": (torch.tensor([2.0, 2.0]), ["Zo", "ë"]),
    },
    slips={
        "these are nats per character; divide by ln 2.": then(bits_per_character, in_nats),
        "you multiplied by ln 2; there are more bits than nats.": (
            lambda nats, tokens: bits_per_character(nats, tokens) * math.log(2) ** 2
        ),
        "these are bits per token; share them out over the characters.": (
            _price(lambda nats, lengths: nats.mean())
        ),
        "these are the bits of the whole text; share them out over the characters.": (
            _price(lambda nats, lengths: nats.sum())
        ),
        "you shared out token by token and then took the mean, so that a short token counts as "
        "much as a long one. Divide the sum by the sum.": (
            _price(lambda nats, lengths: (nats / lengths).mean())
        ),
        "you added what the tokens cost per character; divide the sum by the sum.": (
            _price(lambda nats, lengths: (nats / lengths).sum())
        ),
        "you multiplied by the characters per token; a longer token makes a character cheaper.": (
            _price(lambda nats, lengths: nats.mean() * lengths.double().mean())
        ),
        "one of the two is a mean and the other a sum; take two sums.": (
            _price(lambda nats, lengths: nats.mean() / lengths.sum())
        ),
        "these are characters per bit; turn the fraction over.": (
            lambda nats, tokens: 1 / bits_per_character(nats, tokens)
        ),
        "you counted bytes: `ë` has two, but it is one character.": (
            lambda nats, tokens: bits_per_character(nats, [token.encode() for token in tokens])
        ),
    },
    right=[
        lambda nats, tokens: sum(nats.tolist()) / len("".join(tokens)) / math.log(2),
        _price(lambda nats, lengths: nats.double().mean() / lengths.double().mean()),
    ],
    hints=[
        "What did the whole text cost, and how many characters does it have?",
        "Add the nats, and add the lengths of the tokens: `len` of a string.",
        "One bit is ln 2 = 0.693 nats, so there are more bits than nats.",
    ],
)


def blocks(ids, T):
    n = (len(ids) - 1) // T  # the last target needs one token more
    x, y = ids[: n * T], ids[1 : n * T + 1]
    return x.view(n, T), y.view(n, T)


ONE_SHORT = (
    "of 8 tokens only 7 have a successor, so there is one block of 4, not two. Count the blocks "
    "by len(ids) - 1."
)


def _cut(blocks, ids, T):
    """The blocks; Mistake where the code stops because the text has no target for its last one."""
    try:
        return blocks(ids, T)
    except RuntimeError:
        if len(ids) % T:
            raise
        raise Mistake(ONE_SHORT) from None


def _in_a_loop(ids, T):
    starts = range(0, len(ids) - T, T)
    return [ids[i : i + T] for i in starts], [ids[i + 1 : i + T + 1] for i in starts]


def _wrapped(ids, T):
    n = len(ids) // T * T
    return ids[:n].view(-1, T), ids.roll(-1)[:n].view(-1, T)


def _each(change):
    """Both parts, changed."""
    return lambda ids, T: [change(part, T) for part in blocks(ids, T)]


def _later(steps):
    """The right x, and a y so many steps later."""
    return lambda ids, T: (x := blocks(ids, T)[0], ids.roll(-steps)[: x.numel()].view_as(x))


check_blocks = Exercise(
    "01 Blocks, one step apart",
    "ids (N,) and T -> x and y, both (n, T): one block after the other, y one step later.",
    blocks,
    cases={
        "": (torch.arange(10, 19), 4),
        "of 8 tokens, T = 4": (torch.arange(10, 18), 4),
        "of 8 tokens, T = 3": (torch.arange(10, 18), 3),
    },
    parts=("x", "y"),
    slips={
        "x and y are swapped: y is what comes later.": lambda ids, T: blocks(ids, T)[::-1],
        "the blocks overlap; each begins where the one before ended.": (
            lambda ids, T: (ids[:-1].unfold(0, T, 1), ids[1:].unfold(0, T, 1))
        ),
        "the text runs down the columns; a block is a row.": _each(lambda x, T: x.reshape(T, -1).T),
        "one block is missing: nine tokens make two blocks of 4, and the last target.": (
            _each(lambda x, T: x[:-1])
        ),
        "the blocks must be rows of T tokens: (n, T).": _each(lambda x, T: x.flatten()),
        "y is x: the model would have to copy, and learn nothing.": _later(0),
        "y is one step earlier than x; it must be one later.": _later(-1),
        "the last target of a block is its own first token. It must be the token that follows in "
        "the text.": lambda ids, T: (x := blocks(ids, T)[0], x.roll(-1, 1)),
        "y is two steps later; the next token is one step away.": _later(2),
        "this is one target for each block; there must be one at every position.": (
            lambda ids, T: (blocks(ids, T)[0], blocks(ids, T)[1][:, -1])
        ),
        ONE_SHORT: _wrapped,
    },
    right=[
        _in_a_loop,
        lambda ids, T: [ids.unfold(0, T + 1, T)[:, part : part + T] for part in (0, 1)],
    ],
    ask=_cut,
    hints=[
        "Write 9 tokens on paper and blocks of 4 below. Which token is the last target?",
        "The last target needs one token more: of N tokens, N - 1 have a successor.",
        "With `n = (len(ids) - 1) // T` blocks, x is ids[: n * T]; y the same, one step later.",
    ],
)
