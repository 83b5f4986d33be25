"""Right and wrong answers to the exercises of notebook 03."""

import math

import torch

from helpers.practice.exercises import check_bits_per_character, check_blocks, check_merge


def glued(ids, pair, new):
    result = []
    for token in ids:
        if result and (result[-1], token) == pair:
            result[-1] = new
        else:
            result.append(token)
    return result


def in_place(ids, pair, new):
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            ids[i : i + 2] = [new]
        i += 1
    return ids


def starts(ids, pair):
    return [i for i in range(len(ids) - 1) if (ids[i], ids[i + 1]) == tuple(pair)]


def first_only(ids, pair, new):
    for i in starts(ids, pair)[:1]:
        ids[i : i + 2] = [new]
    return ids


def beside(ids, pair, new):
    for i in reversed(starts(ids, pair)):
        ids.insert(i, new)
    return ids


def overlapping(ids, pair, new):
    found = starts(ids, pair)
    inner = {i + 1 for i in found} - set(found)
    return [new if i in found else token for i, token in enumerate(ids) if i not in inner]


def overlapping_and_kept(ids, pair, new):
    found = starts(ids, pair)
    inner = {i + 1 for i in found if pair[0] != pair[1]}
    return [new if i in found else token for i, token in enumerate(ids) if i not in inner]


def from_the_right(ids, pair, new):
    return glued(ids[::-1], pair[::-1], new)[::-1]


def second_stays(ids, pair, new):
    return [new if i in starts(ids, pair) else token for i, token in enumerate(ids)]


def single_tokens(ids, pair, new):
    return [new if token in pair else token for token in ids]


def any_order(ids, pair, new):
    result = []
    for token in ids:
        if result and sorted((result[-1], token)) == sorted(pair):
            result[-1] = new
        else:
            result.append(token)
    return result


def loses_the_last(ids, pair, new):
    merged, i = [], 0
    while i < len(ids) - 1:
        hit = (ids[i], ids[i + 1]) == pair
        merged.append(new if hit else ids[i])
        i += 2 if hit else 1
    return merged


def no_pair_at_the_end(ids, pair, new):
    merged, i = [], 0
    while i < len(ids) - 2:
        hit = (ids[i], ids[i + 1]) == pair
        merged.append(new if hit else ids[i])
        i += 2 if hit else 1
    return merged + ids[i:]


def past_the_end(ids, pair, new):
    return [new if (ids[i], ids[i + 1]) == pair else ids[i] for i in range(len(ids))]


def price(nats, tokens):
    return sum(nats.tolist()) / len("".join(tokens)) / math.log(2)


def lengths(tokens):
    return torch.tensor([float(len(token)) for token in tokens])


def in_bytes(nats, tokens):
    return nats.sum() / len("".join(tokens).encode()) / math.log(2)


def blocks_in_a_loop(ids, T):
    starts = range(0, len(ids) - T, T)
    x, y = [ids[i : i + T] for i in starts], [ids[i + 1 : i + T + 1] for i in starts]
    return torch.stack(x), torch.stack(y)


def unfolded(ids, T):
    rows = ids.unfold(0, T + 1, T)
    return rows[:, :-1], rows[:, 1:]


def lists(ids, T):
    x, y = blocks_in_a_loop(ids, T)
    return list(x), list(y)


def wrapped(ids, T):
    n = len(ids) // T * T
    return ids[:n].view(-1, T), ids.roll(-1)[:n].view(-1, T)


def too_many(ids, T):
    n = len(ids) // T
    return ids[: n * T].view(n, T), ids[1 : n * T + 1].view(n, T)


def whole_blocks_only(ids, T):
    x, y = unfolded(ids, T)
    return x[:-1], y[:-1]


def changed_y(change):
    def cut(ids, T):
        x, y = unfolded(ids, T)
        return x, change(ids, x, y)

    return cut


def rows_upside_down_for_three(ids, T):
    x, y = unfolded(ids, T)
    return (x.flip(0) if T == 3 else x), y


def no_rest(ids, T):
    x = ids[:-1].view(-1, T)
    return x, ids[1:].view(-1, T)


