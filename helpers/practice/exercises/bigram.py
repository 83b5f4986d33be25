"""Exercises of notebook 04: the bigram."""

import math

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import bigram


@exercise(
    "04",
    "From marks to probabilities",
    hints=[
        "First add the extra marks to every cell, then divide each row by its own sum.",
        "`sum(-1)` sums along a row. Does it still stand beside its row when you divide?",
        "With `keepdim=True` the sums keep the shape (V, 1), a column beside the table.",
    ],
    solution=bigram.bigram_probs,
)
def check_bigram_probs(bigram_probs):
    """counts (V, V), extra marks for every pair -> P(next | last), (V, V); rows sum to 1."""
    counts = torch.tensor([[0.0, 2.0, 2.0], [6.0, 0.0, 2.0], [1.0, 1.0, 0.0]])
    _without_extra_marks(bigram_probs, counts)
    _with_an_extra_mark(bigram_probs, counts)
    what = "a table without any count, with 0.01 extra marks"
    compare(bigram_probs(torch.zeros(4, 4), 0.01), torch.full((4, 4), 0.25), what=what)


def _without_extra_marks(bigram_probs, counts):
    wanted = counts / counts.sum(-1, keepdim=True)
    slips = {
        "the columns sum to 1; every row must, since a row is what follows one character.": (
            counts / counts.sum(0)
        ),
        "each column was divided by a row's sum: without `keepdim=True` the sums lie along the "
        "columns.": counts / counts.sum(-1),
        "everything was divided by one sum; every row must sum to 1 by itself.": (
            counts / counts.sum()
        ),
        "softmax is for logits; these are counts. Divide them by their sum.": counts.softmax(-1),
        "these are logarithms; probabilities are asked for.": wanted.log(),
    }
    compare(bigram_probs(counts.clone(), 0), wanted, slips, what="the table with no extra marks")


def _with_an_extra_mark(bigram_probs, counts):
    marks, unsmoothed = counts + 1, counts / counts.sum(-1, keepdim=True)
    slips = {
        "the extra marks change nothing.": unsmoothed,
        "the extra marks are not in the sums, so the rows sum to more than 1.": (
            marks / counts.sum(-1, keepdim=True)
        ),
        "the marks were added to probabilities; add them to the counts, before dividing.": (
            unsmoothed + 1
        ),
        "the marks were added to the probabilities, not to the counts.": (unsmoothed + 1) / 4,
        "the sum grew by one mark; a row of V cells gets V.": (
            marks / (counts.sum(-1, keepdim=True) + 1)
        ),
        "only the empty cells got marks; every cell must.": _empty_cells_only(counts),
    }
    given = counts.clone()
    wanted = marks / marks.sum(-1, keepdim=True)
    compare(bigram_probs(given, 1), wanted, slips, what="the table with one extra mark")
    words = "your function changes the table of counts that it was given; make a new one."
    require(torch.equal(given, counts), words)


def _empty_cells_only(counts):
    marks = counts.clamp(min=1)
    return marks / marks.sum(-1, keepdim=True)


@exercise(
    "04",
    "The loss of logits",
    hints=[
        "The loss at one place is ln Σ exp(z), over the vocabulary, minus the target's z.",
        "exp(1000) overflows. Subtracting one number from a whole row changes no probability: "
        "which one makes it safe?",
        "Subtract each row's largest logit. `z[torch.arange(T), targets]` picks one per row.",
    ],
    solution=bigram.mean_loss,
)
def check_mean_loss(mean_loss):
    """logits (T, V), targets (T,) -> the mean of -ln softmax(logits) at the targets, in nats."""
    _small_logits(mean_loss)
    _large_logits(mean_loss)


