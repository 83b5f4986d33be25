"""Where EM begins: what is given, and for the rest a draw. Notebook 11."""

import math

import torch
from torch import Tensor

from helpers.theory.experts import check_experts, variance_floor, weighted_least_squares
from helpers.theory.gating import rows

Start = tuple[Tensor, Tensor, Tensor]


def start(
    X: Tensor, y: Tensor, gate=None, weights=None, variances=None, n_experts: int = 2, seed: int = 0
) -> Start:
    """gate, weights (M, d+1) and variances (M,); what is given decides M, else n_experts.

    By default the gate is indifferent, and every expert is the one regression line of all the
    data, shaken by about the size of its residuals; all begin with the residuals' variance.
    """
    M = _count([gate, weights, variances], n_experts)
    line, residual = weighted_least_squares(X, y, torch.ones_like(y)[:, None])
    gate = X.new_zeros(M, X.shape[1]) if gate is None else rows(gate, "gate", X)
    weights = line + _shaken(X, M, residual.sqrt(), seed) if weights is None else weights
    weights, variances = check_experts(
        X, weights, residual.expand(M) if variances is None else variances
    )
    return gate - gate[-1], weights, variances.clamp_min(variance_floor(y))


def _count(given: list, n_experts: int) -> int:
    """M, the number of experts; ValueError unless all that is given agrees, and M is at least 1."""
    counts = {len(part) for part in given if part is not None} or {n_experts}
    if len(counts) != 1 or min(counts) < 1:
        raise ValueError(
            "Gate, weights and variances must have one entry for each of the M ≥ 1 experts; got "
            f"M = {sorted(counts)}. Try n_experts=2, or a start with as many rows everywhere."
        )
    return counts.pop()


def _shaken(X: Tensor, M: int, size: Tensor, seed: int) -> Tensor:
    """M random lines around zero, (M, d+1): about `size` high and steep where the data are."""
    generator = torch.Generator().manual_seed(seed)
    noise = size * torch.randn(M, X.shape[1], dtype=X.dtype, generator=generator)
    mean, sd = X[:, 1:].mean(0), X[:, 1:].std(0, correction=0)
    slopes = torch.where(sd > 0, noise[:, 1:] / sd.clamp_min(1e-300), 0.0)
    return torch.cat([noise[:, :1] - slopes @ mean[:, None], slopes], 1)


def check_height(height: float) -> float:
    """Infinity, the gain of having begun at all; ValueError unless the height is finite."""
    if not math.isfinite(height):
        raise ValueError(
            "The start must give the data a probability that float64 can hold; got a "
            f"log-likelihood of {height}. Try larger variances, or rescale x and y."
        )
    return math.inf


def check_patience(steps: int, tol: float) -> None:
    """ValueError unless EM may go on for some steps and stop at some gain."""
    if steps < 0 or not tol >= 0:
        raise ValueError(
            f"steps and tol must be 0 or more; got {steps} and {tol}. Try steps=1000, tol=1e-12."
        )
