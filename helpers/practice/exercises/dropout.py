"""Exercises of notebook *The block*: dropout."""

import torch

from helpers.practice.exercise import Exercise


def after_dropout(x, kept, p, training):
    if not training:
        return x
    return x * kept / (1 - p)


def _train(factor):
    """Dropout with another factor of x in training, made from kept and p."""
    return lambda x, kept, p, training: x * factor(kept, p) if training else x


def _eval(factor):
    """Dropout with a factor of x in evaluation, made from kept and p."""
    return lambda x, kept, p, training: x * (kept / (1 - p) if training else factor(kept, p))


SLIPS_OF_DROPOUT = {
    "in training what is kept must be divided by 1 - p, as PyTorch does. (Srivastava et al. 2014 "
    "leave it alone and multiply by 1 - p in evaluation instead.)": _train(lambda kept, p: kept),
    "you multiplied by 1 - p: what is kept must become larger, not smaller.": (
        _train(lambda kept, p: kept * (1 - p))
    ),
    "you divided by p, but a number is kept with probability 1 - p.": _train(torch.div),
    "the mask is the wrong way round: True means that a number stays.": (
        _train(lambda kept, p: ~kept / (1 - p))
    ),
    "the share that happened to be kept is not 1 - p; dropout divides by 1 - p.": (
        _train(lambda kept, p: kept / kept.float().mean())
    ),
    "this is x, unchanged; in training numbers are dropped.": lambda x, *given: x,
    "what is dropped must be 0; all numbers are still there.": _train(lambda kept, p: 1 / (1 - p)),
    "in evaluation nothing may be dropped.": _eval(lambda kept, p: kept / (1 - p)),
    "in evaluation nothing may be dropped, whatever the factor.": _eval(lambda kept, p: kept),
    "in evaluation nothing may be rescaled: training has taken care of that.": (
        _eval(lambda kept, p: 1 - p)
    ),
    "in evaluation nothing is dropped, so nothing may grow.": _eval(lambda kept, p: 1 / (1 - p)),
}
X = torch.tensor([1.0, 2.0, -3.0, 4.0, 5.0, -6.0])
KEPT = torch.tensor([True, False, True, True, False, True])
check_after_dropout = Exercise(
    "07 Dropout with a given mask",
    "x, kept of the same shape (True: stays), p, training -> x after dropout.",
    after_dropout,
    cases={
        "x in training, with p = 0.2": (X, KEPT, 0.2, True),
        "x in evaluation": (X, KEPT, 0.2, False),
    },
    slips=SLIPS_OF_DROPOUT,
    right=[
        lambda x, kept, p, training: torch.where(kept, x / (1 - p), 0.0) if training else x,
        lambda x, kept, p, training: x * kept.double() / (1 - p) if training else x.clone(),
    ],
    hints=[
        "In evaluation dropout does nothing at all.",
        "In training a number is kept with probability 1 - p. What must it be divided by, so that "
        "its expected value stays?",
        "`x * kept / (1 - p)` when training, else x.",
    ],
)