RIGHT = {
    check_merge: [glued, in_place, lambda *given: torch.tensor(glued(*given))],
    check_bits_per_character: [
        price,
        lambda nats, tokens: nats.double().mean() / lengths(tokens).mean() / math.log(2),
    ],
    check_blocks: [blocks_in_a_loop, unfolded, lists],
}
WRONG = {
    check_merge: [
        (lambda ids, pair, new: ids, "nothing was merged"),
        (first_only, "only the first pair"),
        (beside, "it must replace both"),
        (second_stays, "second token of the pair is still there"),
        (single_tokens, "the two together become one"),
        (loses_the_last, "the last token got lost"),
        (lambda ids, pair, new: [i for i in glued(ids, pair, new) if i != new], "in their place"),
        (overlapping, "the pairs overlap"),
        (overlapping_and_kept, "the pairs overlap, and"),
        (from_the_right, "from right to left"),
        (any_order, "the order counts"),
        (no_pair_at_the_end, "the pair at the very end"),
        (past_the_end, "IndexError"),
        (lambda ids, pair, new: len(ids), "a list of numbers is asked for"),
        (lambda ids, pair, new: glued(ids, pair, 5), "must give [9, 9, 1]"),
        (lambda ids, pair, new: glued(ids, pair, new) or [0], "merge([], (1, 2), 5)"),
    ],
    check_bits_per_character: [
        (lambda nats, tokens: nats.sum() / len("".join(tokens)), "nats per character"),
        (lambda nats, tokens: nats.sum() / lengths(tokens).sum() * math.log(2), "you multiplied"),
        (lambda nats, tokens: nats.mean() / math.log(2), "bits per token"),
        (lambda nats, tokens: nats.sum() / math.log(2), "of the whole text"),
        (lambda nats, tokens: (nats / lengths(tokens)).mean() / math.log(2), "token by token"),
        (lambda nats, tokens: (nats / lengths(tokens)).sum() / math.log(2), "you added"),
        (lambda nats, tokens: nats.mean() * lengths(tokens).mean() / math.log(2), "makes a char"),
        (lambda nats, tokens: nats.mean() / lengths(tokens).sum() / math.log(2), "take two sums"),
        (lambda nats, tokens: 1 / price(nats, tokens), "characters per bit"),
        (in_bytes, "you counted bytes"),
        (lambda nats, tokens: nats.sum() / 8 / math.log(2), "the price of `Zo|ë` should be"),
        (lambda nats, tokens: nats.max() / math.log(2), "the price should be"),
    ],
    check_blocks: [
        (lambda ids, T: unfolded(ids, T)[::-1], "x and y are swapped"),
        (lambda ids, T: (ids[:-1].unfold(0, T, 1), ids[1:].unfold(0, T, 1)), "overlap"),
        (lambda ids, T: [part.reshape(T, -1).T for part in unfolded(ids, T)], "down the columns"),
        (whole_blocks_only, "one block is missing"),
        (lambda ids, T: (ids[:-1], ids[1:]), "the blocks must be rows"),
        (changed_y(lambda ids, x, y: x), "y is x"),
        (changed_y(lambda ids, x, y: (ids.roll(1)[:-1]).view_as(x)), "one step earlier"),
        (changed_y(lambda ids, x, y: x.roll(-1, 1)), "its own first token"),
        (changed_y(lambda ids, x, y: ids.roll(-2)[: x.numel()].view_as(x)), "two steps later"),
        (changed_y(lambda ids, x, y: y[:, -1]), "one target for each block"),
        (changed_y(lambda ids, x, y: y + 1 * (y == 14)), "y should be"),
        (wrapped, "only 7 have a successor"),
        (too_many, "only 7 have a successor"),
        (no_rest, "only 7 have a successor"),
        (lambda ids, T: [part[:, :4] for part in unfolded(ids, 4)], "8 tokens, T = 3"),
        (rows_upside_down_for_three, "x of 8 tokens, T = 3"),
        (changed_y(lambda ids, x, y: y if x.shape[1] == 4 else x), "y of 8 tokens, T = 3"),
        (changed_y(lambda ids, x, y: y if len(ids) == 9 else x), "y of 8 tokens, T = 4"),
        (lambda ids, T: ids, "two tensors are asked for"),
    ],
}
