"""A mixture of experts: P(y | x) = Σ_m g_m(x) N(y; w_m·(1, x), σ_m²), fitted by EM.

All functions take lists, arrays or tensors and compute in float64; a numpy x is answered in numpy
arrays, anything else in tensors. n points, d inputs, M experts; a row of coefficients begins with
the constant's. Sources: Jacobs, Jordan, Nowlan & Hinton 1991; Jordan & Jacobs 1994. Notebook 11.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.theory.arrays import double, in_kind
from helpers.theory.experts import (
    check_experts,
    data,
    fit_experts,
    log_normal,
    weighted_least_squares,
)
from helpers.theory.gating import design, gate_probabilities, gate_step, rows
from helpers.theory.starts import check_height, check_patience, start

__all__ = ["EMResult", "ascend", "em_step", "fit", "fit_experts", "gate_probabilities"]
__all__ += ["log_density", "log_likelihood", "predict", "responsibilities", "sample", "spread"]

Parameters = tuple[Tensor, Tensor, Tensor]  # gate, weights, variances


class EMResult(NamedTuple):
    """What EM has found: the log-likelihood after every step, the parameters, the posteriors.

    log_likelihood: (steps + 1,) nats, summed over the data, the start's first; it never falls.
    gate, weights: (M, d+1), the gate's last row 0; variances: (M,); responsibilities: (n, M).
    """

    log_likelihood: Tensor
    gate: Tensor
    weights: Tensor
    variances: Tensor
    responsibilities: Tensor

    @property
    def parameters(self) -> Parameters:
        """gate, weights, variances: for `predict(x, *result.parameters)`."""
        return self.gate, self.weights, self.variances


@in_kind
def log_density(x, y, gate, weights, variances) -> Tensor:
    """ln P(y | x) of every point: (n,), in nats. x: (n, d) or (n,); y: (n,)."""
    return log_joint(*_model(x, y, gate, weights, variances)).logsumexp(-1)


def log_likelihood(x, y, gate, weights, variances) -> Tensor:
    """Σ_n ln P(y_n | x_n), in nats: the height that EM climbs."""
    return log_density(x, y, gate, weights, variances).sum()


@in_kind
def responsibilities(x, y, gate, weights, variances) -> Tensor:
    """h_m(x, y) = P(z = m | x, y) = g_m P_m / Σ_j g_j P_j, the posterior: (n, M), rows sum to 1.

    The gate g_m(x) = P(z = m | x) is the prior; h needs y, so at test time it does not exist.
    """
    return log_joint(*_model(x, y, gate, weights, variances)).softmax(-1)


def log_joint(X: Tensor, y: Tensor, gate: Tensor, weights: Tensor, variances: Tensor) -> Tensor:
    """ln g_m(x_n) + ln P_m(y_n | x_n): (n, M), for a design X with the constant's column."""
    return (X @ gate.T).log_softmax(-1) + log_normal(X, y, weights, variances)


@in_kind
def predict(x, gate, weights, variances) -> tuple[Tensor, Tensor]:
    """Mean and variance of y at every x: f̄ = Σ_m g_m μ_m, and within + ambiguity; (n,) each."""
    g, means, variances = _at(x, gate, weights, variances)
    mean = (g * means).sum(-1)
    return mean, g @ variances + _ambiguity(g, means)


@in_kind
def spread(x, gate, weights, variances) -> tuple[Tensor, Tensor]:
    """The two parts of the variance of y: within, Σ_m g_m σ_m², and ambiguity, Σ_m g_m (μ_m - f̄)².

    The noise inside the experts, and how far they disagree; (n,) each.
    """
    g, means, variances = _at(x, gate, weights, variances)
    return g @ variances, _ambiguity(g, means)


def _ambiguity(g: Tensor, means: Tensor) -> Tensor:
    mean = (g * means).sum(-1, keepdim=True)
    return (g * (means - mean) ** 2).sum(-1)


