"""Exercises of notebook 06: the block."""

import torch

from helpers.practice.exercise import compare, exercise
from helpers.practice.solutions import block


@exercise(
    "06",
    "LayerNorm from its formula",
    hints=[
        "Mean and variance belong to one token: both run over its channels, the last dimension.",
        "With `keepdim=True` a mean keeps its place and can be subtracted from x.",
        "The variance is `centred.square().mean(-1, keepdim=True)`; eps is added to it before "
        "the root.",
    ],
    solution=block.layer_norm,
)
def check_layer_norm(layer_norm):
    """x (B, T, C), weight and bias (C,), eps > 0 -> (B, T, C), each token by itself."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 4, generator=dice) * 2 + 1
    weight, bias = torch.tensor([1.0, 2.0, -1.0, 0.5]), torch.tensor([0.0, 1.0, 2.0, -1.0])
    given = x, weight, bias, 1e-7
    got = layer_norm(x.clone(), weight.clone(), bias.clone(), 1e-7)
    compare(got, block.layer_norm(*given), _slips_of_the_norm(*given))
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    outside = "eps is added outside the root; it belongs to the variance, inside."
    slips = {
        outside: weight * centred / (variance.sqrt() + 0.5) + bias,
        "another eps changes nothing; add the one that is given to the variance.": (
            weight * centred / variance.sqrt() + bias
        ),
        "eps is squared here; add it to the variance as it is.": (
            weight * centred / (variance + 0.25).sqrt() + bias
        ),
    }
    got = layer_norm(x.clone(), weight.clone(), bias.clone(), 0.5)
    compare(got, block.layer_norm(x, weight, bias, 0.5), slips, what="the result with eps = 0.5")


def _slips_of_the_norm(x, weight, bias, eps):
    """What is wrong, in words -> what comes out then."""

    def over(dims, less=0, root=True):
        variance, mean = torch.var_mean(x, dims, correction=less, keepdim=True)
        spread = (variance + eps).sqrt() if root else variance + eps
        return weight * (x - mean) / spread + bias

    size = (x.square().mean(-1, keepdim=True) + eps).sqrt()
    right = (over(-1) - bias) / weight
    return {
        "the variance is divided by C - 1; LayerNorm divides by C.": over(-1, less=1),
        "mean and variance run over the positions: a token would hear from others.": over(1),
        "mean and variance run over the batch: a token would hear from other texts.": over(0),
        "mean and variance run over positions and channels; each token has its own.": over((1, 2)),
        "mean and variance run over everything; each token has its own.": over((0, 1, 2)),
        "mean and variance run over batch and positions. That is batch norm.": over((0, 1)),
        "the root is missing: divide by the standard deviation.": over(-1, root=False),
        "the mean is not subtracted; it must be 0 before weight and bias act.": (
            weight * x / size + bias
        ),
        "weight and bias are missing.": right,
        "the weight is missing.": right + bias,
        "the bias is missing.": right * weight,
        "the bias is added before the weight acts; it comes last.": (right + bias) * weight,
    }


@exercise(
    "06",
    "The stream through pre-norm branches",
    hints=[
        "One branch after the other: each reads the stream as the ones before have left it.",
        "A branch reads the normalised stream and adds to the stream that is not normalised.",
        "`x = x + f(norm(x))` for every branch; the final norm only once, after the loop.",
    ],
    solution=block.stream,
)
def check_stream(stream):
    """x (B, T, C), branches of (norm, f), a final norm -> (B, T, C)."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(1, 2, 3, generator=dice)
    branches = [(_scaled(scale), _bend(dice)) for scale in (1.0, 2.0, 0.5)]
    wanted = block.stream(x, branches, _same)
    got = stream(x.clone(), list(branches), _same)
    what = "the stream before the final norm"
    compare(got, wanted, _slips_of_the_stream(x, branches), what=what)
    final = _scaled(3.0)
    slips = {
        "the final norm is missing: the head must not read the bare stream.": wanted,
        "the final norm acts inside the loop; it comes once, at the end.": _inside(
            x, branches, final
        ),
    }
    got = stream(x.clone(), list(branches), final)
    compare(got, block.stream(x, branches, final), slips, what="the stream after the final norm")


