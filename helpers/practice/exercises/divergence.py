"""Exercises of *The Transformer*: how far a model is from the truth."""

import torch

from helpers.practice.answers import in_bits, require, then
from helpers.practice.exercise import Exercise
from helpers.theory import probability


def divergence(p, q):
    terms = torch.where(p > 0, p * (p / q).log(), 0.0)
    return terms.sum(-1)


def _ruled_out(divergence, p, q):
    """The divergence; Mistake if it is not infinite where q has ruled out what occurs."""
    got = divergence(p, q)
    if p.ndim == 1 and (p[q == 0] > 0).any():
        words = "where q = 0 and p > 0 it must be infinite: what was ruled out has occurred."
        require(torch.as_tensor(got).isinf().all() and got > 0, words)
    return got


HALVES, QUARTERS = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25]])
check_divergence = Exercise(
    "04 The divergence from the truth",
    "p and q (..., V) -> KL(p‖q) in nats, (...); a term with p = 0 counts 0.",
    divergence,
    cases={
        "the divergence": (torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.3, 0.3, 0.4])),
        "a batch of two with a p of 0": (HALVES.expand(2, 3), torch.stack([QUARTERS, HALVES])),
        "the divergence from a q of 0": (torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0])),
    },
    slips={
        "this is KL(q‖p): the truth p weights the terms, and stands above q.": (
            lambda p, q: divergence(q, p)
        ),
        "these are bits; nats need the natural logarithm.": then(divergence, in_bits),
        "this is the cross-entropy; the entropy of p must be taken off.": probability.cross_entropy,
        "the sign is wrong: no divergence is negative.": then(divergence, torch.neg),
        "this is the mean over the outcomes; it must be the sum.": (
            lambda p, q: divergence(p, q) / p.shape[-1]
        ),
        "the terms are weighted by q; the outcomes come from the truth, p.": (
            lambda p, q: (q * (p / q).log()).sum(-1)
        ),
        "the terms are not weighted; each counts as often as it occurs, p.": (
            lambda p, q: (p / q).log().sum(-1)
        ),
        "these are the terms; add them.": lambda p, q: p * (p / q).log(),
        "where p = 0 it becomes nan; an outcome that never occurs costs 0, whatever q says.": (
            lambda p, q: (p * (p / q).log()).sum(-1)
        ),
        "the sum goes over the batch as well; sum the last dimension.": then(divergence, torch.sum),
        "where q = 0 and p > 0 it must be infinite: what was ruled out has occurred.": (
            lambda p, q: divergence(p + 1e-9, q + 1e-9)
        ),
    },
    right=[
        lambda p, q: (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(-1),
        probability.kl,
        lambda p, q: (p * (p / q).log()).nansum(-1),
    ],
    ask=_ruled_out,
    hints=[
        "Each outcome has a term p · ln(p / q); add them along the last dimension.",
        "Where p = 0 the computer makes 0 · (-∞), which is nan. The term must count 0 there.",
        "`torch.where(p > 0, ..., 0.0)` takes the term where p > 0 and zero elsewhere.",
    ],
)
