"""Exercises of notebook 07: training."""

import math

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import training


@exercise(
    "07",
    "A learning rate that rises and falls",
    hints=[
        "Two parts: as long as `step < warmup` a line, then half a cosine.",
        "Let the progress after the warm-up run from 0 to 1: "
        "`(step - warmup) / (steps - warmup)`. Then (1 + cos(π · progress)) / 2 falls from 1 to 0.",
        "A tenth stays, nine tenths fall: `0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2`",
    ],
    solution=training.rate_at,
)
def check_rate_at(rate_at):
    """step 0 … steps - 1, steps, peak, warmup -> the rate at this step."""
    rising = {
        "the first step must not be wasted: at step 0 the rate is peak / warmup.": (
            _rates(lambda s: 3 * s / 4, range(4))
        ),
        "nothing warms up: in the first steps the rate is a part of the peak.": [3.0] * 4,
        "these are parts of the peak; multiply by it.": (_rates(lambda s: (s + 1) / 4, range(4))),
        "the warm-up is over after `warmup` steps, not after all steps.": (
            _rates(lambda s: 3 * (s + 1) / 10, range(4))
        ),
    }
    got = _rates(lambda step: rate_at(step, 10, 3.0, 4), range(4))
    compare(got, [0.75, 1.5, 2.25, 3.0], rising, what="the warm-up to 3 in 4 steps")
    got = _rates(lambda step: rate_at(step, 10, 3.0, 4), range(4, 10))
    wanted = _rates(lambda step: training.rate_at(step, 10, 3.0, 4), range(4, 10))
    compare(got, wanted, _slips_of_the_fall(), what="the rates after the warm-up")
    got = _rates(lambda step: rate_at(step, 5, 1.0, 0), range(5))
    wanted = _rates(lambda step: training.rate_at(step, 5, 1.0, 0), range(5))
    compare(got, wanted, what="the rates of 5 steps without a warm-up")


def _rates(rate, steps):
    return torch.tensor([rate(step) for step in steps])


def _half(progress):
    return (1 + math.cos(math.pi * progress)) / 2


def _tenth(progress):
    return 0.1 + 0.9 * _half(progress)


WRONG_PARTS = {  # what is wrong, in words -> progress -> the part of the peak
    "this falls to 0; a tenth of the peak must stay.": _half,
    "this is cut off at a tenth; let the curve end there.": lambda p: max(0.1, _half(p)),
    "a tenth is added on top; only nine tenths may fall.": lambda p: 0.1 + _half(p),
    "this stays above a twentieth; a tenth is asked.": lambda p: 0.05 + 0.95 * _half(p),
    "this falls along a line; half a cosine is asked.": lambda p: 1 - 0.9 * p,
    "this is a quarter of a period: the cosine's angle runs from 0 to π.": (
        lambda p: 0.1 + 0.9 * math.cos(math.pi * p / 2)
    ),
    "this is a whole period, it rises again: the angle runs from 0 to π.": lambda p: _tenth(2 * p),
    "this rises: it begins at a tenth and ends at the peak.": lambda p: _tenth(1 - p),
    "0.1 and 0.9 have changed places: a tenth must stay.": lambda p: 0.9 + 0.1 * _half(p),
    "after the warm-up nothing falls. Take the cosine of the progress.": lambda p: 1.0,
}
WRONG_SPANS = {  # what is wrong, in words -> where the progress is 0 and where it is 1
    "the progress counts from step 0; it begins when the warm-up is over.": (0, 10),
    "the progress must reach 1 at `steps`: divide by steps - warmup.": (4, 14),
    "one step early: a tenth would be reached at step `steps`, one after the last.": (4, 9),
    "at step `warmup` the warm-up is over: there the rate is the peak.": (3, 10),
}


def _slips_of_the_fall():
    """What is wrong, in words -> the rates at the steps 4 … 9 of 10, after 4 of warm-up to 3."""

    def fall(part, first=4, last=10):
        return _rates(lambda step: 3 * part((step - first) / (last - first)), range(4, 10))

    beyond = "this passes the peak: at step `warmup` the line has ended. Ask for step < warmup."
    parts = {words: fall(part) for words, part in WRONG_PARTS.items()}
    parts[beyond] = torch.cat([torch.tensor([3 * 5 / 4]), fall(_tenth)[1:]])
    return parts | {words: fall(_tenth, *span) for words, span in WRONG_SPANS.items()}


@exercise(
    "07",
    "The loss of a batch",
    hints=[
        "The logits at place t are about the token at t + 1. Which tokens are targets?",
        "Each target costs -ln of the probability it was given; `log_softmax(-1)` makes all ln P.",
        "`gather(-1, targets.unsqueeze(-1))` picks their ln P; the loss is minus the mean.",
    ],
    solution=training.batch_loss,
)
def check_batch_loss(batch_loss):
    """logits (B, T, V) and idx (B, T + 1) -> the mean cost of a target, in nats."""
    dice = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(2, 3, 5, generator=dice)
    idx = torch.tensor([[0, 3, 1, 4], [2, 2, 0, 1]])
    got, wanted = batch_loss(logits.clone(), idx.clone()), training.batch_loss(logits, idx)
    compare(got, wanted, _slips_of_the_loss(logits, idx), what="the loss")
    V = logits.shape[-1]
    got = batch_loss(torch.zeros(3, 4, V), torch.arange(15).view(3, 5) % V)
    compare(got, math.log(V), what="the loss of equal logits, ln V,")