def _small_logits(mean_loss):
    z = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.5, 3.0], [1.0, 1.0, -1.0], [0.0, -2.0, 0.5]])
    targets, places = torch.tensor([0, 1, 1, 2]), torch.arange(4)
    log_p = z.log_softmax(-1)
    right = log_p[places, targets]
    slips = {
        "this is the sum over the places; the mean is asked for.": -right.sum(),
        "the sign is wrong: a loss is never negative.": right.mean(),
        "these are bits; nats need the natural logarithm.": -right.mean() / math.log(2),
        "these are logits, not yet logarithms of probabilities: ln Σ exp(z) is missing.": (
            -z[places, targets].mean()
        ),
        "these are probabilities; their logarithm is missing.": -right.exp().mean(),
        "you averaged the probabilities before the logarithm; average the losses.": (
            -right.exp().mean().log()
        ),
        "the softmax runs over the places; it must run over the vocabulary.": (
            -z.log_softmax(0)[places, targets].mean()
        ),
        "`[:, targets]` takes every target in every row; each row has one target only.": (
            -log_p[:, targets].mean()
        ),
        "this is the mean over all tokens; only the targets count.": -log_p.mean(),
        "these are the losses at the places; take their mean.": -right,
        "the softmax was taken twice.": -log_p.exp().log_softmax(-1)[places, targets].mean(),
    }
    compare(mean_loss(z.clone(), targets), -right.mean(), slips, what="the loss")


def _large_logits(mean_loss):
    z = torch.tensor([[1000.0, 0.0, 0.0], [-1000.0, -1001.0, -1002.0]])
    got = mean_loss(z.clone(), torch.tensor([1, 2]))
    words = (
        "for logits of ±1000 it is not finite: exp becomes infinite or 0. Subtract each row's own "
        "largest logit first, and never take the logarithm of a single softmax."
    )
    require(torch.as_tensor(got).isfinite().all(), words)
    wanted = -z.log_softmax(-1)[[0, 1], [1, 2]].mean()
    compare(got, wanted, what="the loss of logits of ±1000")


@exercise(
    "04",
    "The floor of a bigram",
    hints=[
        "From p(a, b) to p(b | a): divide every row by its sum.",
        "Each -ln p(b | a) counts as often as the pair occurs: its weight is p(a, b).",
        "Pairs that never occur make 0 · (-∞) = nan. `torch.where(pairs > 0, ..., 0.0)` helps.",
    ],
    solution=bigram.conditional_entropy,
)
def check_conditional_entropy(conditional_entropy):
    """pairs (V, V), p(a, b) with a in rows, sum 1 -> H(next | last) in nats."""
    pairs = torch.tensor([[0.30, 0.10, 0.10], [0.05, 0.25, 0.05], [0.02, 0.05, 0.08]])
    first, second = pairs.sum(1), pairs.sum(0)
    given = pairs / first[:, None]
    wanted = -(pairs * given.log()).sum()
    slips = {
        "this is the entropy of the pair; the first character is known already.": (
            -(pairs * pairs.log()).sum()
        ),
        "this is the entropy of the first character given the second; rows are the first.": (
            -(pairs * (pairs / second).log()).sum()
        ),
        "this is the entropy of one character without the one before.": (
            -(second * second.log()).sum()
        ),
        "each p(b | a) is weighted by itself, so a rare row counts like a frequent one. The "
        "weight is p(a, b).": -(given * given.log()).sum(),
        "the rows count alike; a frequent character must count more.": (
            -(given * given.log()).sum(-1).mean()
        ),
        "these are bits; nats need the natural logarithm.": wanted / math.log(2),
        "the sign is wrong: an entropy is never negative.": -wanted,
        "these are the rows' shares; add them.": -(pairs * given.log()).sum(-1),
    }
    compare(conditional_entropy(pairs.clone()), wanted, slips, what="the entropy")
    pairs = torch.tensor([[0.5, 0.0, 0.0], [0.25, 0.25, 0.0], [0.0, 0.0, 0.0]])
    got = conditional_entropy(pairs)
    words = "pairs that never occur make it nan; they must count 0."
    require(not torch.as_tensor(got).isnan().any(), words)
    compare(got, 0.5 * math.log(2), what="the entropy where some pairs never occur")