def _same(x):
    return x


def _scaled(scale):
    return lambda x: scale * torch.nn.functional.layer_norm(x, x.shape[-1:])


def _bend(dice):
    matrix = torch.randn(3, 3, generator=dice)
    return lambda x: torch.tanh(x @ matrix)


def _slips_of_the_stream(x, branches):
    """What is wrong, in words -> what comes out then."""
    steps = {
        "nothing is added: each branch replaces the stream, as without residuals.": (
            lambda x, norm, f: f(norm(x))
        ),
        "this is post-norm: the sum is normalised. Normalise what the branch reads.": (
            lambda x, norm, f: norm(x + f(x))
        ),
        "the branch adds to the normalised stream; the stream itself stays as it is.": (
            lambda x, norm, f: norm(x) + f(norm(x))
        ),
        "the norm acts on what the branch adds; it must act on what it reads.": (
            lambda x, norm, f: x + norm(f(x))
        ),
        "the branches read the stream without their norms.": lambda x, norm, f: x + f(x),
    }
    apart = "all branches read the first x; each must read what those before it have added."
    first = "only the first branch is used; a `return` may stand inside the loop."
    return {
        **{words: _through(x, branches, step) for words, step in steps.items()},
        apart: x + sum(f(norm(x)) for norm, f in branches),
        first: block.stream(x, branches[:1], _same),
        "only the last branch counts; keep the sum from one branch to the next.": (
            block.stream(x, branches[-1:], _same)
        ),
    }


def _through(x, branches, step):
    for norm, f in branches:
        x = step(x, norm, f)
    return x


def _inside(x, branches, final):
    return _through(x, branches, lambda x, norm, f: final(x + f(norm(x))))


@exercise(
    "06",
    "Dropout with given dice",
    hints=[
        "In evaluation dropout does nothing at all.",
        "In training a number is kept with probability 1 - p. What must it be divided by, so that "
        "its expected value stays?",
        "`x * kept / (1 - p)` when training, else x.",
    ],
    solution=block.after_dropout,
)
def check_after_dropout(after_dropout):
    """x, kept of the same shape (True: stays), p, training -> x after dropout."""
    x = torch.tensor([1.0, 2.0, -3.0, 4.0, 5.0, -6.0])
    kept, p = torch.tensor([True, False, True, True, False, True]), 0.2
    slips = {
        "what is kept must grow by 1 / (1 - p); else all numbers are smaller on average.": x * kept,
        "you multiplied by 1 - p: what is kept must become larger, not smaller.": x
        * kept
        * (1 - p),
        "you divided by p, but a number is kept with probability 1 - p.": x * kept / p,
        "the mask is the wrong way round: True means that a number stays.": x * ~kept / (1 - p),
        "the share that happened to be kept is not 1 - p; dropout divides by 1 - p.": (
            x * kept / kept.float().mean()
        ),
        "this is x, unchanged; in training numbers are dropped.": x,
        "what is dropped must be 0; all numbers are still there.": x / (1 - p),
    }
    what = "x in training, with p = 0.2"
    wanted = block.after_dropout(x, kept, p, True)
    compare(after_dropout(x.clone(), kept.clone(), p, True), wanted, slips, what=what)
    slips = {
        "in evaluation nothing may be dropped.": x * kept / (1 - p),
        "in evaluation nothing may be dropped, whatever the factor.": x * kept,
        "in evaluation nothing may be rescaled: training has taken care of that.": x * (1 - p),
        "in evaluation nothing is dropped, so nothing may grow.": x / (1 - p),
    }
    got = after_dropout(x.clone(), kept.clone(), p, False)
    compare(got, x, slips, what="x in evaluation")
