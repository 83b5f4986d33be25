"""Right and wrong answers to the exercises of notebook 04."""

import math

import torch
from torch.nn import functional as F

from helpers.practice.exercises import (
    check_bigram_probs,
    check_conditional_entropy,
    check_mean_loss,
)
from helpers.theory import probability


def row_by_row(counts, extra):
    rows = [[count + extra for count in row] for row in counts.tolist()]
    return torch.tensor([[count / sum(row) for count in row] for row in rows])


def totals_apart(counts, extra):
    return (counts + extra) / (counts.sum(1) + extra * counts.shape[1])[:, None]


def in_place(counts, extra):
    counts += extra
    return counts / counts.sum(1, keepdim=True)


def share(table, **how):
    return table / table.sum(-1, keepdim=True)


def empty_cells_only(counts, extra):
    return share(counts + extra * (counts == 0))


def by_log_sum_exp(logits, targets):
    return (logits.logsumexp(-1) - logits.gather(-1, targets[:, None])[:, 0]).mean()


def place_by_place(logits, targets):
    losses = []
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        top = max(row)
        losses.append(top + math.log(sum(math.exp(z - top) for z in row)) - row[target])
    return sum(losses) / len(losses)


def at(table, targets):
    return table[torch.arange(len(targets)), targets]


def naive(logits, targets):
    return (logits.exp().sum(-1).log() - at(logits, targets)).mean()


def softmax_first(logits, targets):
    return -at(logits.softmax(-1), targets).log().mean()


def one_largest(logits, targets):
    return naive(logits - logits.max(), targets)


def softmax_and_a_little(logits, targets):
    return -(at(logits.softmax(-1), targets) + 1e-9).log().mean()


def joint_minus_first(pairs):
    rows = pairs.sum(-1)
    return torch.special.entr(pairs).sum() - torch.special.entr(rows).sum()


def pair_by_pair(pairs):
    total = 0.0
    for row in pairs.tolist():
        total += sum(-p * math.log(p / sum(row)) for p in row if p > 0)
    return total


def costs(pairs):
    return torch.where(pairs > 0, -share(pairs).log(), 0.0)


RIGHT = {
    check_bigram_probs: [row_by_row, totals_apart],
    check_mean_loss: [by_log_sum_exp, place_by_place, F.cross_entropy],
    check_conditional_entropy: [joint_minus_first, pair_by_pair],
}
WRONG = {
    check_bigram_probs: [
        (lambda counts, extra: (counts + extra) / (counts + extra).sum(0), "the columns sum to 1"),
        (lambda counts, extra: (counts + extra) / (counts + extra).sum(-1), "without `keepdim"),
        (lambda counts, extra: (counts + extra) / (counts + extra).sum(), "by one sum"),
        (lambda counts, extra: (counts + extra).softmax(-1), "softmax is for logits"),
        (lambda counts, extra: share(counts + extra).log(), "these are logarithms"),
        (lambda counts, extra: share(counts), "change nothing"),
        (lambda counts, extra: (counts + extra) / counts.sum(-1, keepdim=True), "not in the sums"),
        (lambda counts, extra: share(counts) + extra, "before dividing"),
        (lambda counts, extra: share(share(counts) + extra), "not to the counts"),
        (
            lambda counts, extra: (counts + extra) / (counts.sum(-1, keepdim=True) + extra),
            "the sum grew by one mark",
        ),
        (empty_cells_only, "only the empty cells"),
        (in_place, "your function changes the table"),
        (lambda counts, extra: share(counts + round(extra)), "a table without any count"),
        (lambda counts, extra: share(counts**2 + extra), "should be"),
    ],
    check_mean_loss: [
        (lambda z, t: F.cross_entropy(z, t, reduction="sum"), "the sum over the places"),
        (lambda z, t: -F.cross_entropy(z, t), "the sign is wrong"),
        (lambda z, t: F.cross_entropy(z, t) / math.log(2), "these are bits"),
        (lambda z, t: -at(z, t).mean(), "is missing"),
        (lambda z, t: -at(z.softmax(-1), t).mean(), "these are probabilities"),
        (lambda z, t: -at(z.softmax(-1), t).mean().log(), "before the logarithm"),
        (lambda z, t: -at(z.log_softmax(0), t).mean(), "over the places"),
        (lambda z, t: -z.log_softmax(-1)[:, t].mean(), "each row has one target"),
        (lambda z, t: -z.log_softmax(-1).mean(), "only the targets count"),
        (lambda z, t: F.cross_entropy(z, t, reduction="none"), "take their mean"),
        (lambda z, t: F.cross_entropy(z.softmax(-1), t), "taken twice"),
        (naive, "it is not finite"),
        (softmax_first, "it is not finite"),
        (one_largest, "it is not finite"),
        (softmax_and_a_little, "the loss of logits of ±1000"),
        (lambda z, t: F.cross_entropy(z.clamp(-50, 50), t), "the loss of logits of ±1000"),
        (lambda z, t: F.cross_entropy(z / 2, t), "the loss should be"),
    ],
    check_conditional_entropy: [
        (lambda pairs: torch.special.entr(pairs).sum(), "the entropy of the pair"),
        (lambda pairs: joint_minus_first(pairs.T), "the first character given the second"),
        (lambda pairs: probability.entropy(pairs.sum(0)), "without the one before"),
        (lambda pairs: (share(pairs) * costs(pairs)).sum(), "weighted by itself"),
        (lambda pairs: (share(pairs) * costs(pairs)).sum(-1).mean(), "the rows count alike"),
        (lambda pairs: joint_minus_first(pairs) / math.log(2), "these are bits"),
        (lambda pairs: -joint_minus_first(pairs), "the sign is wrong"),
        (lambda pairs: (pairs * costs(pairs)).sum(-1), "add them"),
        (lambda pairs: -(pairs * share(pairs).log()).sum(), "nan"),
        (lambda pairs: probability.entropy(pairs.sum(1)), "the entropy should be"),
        (lambda pairs: -(pairs * share(pairs + 1e-3).log()).sum(), "the entropy should be"),
    ],
}
