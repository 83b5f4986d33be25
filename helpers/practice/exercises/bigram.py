"""Exercises of notebook *The bigram and its floor*: the bigram."""

import math

import torch
from torch.nn import functional as F

from helpers.practice.answers import in_bits, then
from helpers.practice.exercise import CHANGED, Exercise
from helpers.theory import probability


def bigram_probs(counts, extra):
    marks = counts + extra
    return marks / marks.sum(-1, keepdim=True)


def _share(table):
    return table / table.sum(-1, keepdim=True)


def _in_place(counts, extra):
    counts += extra
    return _share(counts)


def _row_by_row(counts, extra):
    rows = [[count + extra for count in row] for row in counts.tolist()]
    return torch.tensor([[count / sum(row) for count in row] for row in rows])


COUNTS = torch.tensor([[0.0, 2.0, 2.0], [6.0, 0.0, 2.0], [1.0, 1.0, 0.0]])
check_bigram_probs = Exercise(
    "02 From marks to probabilities",
    "counts (V, V), extra marks for every pair -> P(next | last), (V, V); rows sum to 1.",
    bigram_probs,
    cases={
        "the table with no extra marks": (COUNTS, 0),
        "the table with one extra mark": (COUNTS, 1),
        "a table without any count, with 0.01 extra marks": (torch.zeros(4, 4), 0.01),
    },
    slips={
        "the columns sum to 1; every row must, since a row is what follows one character.": (
            lambda counts, extra: (counts + extra) / (counts + extra).sum(0)
        ),
        "each column was divided by a row's sum: without `keepdim=True` the sums lie along the "
        "columns.": lambda counts, extra: (counts + extra) / (counts + extra).sum(-1),
        "everything was divided by one sum; every row must sum to 1 by itself.": (
            lambda counts, extra: (counts + extra) / (counts + extra).sum()
        ),
        "softmax is for logits; these are counts. Divide them by their sum.": (
            lambda counts, extra: (counts + extra).softmax(-1)
        ),
        "these are logarithms; probabilities are asked for.": then(bigram_probs, torch.log),
        "the extra marks change nothing.": lambda counts, extra: _share(counts),
        "the extra marks are not in the sums, so the rows sum to more than 1.": (
            lambda counts, extra: (counts + extra) / counts.sum(-1, keepdim=True)
        ),
        "the marks were added to probabilities; add them to the counts, before dividing.": (
            lambda counts, extra: _share(counts) + extra
        ),
        "the marks were added to the probabilities, not to the counts.": (
            lambda counts, extra: _share(_share(counts) + extra)
        ),
        "the sum grew by one mark; a row of V cells gets V.": (
            lambda counts, extra: (counts + extra) / (counts.sum(-1, keepdim=True) + extra)
        ),
        "only the empty cells got marks; every cell must.": (
            lambda counts, extra: _share(counts + extra * (counts == 0))
        ),
        CHANGED: _in_place,
    },
    right=[
        _row_by_row,
        lambda counts, extra: (counts + extra) / (counts.sum(1) + extra * len(counts))[:, None],
    ],
    hints=[
        "First add the extra marks to every cell, then divide each row by its own sum.",
        "`sum(-1)` sums along a row. Does it still stand beside its row when you divide?",
        "With `keepdim=True` the sums keep the shape (V, 1), a column beside the table.",
    ],
)


def mean_loss(logits, targets):
    largest = logits.max(-1, keepdim=True).values
    z = logits - largest
    log_probs = z - z.exp().sum(-1, keepdim=True).log()
    return -log_probs[torch.arange(len(targets)), targets].mean()


def _at(table, targets):
    return table[torch.arange(len(targets)), targets]


