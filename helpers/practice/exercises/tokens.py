"""Exercises of notebook 03: tokens, their price, and blocks of them."""

import math

import torch
from torch import Tensor

from helpers.practice.exercise import Mistake, compare, exercise, require
from helpers.practice.solutions import tokens


@exercise(
    "03",
    "One merge",
    hints=[
        "Walk from left to right with an index i. Is the pair at i and i + 1?",
        "If so, append the new number and go two on; if not, append ids[i] and go one on.",
        "`while i < len(ids):`. At the last token there is no i + 1: a slice ids[i : i + 2] is "
        "then shorter, and no pair.",
    ],
    solution=tokens.merge,
)
def check_merge(merge):
    """ids, a pair of them, a new number -> the ids in which the pair has become the new one."""
    _two_pairs(merge)
    _equal_tokens(merge)
    slips = {"the order counts: 2 1 is not the pair 1 2.": [5, 2, 3]}
    _expect(merge, [2, 1, 2, 3], (1, 2), 5, [2, 5, 3], slips)
    slips = {"the pair at the very end was missed.": [3, 1, 2]}
    _expect(merge, [3, 1, 2], (1, 2), 5, [3, 5], slips)
    _expect(merge, [], (1, 2), 5, [], {})


def _two_pairs(merge):
    slips = {
        "nothing was merged. The pair is a tuple, which never equals a list: compare "
        "`tuple(ids[i : i + 2])`.": [1, 2, 3, 1, 2, 4],
        "only the first pair was merged; all of them must be.": [5, 3, 1, 2, 4],
        "the new number stands beside the old ones; it must replace both.": (
            [5, 1, 2, 3, 5, 1, 2, 4]
        ),
        "the second token of the pair is still there.": [5, 2, 3, 5, 2, 4],
        "each token of the pair became the new number; the two together become one.": (
            [5, 5, 3, 5, 5, 4]
        ),
        "the last token got lost: it is no pair, but it stays.": [5, 3, 5],
        "the pairs are gone, and nothing stands in their place.": [3, 4],
    }
    _expect(merge, [1, 2, 3, 1, 2, 4], (1, 2), 5, [5, 3, 5, 4], slips)


def _equal_tokens(merge):
    slips = {
        "the pairs overlap: in 1 1 1 the middle one cannot be used twice.": [9, 9, 9, 9],
        "you merged from right to left; the first pair from the left comes first.": [1, 9, 9],
        "the pairs overlap, and the last token was kept as well.": [9, 9, 9, 9, 1],
    }
    _expect(merge, [1, 1, 1, 1, 1], (1, 1), 9, [9, 9, 1], slips)


def _expect(merge, ids, pair, new, wanted, slips):
    got = merge(list(ids), pair, new)
    got = got.tolist() if isinstance(got, Tensor) else got
    words = f"a list of numbers is asked for; yours is of type `{type(got).__name__}`."
    require(isinstance(got, (list, tuple)), words)
    got = list(got)
    for words, value in slips.items():
        require(got != value or got == wanted, words)
    words = f"`merge({ids}, {pair}, {new})` must give {wanted}; yours gives {got}."
    require(got == wanted, words)


