"""Right and wrong answers to the exercises of notebook 02."""

import math

import torch

from helpers.models import masks
from helpers.practice.exercises import check_divergence, check_may_look, check_prefix_mask
from helpers.theory import probability


def compared(T):
    places = torch.arange(T)
    return places[:, None] >= places


def listed(T):
    return [[s <= t for s in range(T)] for t in range(T)]


def ones(T):
    return torch.ones(T, T, dtype=torch.bool)


def opened(T, n, rows, columns, diagonal=0):
    mask = ones(T).tril(diagonal)
    mask[rows, columns] = True
    return mask


def whole_columns(T, n):
    return ones(T).tril() | (torch.arange(T) < n)


def by_xlogy(p, q):
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(-1)


def terms(p, q):
    return torch.where(p > 0, p * (p / q).log(), 0.0)


RIGHT = {
    check_may_look: [compared, listed, masks.causal],
    check_prefix_mask: [whole_columns, lambda T, n: opened(T, n, slice(n), slice(n))],
    check_divergence: [by_xlogy, probability.kl, lambda p, q: (p * (p / q).log()).nansum(-1)],
}
WRONG = {
    check_may_look: [
        (lambda T: ones(T).tril(-1), "the diagonal is missing"),
        (lambda T: ones(T).triu(1), "the wrong way round"),
        (lambda T: ones(T).triu(), "rows are those who look"),
        (ones, "the future too"),
        (lambda T: torch.eye(T, dtype=torch.bool), "sees itself alone"),
        (lambda T: ones(T).tril(1), "too far right"),
        (lambda T: torch.ones(T, T).tril(), "yours holds numbers"),
        (lambda T: torch.zeros(T, T).masked_fill(ones(T).triu(1), float("-inf")), "holds numbers"),
        (lambda T: "tril", "a tensor is asked for"),
        (lambda T: ones(4).tril(), "the mask for T = 1"),
        (lambda T: ones(T).tril() & ~ones(T).tril(-3), "row 3 must be True in column 0"),
        (
            lambda T: ones(T).tril() & ~ones(T).tril(-4),
            "the mask for T = 9, row 4 must be True in column 0",
        ),
    ],
    check_prefix_mask: [
        (lambda T, n: ones(T).tril(), "this is the causal mask"),
        (lambda T, n: opened(T, n, slice(n), slice(T)), "leaks into the question"),
        (lambda T, n: opened(T, n, slice(n + 1), slice(n + 1)), "one too long"),
        (lambda T, n: opened(T, n, slice(T), slice(n + 1)), "one too long"),
        (lambda T, n: opened(T, n, slice(n - 1), slice(n - 1)), "one too short"),
        (lambda T, n: (torch.arange(T) < n).expand(T, T), "only the prefix can be seen"),
        (lambda T, n: opened(T, n, slice(n), slice(n), -T), "nobody sees the prefix"),
        (lambda T, n: opened(T, n, slice(n), slice(n), -1), "do not see themselves"),
        (lambda T, n: opened(T, n, slice(n, T), slice(n, T)), "the positions after the prefix"),
        (lambda T, n: ones(T), "everything is visible"),
        (lambda T, n: opened(T, n, slice(n), slice(n)).float(), "yours holds numbers"),
        (lambda T, n: opened(T, n, slice(3), slice(3)), "T = 5 and n = 2"),
        (lambda T, n: opened(T, n, slice(n or 1), slice(n or 2)), "T = 5 and n = 0"),
        (lambda T, n: opened(T, n, slice(n), slice(n)).T, "row 0 must be False in column 3"),
    ],
    check_divergence: [
        (lambda p, q: terms(q, p).sum(-1), "this is KL(q‖p)"),
        (lambda p, q: terms(p, q).sum(-1) / math.log(2), "these are bits"),
        (probability.cross_entropy, "this is the cross-entropy"),
        (lambda p, q: -terms(p, q).sum(-1), "the sign is wrong"),
        (lambda p, q: terms(p, q).mean(-1), "the mean over the outcomes"),
        (lambda p, q: (q * (p / q).log()).sum(-1), "weighted by q"),
        (lambda p, q: (p / q).log().sum(-1), "not weighted"),
        (terms, "these are the terms"),
        (lambda p, q: (p * (p / q).log()).sum(-1), "it becomes nan"),
        (lambda p, q: terms(p, q).sum(), "over the batch as well"),
        (lambda p, q: terms(p + 1e-9, q + 1e-9).sum(-1), "it must be infinite"),
        (lambda p, q: (p * (p / q).log()).nan_to_num(0).sum(-1), "it must be infinite"),
        (lambda p, q: torch.where(q > 0, terms(p, q), 0.0).sum(-1), "it must be infinite"),
        (lambda p, q: (p - q).abs().sum(-1), "the divergence should be"),
    ],
}