Z = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.5, 3.0], [1.0, 1.0, -1.0], [0.0, -2.0, 0.5]])
LARGE = torch.tensor([[1000.0, 0.0, 0.0], [-1000.0, -1001.0, -1002.0]])
check_mean_loss = Exercise(
    "02 The loss of logits",
    "logits (T, V), targets (T,) -> the mean of -ln softmax(logits) at the targets, in nats.",
    mean_loss,
    cases={
        "the loss": (Z, torch.tensor([0, 1, 1, 2])),
        "the loss of logits of ±1000": (LARGE, torch.tensor([1, 2])),
    },
    slips={
        "this is the sum over the places; the mean is asked for.": (
            lambda z, targets: F.cross_entropy(z, targets, reduction="sum")
        ),
        "the sign is wrong: a loss is never negative.": then(mean_loss, torch.neg),
        "these are bits; nats need the natural logarithm.": then(mean_loss, in_bits),
        "these are logits, not yet logarithms of probabilities: ln Σ exp(z) is missing.": (
            lambda z, targets: -_at(z, targets).mean()
        ),
        "these are probabilities; their logarithm is missing.": (
            lambda z, targets: -_at(z.softmax(-1), targets).mean()
        ),
        "you averaged the probabilities before the logarithm; average the losses.": (
            lambda z, targets: -_at(z.softmax(-1), targets).mean().log()
        ),
        "the softmax runs over the places; it must run over the vocabulary.": (
            lambda z, targets: -_at(z.log_softmax(0), targets).mean()
        ),
        "`[:, targets]` takes every target in every row; each row has one target only.": (
            lambda z, targets: -z.log_softmax(-1)[:, targets].mean()
        ),
        "this is the mean over all tokens; only the targets count.": (
            lambda z, targets: -z.log_softmax(-1).mean()
        ),
        "these are the losses at the places; take their mean.": (
            lambda z, targets: F.cross_entropy(z, targets, reduction="none")
        ),
        "the softmax was taken twice.": lambda z, targets: mean_loss(z.softmax(-1), targets),
        "for logits of ±1000 it is not finite: exp becomes infinite or 0. Subtract each row's own "
        "largest logit first, and never take the logarithm of a single softmax.": (
            lambda z, targets: (z.exp().sum(-1).log() - _at(z, targets)).mean()
        ),
    },
    right=[F.cross_entropy, lambda z, targets: (z.logsumexp(-1) - _at(z, targets)).mean()],
    hints=[
        "The loss at one place is ln Σ exp(z), over the vocabulary, minus the target's z.",
        "exp(1000) overflows. Subtracting one number from a whole row changes no probability: "
        "which one makes it safe?",
        "Subtract each row's largest logit. `z[torch.arange(T), targets]` picks one per row.",
    ],
)


def conditional_entropy(pairs):
    conditional = pairs / pairs.sum(-1, keepdim=True)
    terms = torch.where(pairs > 0, pairs * conditional.log(), 0.0)
    return -terms.sum()


def _joint_minus_first(pairs):
    return torch.special.entr(pairs).sum() - torch.special.entr(pairs.sum(-1)).sum()


SLIPS_OF_THE_ENTROPY = {
    "this is the entropy of the pair; the first character is known already.": (
        lambda pairs: torch.special.entr(pairs).sum()
    ),
    "this is the entropy of the first character given the second; rows are the first.": (
        lambda pairs: conditional_entropy(pairs.T)
    ),
    "this is the entropy of one character without the one before.": (
        lambda pairs: probability.entropy(pairs.sum(0))
    ),
    "each p(b | a) is weighted by itself, so a rare row counts like a frequent one. The "
    "weight is p(a, b).": lambda pairs: torch.special.entr(_share(pairs)).sum(),
    "the rows count alike; a frequent character must count more.": (
        lambda pairs: torch.special.entr(_share(pairs)).sum(-1).mean()
    ),
    "these are bits; nats need the natural logarithm.": then(conditional_entropy, in_bits),
    "the sign is wrong: an entropy is never negative.": then(conditional_entropy, torch.neg),
    "these are the rows' shares; add them.": lambda pairs: -(pairs * _share(pairs).log()).sum(-1),
    "pairs that never occur make it nan; they must count 0.": (
        lambda pairs: -(pairs * _share(pairs).log()).sum()
    ),
}
RARE = torch.tensor([[0.5, 0.0, 0.0], [0.25, 0.25, 0.0], [0.0, 0.0, 0.0]])
check_conditional_entropy = Exercise(
    "02 The floor of a bigram",
    "pairs (V, V), p(a, b) with a in rows, sum 1 -> H(next | last) in nats.",
    conditional_entropy,
    cases={
        "the entropy": [torch.tensor([[0.30, 0.10, 0.10], [0.05, 0.25, 0.05], [0.02, 0.05, 0.08]])],
        "the entropy where some pairs never occur": [RARE],
    },
    slips=SLIPS_OF_THE_ENTROPY,
    right=[
        _joint_minus_first,
        lambda pairs: sum(
            -p * math.log(p / sum(row)) for row in pairs.tolist() for p in row if p > 0
        ),
    ],
    hints=[
        "From p(a, b) to p(b | a): divide every row by its sum.",
        "Each -ln p(b | a) counts as often as the pair occurs: its weight is p(a, b).",
        "Pairs that never occur make 0 · (-∞) = nan. `torch.where(pairs > 0, ..., 0.0)` helps.",
    ],
)
