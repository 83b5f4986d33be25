"""Exercises of notebook 02: masks, and the distance from the truth."""

import math

import torch

from helpers.practice.exercise import Mistake, compare, exercise, require
from helpers.practice.solutions import transformer_to_gpt


@exercise(
    "02",
    "The causal mask",
    hints=[
        "Row t belongs to the position that looks, column s to the one that it looks at.",
        "Position t may look at s where s ≤ t. `torch.tril` keeps what is on and below the "
        "diagonal.",
        "Begin with `torch.ones(T, T, dtype=torch.bool)`.",
    ],
    solution=transformer_to_gpt.may_look,
)
def check_may_look(may_look):
    """T -> a table (T, T), True where row t may look at column s."""
    ones = torch.ones(4, 4).bool()
    slips = {
        "the diagonal is missing: the first position may look nowhere, and its weights are 0/0.": (
            ones.tril(-1)
        ),
        "it is the wrong way round: True stands where one must not look.": ones.triu(1),
        "everybody looks ahead and nobody back: rows are those who look.": ones.triu(),
        "everything is visible, the future too.": ones,
        "each position sees itself alone; it may also look back.": torch.eye(4).bool(),
        "it begins too far right: every position sees the token that it must predict.": (
            ones.tril(1)
        ),
    }
    _compare(may_look(4), ones.tril(), slips, "the mask for T = 4")
    for T in (1, 9):
        wanted = torch.ones(T, T).bool().tril()
        _compare(may_look(T), wanted, {}, f"the mask for T = {T}")


def _compare(given, wanted, slips, what):
    """As `compare`; where no slip is known, the first wrong cell is named."""
    mask = _mask(given)
    known = any(torch.equal(mask, slip) for slip in slips.values())
    if mask.shape == wanted.shape and not known:
        for t, s in (mask != wanted).nonzero().tolist():
            raise Mistake(f"in {what}, row {t} must be {bool(wanted[t, s])} in column {s}.")
    compare(mask, wanted, slips, what=what)


def _mask(given):
    """The mask as a tensor; Mistake unless it is made of True and False."""
    try:
        mask = torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError):
        raise Mistake(f"a tensor is asked for; yours is a {type(given).__name__}.") from None
    words = "True and False are asked for; yours holds numbers. `.bool()` or a comparison helps."
    require(mask.dtype == torch.bool, words)
    return mask


@exercise(
    "02",
    "A question is given",
    hints=[
        "Begin with the causal mask. Which cells must be opened as well?",
        "Those where both are in the prefix: the one who looks and the one looked at.",
        "They are the first n rows of the first n columns: `mask[:n, :n]`.",
    ],
    solution=transformer_to_gpt.prefix_mask,
)
def check_prefix_mask(prefix_mask):
    """T and n -> a table (T, T): causal, but the first n positions all see each other."""
    _three_of_six(prefix_mask)
    for T, n in ((5, 2), (5, 0), (3, 3)):
        wanted = _opened(torch.ones(T, T).bool().tril(), slice(0, n), slice(0, n))
        _compare(prefix_mask(T, n), wanted, {}, f"the mask for T = {T} and n = {n}")


def _three_of_six(prefix_mask):
    causal = torch.ones(6, 6).bool().tril()
    slips = {
        "this is the causal mask; the first n positions must also see each other.": causal,
        "the prefix sees what comes after it: the answer leaks into the question.": (
            _opened(causal, slice(0, 3), slice(None))
        ),
        "the prefix is one too long; it is made of the positions 0 to n - 1.": (
            _opened(causal, slice(0, 4), slice(0, 4))
        ),
        "the prefix is one too short; it is made of the positions 0 to n - 1.": (
            _opened(causal, slice(0, 2), slice(0, 2))
        ),
        "only the prefix can be seen; after it, each position sees all up to itself.": (
            _opened(torch.zeros_like(causal), slice(None), slice(0, 3))
        ),
        "nobody sees the prefix but itself; after it, each position sees all up to itself.": (
            _opened(torch.zeros_like(causal), slice(0, 3), slice(0, 3))
        ),
        "after the prefix, the positions do not see themselves.": (
            _opened(causal.tril(-1), slice(0, 3), slice(0, 3))
        ),
        "the positions after the prefix see each other; it must be those in it.": (
            _opened(causal, slice(3, 6), slice(3, 6))
        ),
        "everything is visible, what is to be written too.": torch.ones_like(causal),
    }
    wanted = _opened(causal, slice(0, 3), slice(0, 3))
    _compare(prefix_mask(6, 3), wanted, slips, "the mask for T = 6 and n = 3")


def _opened(mask, rows, columns):
    mask = mask.clone()
    mask[rows, columns] = True
    return mask


@exercise(
    "02",
    "The distance from the truth",
    hints=[
        "Each outcome has a term p · ln(p / q); add them along the last dimension.",
        "Where p = 0 the computer makes 0 · (-∞), which is nan. The term must count 0 there.",
        "`torch.where(p > 0, ..., 0.0)` takes the term where p > 0 and zero elsewhere.",
    ],
    solution=transformer_to_gpt.divergence,
)
def check_divergence(divergence):
    """p and q (..., V) -> KL(p‖q) in nats, (...); a term with p = 0 counts 0."""
    p, q = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.3, 0.3, 0.4])
    terms = p * (p / q).log()
    slips = {
        "this is KL(q‖p): the truth p weights the terms, and stands above q.": (
            (q * (q / p).log()).sum()
        ),
        "these are bits; nats need the natural logarithm.": terms.sum() / math.log(2),
        "this is the cross-entropy; the entropy of p must be taken off.": -(p * q.log()).sum(),
        "the sign is wrong: no divergence is negative.": -terms.sum(),
        "this is the mean over the outcomes; it must be the sum.": terms.mean(),
        "the terms are weighted by q; the outcomes come from the truth, p.": (
            (q * (p / q).log()).sum()
        ),
        "the terms are not weighted; each counts as often as it occurs, p.": (p / q).log().sum(),
        "these are the terms; add them.": terms,
    }
    compare(divergence(p, q), terms.sum(), slips, what="the divergence")
    p = torch.tensor([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]])
    q = torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]])
    got, wanted = divergence(p, q), torch.tensor([0.5 * math.log(2), 0.0])
    words = "where p = 0 it becomes nan; an outcome that never occurs costs 0, whatever q says."
    require(not torch.as_tensor(got).isnan().any(), words)
    slips = {"the sum goes over the batch as well; sum the last dimension.": wanted.sum()}
    compare(got, wanted, slips, what="a batch of two with a p of 0")
    got = torch.as_tensor(divergence(torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0])))
    words = "where q = 0 and p > 0 it must be infinite: what was ruled out has occurred."
    require(got.isinf().all() and got > 0, words)