@in_kind
def sample(x, gate, weights, variances, generator: torch.Generator | None = None):
    """The stochastic selector: at every x draw an expert from the gate, then y from that expert.

    Returns z, the numbers of the experts, and y: (n,) each.
    """
    g, means, variances = _at(x, gate, weights, variances)
    z = torch.multinomial(g, 1, generator=generator)
    noise = torch.randn(len(g), dtype=g.dtype, generator=generator)
    return z[:, 0], means.gather(1, z)[:, 0] + variances[z[:, 0]].sqrt() * noise


@in_kind
def fit(
    x,
    y,
    *,
    gate=None,
    weights=None,
    variances=None,
    n_experts: int = 2,
    seed: int = 0,
    steps: int = 1000,
    tol: float = 1e-12,
) -> EMResult:
    """Climb the log-likelihood by EM, from the given start or from one drawn from the seed.

    x: (n, d) or (n,), without the constant; y: (n,). gate, weights: (M, d+1), variances: (M,); what
    is given decides M, else n_experts. At most `steps` steps. tol, in nats: EM stops after a step
    that raises the log-likelihood of *all* the data together by no more than tol; 1e-12 is where
    float64 hardly sees progress, 0.001 is enough for a picture. A stop is a stationary point: it
    may be a local maximum, or the fixed point of experts that began alike. No variance falls
    below 1e-6 Var(y). ValueError if data or start do not fit together.
    """
    path = ascend(x, y, gate, weights, variances, n_experts, seed, steps, tol)
    return deque(path, maxlen=1)[0]


def ascend(
    x, y, gate=None, weights=None, variances=None, n_experts=2, seed=0, steps=1000, tol=1e-12
) -> Iterator[EMResult]:
    """The result of `fit` after 0, 1, 2, … steps, one after the other, in tensors."""
    check_patience(steps, tol)
    X, y = data(x, y)
    theta = start(X, y, gate, weights, variances, n_experts, seed)
    heights = []
    for _ in range(steps + 1):
        joint = log_joint(X, y, *theta)
        height = joint.logsumexp(-1).sum().item()
        gain = height - heights[-1] if heights else check_height(height)
        if gain < 0:  # the last digit's rounding: this is the summit
            return
        heights.append(height)
        yield EMResult(double(heights), *theta, joint.softmax(-1))
        if gain <= tol:
            return
        theta = _climb(X, y, joint.softmax(-1), theta[0])


@in_kind
def em_step(x, y, gate, weights, variances) -> Parameters:
    """One step of EM: new gate, weights and variances, whose log-likelihood is no lower.

    E: the responsibilities h. M: every expert by least squares weighted with h; the gate by one
    Newton step towards h (a generalised EM: not the best gate for h, only no worse a one).
    """
    X, y, gate, *experts = _model(x, y, gate, weights, variances)
    return _climb(X, y, log_joint(X, y, gate, *experts).softmax(-1), gate)


def _climb(X: Tensor, y: Tensor, h: Tensor, gate: Tensor) -> Parameters:
    return gate_step(X, h, gate), *weighted_least_squares(X, y, h)


def _model(x, y, gate, weights, variances) -> tuple[Tensor, ...]:
    X, y = data(x, y)
    return X, y, *_parameters(X, gate, weights, variances)


def _at(x, gate, weights, variances) -> tuple[Tensor, Tensor, Tensor]:
    """At every x: the gate's probabilities and the experts' means, (n, M) each; the variances."""
    X = design(x)
    gate, weights, variances = _parameters(X, gate, weights, variances)
    return (X @ gate.T).softmax(-1), X @ weights.T, variances


def _parameters(X: Tensor, gate, weights, variances) -> Parameters:
    """As tensors; ValueError unless there are as many rows in the gate as there are experts."""
    gate, experts = rows(gate, "gate", X), check_experts(X, weights, variances)
    if len(gate) != len(experts[0]):
        raise ValueError(
            f"The gate must have a row for each of the {len(experts[0])} experts, the last one's "
            f"included; got {len(gate)}. Try a last row of zeros."
        )
    return gate, *experts
