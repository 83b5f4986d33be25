"""Exercise of the notebook *A model of English*: one check of speculative decoding."""

import torch

from helpers.learning.speculative import leftover
from helpers.practice.answers import doubles
from helpers.practice.exercise import Exercise


def keep_or_refuse(p, q, token, u):
    keep = u < p[token] / q[token]
    rest = (p - q).clamp(min=0)
    return keep, rest / rest.sum()


def _check(keeps=lambda p, q, u: u < p / q, rest=lambda p, q: leftover(p, q)):
    """A check that keeps a draft by another rule, or draws from something else after a refusal."""
    return lambda p, q, token, u: (keeps(p[token], q[token], u), rest(p, q))


def _shared(weights):
    return weights / weights.sum()


P, Q = doubles([0.5, 0.3, 0.2, 0.0], [0.2, 0.5, 0.2, 0.1])
check_one_draft = Exercise(
    "17 Keep or refuse",
    "p, q (V,), a drafted token, u in [0, 1) -> whether it is kept, and what is drawn from if not.",
    keep_or_refuse,
    cases={
        "for a token that p likes less, u = 0.2": (P, Q, 1, 0.2),
        "for a token that p likes less, u = 0.55": (P, Q, 1, 0.55),
        "for a token that p likes more": (P, Q, 0, 0.99),
        "for a token that p likes less, u = 0.65": (P, Q, 1, 0.65),
        "for a token that p never writes": (P, Q, 3, 0.0),
    },
    parts=("the decision", "the rest"),
    slips={
        "the draft is kept with probability p(x); it came from q, so it must be p(x) / q(x).": (
            _check(lambda p, q, u: u < p)
        ),
        "the ratio is upside down: what the large model likes less must be refused more often.": (
            _check(lambda p, q, u: u < q / p)
        ),
        "the draft is kept where u is above p / q; that is when it must be refused.": (
            _check(lambda p, q, u: u >= p / q)
        ),
        "the draft is kept whenever p is not 0.": _check(lambda p, q, u: p > 0),
        "after a refusal you draw from p: tokens that q offers often would come twice.": (
            _check(rest=lambda p, q: p)
        ),
        "after a refusal you draw from q; only what p has more of is missing.": (
            _check(rest=lambda p, q: q)
        ),
        "the rest does not sum to 1.": _check(rest=lambda p, q: (p - q).clamp(min=0)),
        "the rest is what q has more of; it must be what p has more of.": (
            _check(rest=lambda p, q: leftover(q, p))
        ),
        "the rest has negative numbers: cut them at 0.": _check(rest=lambda p, q: p - q),
        "the distance |p − q| counts both sides; only what p has more of is missing.": (
            _check(rest=lambda p, q: _shared((p - q).abs()))
        ),
        "a softmax changes proportions; only divide by the sum.": (
            _check(rest=lambda p, q: (p - q).clamp(min=0).softmax(-1))
        ),
    },
    right=[
        lambda p, q, token, u: (u * q[token] < p[token], leftover(p, q)),
        lambda p, q, token, u: (
            u < min(1, p[token] / q[token]), _shared(p - torch.minimum(p, q)),
        ),
    ],
    hints=[
        "Where q offers a token too often, it must be refused in the right share of the cases.",
        "It is kept with probability min(1, p(x) / q(x)), that is, if u < p(x) / q(x).",
        "What p has more of than q: `(p - q).clamp(min=0)`, divided by its sum.",
    ],
)  # fmt: skip
