"""A mixture of experts, P(y | x) = Σ_m g_m(x) N(y; w_m·(1, x), σ_m²): a gate chooses who answers.

Numbers may come as lists, arrays or tensors; answers are float64 tensors. n points, d inputs, M
experts; a row of coefficients begins with the constant's. The module `em` fits a mixture to data.
Sources: Jacobs, Jordan, Nowlan & Hinton 1991; Jordan & Jacobs 1994. Notebook *Mixture of experts*.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import checked
from helpers.basics.tensors import double


@dataclass(frozen=True, eq=False)
class Mixture:
    """The parameters of a mixture: which expert is asked, what it answers, how far it errs.

    gate: (M, d+1), linear scores of which a softmax makes g(x); only their differences matter.
    weights: (M, d+1), a line per expert. variances: (M,), of the noise around the lines. They are
    kept as float64 tensors, with their gradients. ValueError unless they fit together and are
    finite, and the variances above 0.
    """

    gate: Tensor
    weights: Tensor
    variances: Tensor

    def __post_init__(self) -> None:
        parts = [double(part) for part in (self.gate, self.weights, self.variances)]
        for name, part in zip(("gate", "weights", "variances"), parts, strict=True):
            object.__setattr__(self, name, part)
        shapes = [tuple(part.shape) for part in parts]
        fits = len(shapes[0]) == 2 and 0 not in shapes[0] and shapes[0] == shapes[1]
        if not fits or shapes[2] != shapes[0][:1]:
            raise ValueError(
                "gate and weights must be (M, d+1), a row for each expert that begins with the "
                f"constant's coefficient, and variances (M,); got shapes {shapes}. "
                "Try Mixture([[0.0, 0.0]] * 2, [[1.0, 0.0], [-1.0, 0.0]], [1.0, 1.0])."
            )
        checked("gate", self.gate, np.isfinite, "be finite", "Try zeros.")
        checked("weights", self.weights, np.isfinite, "be finite", "Try zeros.")
        positive = "be finite and above 0"
        checked("variances", self.variances, lambda v: (v > 0) & (v < math.inf), positive, "Try 1.")


def gate_probabilities(x, gate) -> Tensor:
    """g_m(x) = P(z = m | x), the prior: softmax of linear scores, (n, M); rows sum to 1.

    x: (n, d), or (n,) for d = 1, without the constant; gate: (M, d+1), the constant's column
    first. Adding the same row to all rows of the gate changes nothing; `em` keeps the last at 0.
    """
    return scores(design(x), double(gate)).softmax(-1)


@takes(mixture="with variances")
def log_density(x, y, mixture: Mixture) -> Tensor:
    """ln P(y | x) of every point: (n,), in nats. x: (n, d) or (n,); y: (n,)."""
    return log_joint(*data(x, y), mixture).logsumexp(-1)


@takes(mixture="with variances")
def log_likelihood(x, y, mixture: Mixture) -> Tensor:
    """Σ_n ln P(y_n | x_n), in nats: what EM raises from step to step."""
    return log_density(x, y, mixture).sum()


@takes(mixture="with variances")
def responsibilities(x, y, mixture: Mixture) -> Tensor:
    """h_m(x, y) = P(z = m | x, y) = g_m P_m / Σ_j g_j P_j, the posterior: (n, M), rows sum to 1.

    The gate g_m(x) = P(z = m | x) is the prior; h needs y, so at test time it does not exist.
    """
    return log_joint(*data(x, y), mixture).softmax(-1)


@takes(mixture="with variances")
def lower_bound(x, y, mixture: Mixture, responsibilities) -> Tensor:
    """Σ_n Σ_m h_nm ln(g_m P_m / h_nm), in nats: what the M-step of EM raises for a fixed h.

    For any h (n, M) whose rows sum to 1 it lies below the log-likelihood, by the Kullback-Leibler
    divergence of h from the posterior; it touches where h is the posterior. Jordan & Jacobs 1994.
    """
    joint, h = log_joint(*data(x, y), mixture), double(responsibilities)
    rows = h.shape == joint.shape and bool((h >= 0).all())
    if not rows or not bool(((h.sum(-1) - 1).abs() < 1e-6).all()):
        raise ValueError(
            f"Responsibilities must be {tuple(joint.shape)}, none below 0, with rows that sum to "
            f"1; got shape {tuple(h.shape)}. Try mixtures.responsibilities(x, y, mixture)."
        )
    return (h * joint).sum() + torch.special.entr(h).sum()


def log_joint(X: Tensor, y: Tensor, mixture: Mixture) -> Tensor:
    """ln g_m(x_n) + ln P_m(y_n | x_n): (n, M), for a design X with the constant's column."""
    log_g = scores(X, mixture.gate).log_softmax(-1)
    squares = (y[:, None] - X @ mixture.weights.T) ** 2
    variances = mixture.variances
    return log_g - (squares / variances + variances.log() + math.log(2 * math.pi)) / 2


