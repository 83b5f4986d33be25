"""Exercises of notebook *The block*: the block."""

import functools

import torch
from torch.nn import functional as F

from helpers.practice.answers import normals
from helpers.practice.exercise import CHANGED, Exercise


def layer_norm(x, weight, bias, eps):
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return weight * centred / (variance + eps).sqrt() + bias


def _norm(dims=-1, less=0, spread=lambda variance, eps: (variance + eps).sqrt()):
    """LayerNorm with a slip. less: is taken from the number that the variance is divided by."""

    def answer(x, weight, bias, eps):
        variance, mean = torch.var_mean(x, dims, correction=less, keepdim=True)
        return weight * (x - mean) / spread(variance, eps) + bias

    return answer


def _by_torch(x, weight, bias, eps):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def _in_doubles(x, weight, bias, eps):
    return _norm()(x.double(), weight, bias, eps)


X = normals(0, (2, 3, 4))[0] * 2 + 1
WEIGHT, BIAS = torch.tensor([1.0, 2.0, -1.0, 0.5]), torch.tensor([0.0, 1.0, 2.0, -1.0])
check_layer_norm = Exercise(
    "07 LayerNorm from its formula",
    "x (B, T, C), weight and bias (C,), eps > 0 -> (B, T, C), each token by itself.",
    layer_norm,
    cases={
        "the result": (X, WEIGHT, BIAS, 1e-7),
        "the result with eps = 0.5": (X, WEIGHT, BIAS, 0.5),
    },
    slips={
        "the variance is divided by C - 1; LayerNorm divides by C.": _norm(less=1),
        "mean and variance run over the positions: a token would hear from others.": _norm(1),
        "mean and variance run over the batch: a token would hear from other texts.": _norm(0),
        "mean and variance run over positions and channels; each token has its own.": _norm((1, 2)),
        "mean and variance run over everything; each token has its own.": _norm((0, 1, 2)),
        "mean and variance run over batch and positions. That is batch norm.": _norm((0, 1)),
        "the root is missing: divide by the standard deviation.": _norm(spread=torch.add),
        "the mean is not subtracted; it must be 0 before weight and bias act.": (
            lambda x, weight, bias, eps: F.rms_norm(x, x.shape[-1:], weight, eps) + bias
        ),
        "weight and bias are missing.": lambda x, weight, bias, eps: _by_torch(x, None, None, eps),
        "the weight is missing.": lambda x, weight, bias, eps: _by_torch(x, None, bias, eps),
        "the bias is missing.": lambda x, weight, bias, eps: _by_torch(x, weight, None, eps),
        "the bias is added before the weight acts; it comes last.": (
            lambda x, weight, bias, eps: _by_torch(x, weight, weight * bias, eps)
        ),
        "eps is added outside the root; it belongs to the variance, inside.": (
            _norm(spread=lambda variance, eps: variance.sqrt() + eps)
        ),
        "another eps changes nothing; add the one that is given to the variance.": (
            _norm(spread=lambda variance, eps: variance.sqrt())
        ),
        "eps is squared here; add it to the variance as it is.": (
            _norm(spread=lambda variance, eps: (variance + eps**2).sqrt())
        ),
    },
    right=[_by_torch, _in_doubles],
    hints=[
        "Mean and variance belong to one token: both run over its channels, the last dimension.",
        "With `keepdim=True` a mean keeps its place and can be subtracted from x.",
        "The variance is `centred.square().mean(-1, keepdim=True)`; eps is added to it before "
        "the root.",
    ],
)


def stream(x, branches, final_norm):
    for norm, f in branches:
        x = x + f(norm(x))
    return final_norm(x)


def _same(x):
    return x


def _scaled(scale):
    return lambda x: scale * F.layer_norm(x, x.shape[-1:])


def _step_by_step(step):
    """The stream with a slip in every step, a function of x, norm and f."""
    return lambda x, branches, final: final(functools.reduce(lambda x, b: step(x, *b), branches, x))


def _in_place(x, branches, final_norm):
    for norm, f in branches:
        x += f(norm(x))
    return final_norm(x)


SLIPS_OF_THE_STREAM = {
    "nothing is added: each branch replaces the stream, as without residuals.": (
        _step_by_step(lambda x, norm, f: f(norm(x)))
    ),
    "this is post-norm: the sum is normalised. Normalise what the branch reads.": (
        _step_by_step(lambda x, norm, f: norm(x + f(x)))
    ),
    "the branch adds to the normalised stream; the stream itself stays as it is.": (
        _step_by_step(lambda x, norm, f: norm(x) + f(norm(x)))
    ),
    "the norm acts on what the branch adds; it must act on what it reads.": (
        _step_by_step(lambda x, norm, f: x + norm(f(x)))
    ),
    "the branches read the stream without their norms.": _step_by_step(lambda x, norm, f: x + f(x)),
    "all branches read the first x; each must read what those before it have added.": (
        lambda x, branches, final: final(x + sum(f(norm(x)) for norm, f in branches))
    ),
    "only the first branch is used; a `return` may stand inside the loop.": (
        lambda x, branches, final: stream(x, branches[:1], final)
    ),
    "only the last branch counts; keep the sum from one branch to the next.": (
        lambda x, branches, final: stream(x, branches[-1:], final)
    ),
    "the final norm is missing: the head must not read the bare stream.": (
        lambda x, branches, final: stream(x, branches, _same)
    ),
    "the final norm acts inside the loop; it comes once, at the end.": lambda x, branches, final: (
        _step_by_step(lambda x, *b: stream(x, [b], final))(x, branches, _same)
    ),
    CHANGED: _in_place,
}


def _bend(matrix):
    return lambda x: torch.tanh(x @ matrix)


STREAM, *MATRICES = normals(0, (1, 2, 3), (3, 3), (3, 3), (3, 3))
BRANCHES = list(zip(map(_scaled, (1.0, 2.0, 0.5)), map(_bend, MATRICES), strict=True))
check_stream = Exercise(
    "07 The stream through pre-norm branches",
    "x (B, T, C), branches of (norm, f), a final norm -> (B, T, C).",
    stream,
    cases={
        "the stream before the final norm": (STREAM, BRANCHES, _same),
        "the stream after the final norm": (STREAM, BRANCHES, _scaled(3.0)),
    },
    slips=SLIPS_OF_THE_STREAM,
    right=[
        _step_by_step(lambda x, norm, f: x + f(norm(x))),
        lambda x, branches, final: _in_place(x.clone(), branches, final),
    ],
    hints=[
        "One branch after the other: each reads the stream as the ones before have left it.",
        "A branch reads the normalised stream and adds to the stream that is not normalised.",
        "`x = x + f(norm(x))` for every branch; the final norm only once, after the loop.",
    ],
)