@exercise(
    "03",
    "Bits per character",
    hints=[
        "What did the whole text cost, and how many characters does it have?",
        "Add the nats, and add the lengths of the tokens: `len` of a string.",
        "One bit is ln 2 = 0.693 nats, so there are more bits than nats.",
    ],
    solution=tokens.bits_per_character,
)
def check_bits_per_character(bits_per_character):
    """nats (n,), what each token cost, and the n tokens as strings -> bits per character."""
    nats, lengths = torch.tensor([1.0, 3.0, 2.0]), torch.tensor([3.0, 1.0, 4.0])
    wanted = nats.sum() / lengths.sum() / math.log(2)
    slips = {
        "these are nats per character; divide by ln 2.": nats.sum() / lengths.sum(),
        "you multiplied by ln 2; there are more bits than nats.": wanted * math.log(2) ** 2,
        "these are bits per token; share them out over the characters.": (
            nats.mean() / math.log(2)
        ),
        "these are the bits of the whole text; share them out over the characters.": (
            nats.sum() / math.log(2)
        ),
        "you shared out token by token and then took the mean, so that a short token counts as "
        "much as a long one. Divide the sum by the sum.": (nats / lengths).mean() / math.log(2),
        "you added what the tokens cost per character; divide the sum by the sum.": (
            (nats / lengths).sum() / math.log(2)
        ),
        "you multiplied by the characters per token; a longer token makes a character cheaper.": (
            nats.mean() * lengths.mean() / math.log(2)
        ),
        "one of the two is a mean and the other a sum; take two sums.": (
            nats.mean() / lengths.sum() / math.log(2)
        ),
        "these are characters per bit; turn the fraction over.": 1 / wanted,
    }
    compare(bits_per_character(nats, ["the", " ", "lion"]), wanted, slips, what="the price")
    nats = torch.tensor([2.0, 2.0])
    slips = {"you counted bytes: `ë` has two, but it is one character.": 1 / math.log(2)}
    wanted = 4 / 3 / math.log(2)
    compare(bits_per_character(nats, ["Zo", "ë"]), wanted, slips, what="the price of `Zo|ë`")


@exercise(
    "03",
    "Blocks, one step apart",
    hints=[
        "Write 9 tokens on paper and blocks of 4 below. Which token is the last target?",
        "The last target needs one token more: of N tokens, N - 1 have a successor.",
        "With `n = (len(ids) - 1) // T` blocks, x is ids[: n * T]; y the same, one step later.",
    ],
    solution=tokens.blocks,
)
def check_blocks(blocks):
    """ids (N,) and T -> x and y, both (n, T): one block after the other, y one step later."""
    ids = torch.arange(10, 19)
    x, y = ids[:-1].view(2, 4), ids[1:].view(2, 4)
    got = _pair(blocks(ids.clone(), 4))
    slips = {
        "x and y are swapped: y is what comes later.": y,
        "the blocks overlap; each begins where the one before ended.": ids[:-1].unfold(0, 4, 1),
        "the text runs down the columns; a block is a row.": ids[:-1].view(4, 2).T,
        "one block is missing: nine tokens make two blocks of 4, and the last target.": x[:1],
        "the blocks must be rows of T tokens: (n, T).": ids[:-1],
    }
    compare(got[0], x, slips, what="x")
    slips = {
        "y is x: the model would have to copy, and learn nothing.": x,
        "y is one step earlier than x; it must be one later.": ids.roll(1)[:-1].view(2, 4),
        "the last target of a block is its own first token. It must be the token that follows in "
        "the text.": x.roll(-1, 1),
        "y is two steps later; the next token is one step away.": ids.roll(-2)[:-1].view(2, 4),
        "this is one target for each block; there must be one at every position.": y[:, -1],
    }
    compare(got[1], y, slips, what="y")
    _without_target(blocks, ids[:8])
    got = _pair(blocks(ids[:8].clone(), 3))
    compare(got[0], ids[:6].view(2, 3), what="x of 8 tokens, T = 3")
    compare(got[1], ids[1:7].view(2, 3), what="y of 8 tokens, T = 3")


def _without_target(blocks, ids):
    """Eight tokens are one block of four: the eighth has no target."""
    words = (
        "of 8 tokens only 7 have a successor, so there is one block of 4, not two. Count the "
        "blocks by len(ids) - 1."
    )
    try:
        x, y = _pair(blocks(ids.clone(), 4))
    except RuntimeError:
        raise Mistake(words) from None
    compare(x, ids[None, :4], {words: ids.view(2, 4)}, what="x of 8 tokens, T = 4")
    compare(y, ids[None, 1:5], what="y of 8 tokens, T = 4")


def _pair(got):
    words = "two tensors are asked for, x and y: `return x, y`."
    require(isinstance(got, (tuple, list)) and len(got) == 2, words)
    return [torch.stack(list(part)) if _is_rows(part) else part for part in got]


def _is_rows(part):
    """Whether a list of tensors of one length stands for their stack."""
    if not isinstance(part, (list, tuple)) or not part:
        return False
    return all(isinstance(row, Tensor) for row in part) and len({row.shape for row in part}) == 1