def _slips_of_the_loss(logits, idx):
    """What is wrong, in words -> what comes out then."""
    log_probs = logits.log_softmax(-1)
    paid = -_picked(log_probs, idx[:, 1:])
    shifted = "these targets are the tokens that were read; each place must pay for the next one."
    late = "the places are one too late: logits at t are about the token at t + 1."
    return {
        "the minus is missing: ln P is below 0, a cost is above.": -paid.mean(),
        "this is the sum; divide by the number of targets, B · T.": paid.sum(),
        "this is the cost of a whole text; divide by T as well.": paid.sum(1).mean(),
        "this sums over the texts; divide by B as well.": paid.sum(0).mean(),
        "each token's cost is right; their mean is missing.": paid,
        "each text's mean is right; one number is asked.": paid.mean(-1),
        "these are bits; the loss is in nats.": paid.mean() / math.log(2),
        "this is the perplexity, e to the loss.": paid.mean().exp(),
        "this is -ln of the mean P; asked is the mean of -ln P.": -(-paid).exp().mean().log(),
        "the logarithm is missing: this is the mean probability.": (-paid).exp().mean(),
        "only the last place counts here; every place has a target.": paid[:, -1].mean(),
        "the last target is forgotten; each of the T places has one.": paid[:, :-1].mean(),
        shifted: -_picked(log_probs, idx[:, :-1]).mean(),
        late: -_picked(log_probs[:, 1:], idx[:, 1:-1]).mean(),
        **_slips_of_the_softmax(logits, idx[:, 1:]),
    }


def _slips_of_the_softmax(logits, targets):
    B, T, V = logits.shape
    torn = "`view` to (B, V, T) mixes places and tokens. Swap with transpose, or flatten B and T."
    wrong = {
        "the logits still have to become ln P: log_softmax is missing.": logits,
        "the logits go through two softmaxes; cross_entropy has one inside.": (
            logits.softmax(-1).log_softmax(-1)
        ),
        "the softmax runs over the places, not over the vocabulary.": logits.log_softmax(1),
        "the softmax runs over the texts, not over the vocabulary.": logits.log_softmax(0),
        torn: logits.view(B, V, T).log_softmax(1).mT,
    }
    return {words: -_picked(log_probs, targets).mean() for words, log_probs in wrong.items()}


def _picked(values, tokens):
    """The entry of each token: (B, T, V) and (B, T) -> (B, T)."""
    return values.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


@exercise(
    "07",
    "Clipping by the global norm",
    hints=[
        "One norm for all tensors together: the root of the sum of all squares.",
        "All are multiplied by one factor, so that the direction stays. When must it be 1?",
        "The factor is `min(1.0, most / norm)`, and every gradient is multiplied by it.",
    ],
    solution=training.clipped,
)
def check_clipped(clipped):
    """A list of gradients and the largest norm allowed -> the list of clipped gradients."""
    gradients = [torch.tensor([3.0, -1.0]), torch.tensor([[2.0, 1.0], [-1.0, 3.0]])]  # norm 5
    row, what = _flat(gradients), "the row of gradients, of norm 5, clipped at 1,"
    got = _answered(clipped, gradients, 1.0)
    compare(got, row / 5, _slips_of_clipping(gradients), what=what)
    slips = {"this has norm 1; what is asked is the norm `most`.": row / 5}
    got = _answered(clipped, gradients, 2.0)
    compare(got, row * 2 / 5, slips, what="the row of gradients, of norm 5, clipped at 2,")
    slips = {"a small gradient must stay as it is; this one has grown.": row * 2 / 5}
    got = _answered(clipped, [g / 10 for g in gradients], 2.0)
    compare(got, row / 10, slips, what="the row of gradients, of norm 0.5, clipped at 2,")


def _slips_of_clipping(gradients):
    """What is wrong, in words -> what comes out then, clipped at 1."""
    row, norm = _flat(gradients), _flat(gradients).norm()
    added = "the norms of the tensors are added; add their squares, then take the root."
    sizes = "this divides by the sum of the sizes; the norm is the root of the sum of squares."
    return {
        "each tensor has been clipped alone. One norm for all, or the direction changes.": (
            _flat([g / g.norm() for g in gradients])
        ),
        "each number is cut at ±1, which changes the direction. Scale all.": row.clamp(-1, 1),
        "the gradients are as they were; their norm of 5 is too large.": row,
        "the norm is the root of the sum of squares; the root is missing.": row / norm**2,
        added: row / sum(g.norm() for g in gradients),
        "this divides by the largest number; the norm counts all of them.": row / row.abs().max(),
        sizes: row / row.abs().sum(),
        "the factor is upside down: too large a gradient must become smaller.": row * norm,
        "add up the squares; do not average them.": row / row.square().mean().sqrt(),
    }


def _flat(tensors):
    return torch.cat([tensor.flatten() for tensor in tensors])


def _answered(clipped, gradients, most):
    """The reader's gradients in one row, after a look at how many and what shape they are."""
    got = clipped([gradient.clone() for gradient in gradients], most)
    require(isinstance(got, (list, tuple)), "return a list with one tensor for each gradient.")
    got, shapes = [torch.as_tensor(g) for g in got], [g.shape for g in gradients]
    require([g.shape for g in got] == shapes, "every gradient must keep its place and its shape.")
    return _flat(got)