@takes(mixture="with variances")
def predict(x, mixture: Mixture) -> tuple[Tensor, Tensor]:
    """Mean and variance of y at every x: f̄ = Σ_m g_m μ_m, and within + ambiguity; (n,) each."""
    g, means = _at(x, mixture)
    return (g * means).sum(-1), sum(spread(x, mixture))


@takes(mixture="with variances")
def spread(x, mixture: Mixture) -> tuple[Tensor, Tensor]:
    """The two parts of the variance of y: within, Σ_m g_m σ_m², and ambiguity, Σ_m g_m (μ_m - f̄)².

    The noise inside the experts, and how far they disagree; (n,) each.
    """
    g, means = _at(x, mixture)
    mean = (g * means).sum(-1, keepdim=True)
    return g @ mixture.variances, (g * (means - mean) ** 2).sum(-1)


@takes(mixture="with variances", generator="generator")
def sample(x, mixture: Mixture, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
    """At every x draw an expert from the gate, then y from that expert's line and noise.

    Returns z, the numbers of the experts, and y: (n,) each.
    """
    g, means = _at(x, mixture)
    z = torch.multinomial(g, 1, generator=generator)
    noise = torch.randn(len(g), dtype=g.dtype, generator=generator)
    return z[:, 0], means.gather(1, z)[:, 0] + mixture.variances[z[:, 0]].sqrt() * noise


def design(x) -> Tensor:
    """The inputs with a column of ones before them: (n, d) -> (n, d+1), and (n,) -> (n, 2).

    ValueError unless all are finite and there is at least one point.

    >>> design([[3.0], [4.0]]).tolist()
    [[1.0, 3.0], [1.0, 4.0]]
    """
    x = double(x)
    x = x.reshape(-1, 1) if x.ndim < 2 else x
    if x.ndim != 2 or not len(x) or not x.isfinite().all():
        raise ValueError(
            "x must hold at least one point, as (n, d) or (n,), all numbers finite; got shape "
            f"{tuple(x.shape)} with {int((~x.isfinite()).sum())} that are not. "
            "Try x[:, None] for a single input, and leave out the points with gaps."
        )
    return torch.cat([x.new_ones(len(x), 1), x], 1)


def data(x, y) -> tuple[Tensor, Tensor]:
    """The design (n, d+1) and the targets (n,); ValueError unless they fit and are finite."""
    X, y = design(x), double(y)
    y = y.reshape(-1) if y.ndim == 0 else y
    if y.shape != X.shape[:1] or not y.isfinite().all():
        raise ValueError(
            f"y must hold one finite number for each of the {len(X)} points of x; got shape "
            f"{tuple(y.shape)} with {int((~y.isfinite()).sum())} that are not finite. "
            "Try y.reshape(-1), and leave out the points with gaps."
        )
    return X, y


def scores(X: Tensor, gate: Tensor) -> Tensor:
    """A linear score for every point and expert: (n, M); ValueError if the gate does not fit X."""
    if gate.ndim != 2 or not len(gate) or gate.shape[1] != X.shape[1]:
        raise ValueError(
            f"The gate must have one row per expert with {X.shape[1]} numbers, the constant's "
            f"first (M, d+1); got shape {tuple(gate.shape)} for d = {X.shape[1] - 1} inputs. "
            f"Try [[0.0] * {X.shape[1]}] * 2 for two experts."
        )
    checked("gate", gate, np.isfinite, "be finite", "Try zeros.")
    return X @ gate.T


def _at(x, mixture: Mixture) -> tuple[Tensor, Tensor]:
    """At every x the gate's probabilities and the experts' means: (n, M) each."""
    return gate_probabilities(x, mixture.gate), design(x) @ mixture.weights.T
