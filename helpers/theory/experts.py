"""The experts of a mixture: straight lines with Gaussian noise, N(y; w_m·(1, x), σ_m²).

Source: Jordan & Jacobs 1994 (weighted least squares in the M-step). Notebook 11.
"""

import math

import torch
from torch import Tensor

from helpers.theory.arrays import double, in_kind
from helpers.theory.gating import design, rows

FLOOR = 1e-6  # of the variance of y: no expert's variance falls below
SMALLEST = 1e-300


@in_kind
def fit_experts(x, y, responsibilities) -> tuple[Tensor, Tensor]:
    """Every expert fitted to all the points, each weighted by its responsibility for them.

    w_m = argmin Σ_n h_nm (y_n - w_m·(1, x_n))², the shortest where many are (a constant x, fewer
    points than coefficients); σ_m² = the weighted mean of those squares, at least 1e-6 Var(y).
    x: (n, d) or (n,); y: (n,); responsibilities: (n, M). Returns weights (M, d+1), variances (M,).
    An expert that answers for nothing at all gets the fit to all points alike.
    """
    X, y = data(x, y)
    h = double(responsibilities)
    if h.ndim != 2 or len(h) != len(y) or not (h >= 0).all():
        raise ValueError(
            f"Responsibilities must be (n, M), none below 0, for these {len(y)} points; got shape "
            f"{tuple(h.shape)}. Try mixtures.responsibilities(x, y, *start)."
        )
    return weighted_least_squares(X, y, h)


def weighted_least_squares(X: Tensor, y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """The same for a design X (n, d+1) that holds the constant's column; nothing is checked."""
    h = h.clamp_min(SMALLEST)
    h = (h / h.amax(0)).T  # (M, n): only the ratios matter
    root = h.sqrt()[..., None]
    solution = torch.linalg.lstsq(root * X, root * y[:, None], driver="gelsd").solution
    weights = solution[..., 0]  # (M, d+1)
    squares = (h * (y - weights @ X.T) ** 2).sum(1) / h.sum(1)
    return weights, squares.clamp_min(variance_floor(y))


def log_normal(X: Tensor, y: Tensor, weights: Tensor, variances: Tensor) -> Tensor:
    """ln N(y_n; w_m·x_n, σ_m²) of every point and expert: (n, M)."""
    squares = (y[:, None] - X @ weights.T) ** 2
    return -(squares / variances + variances.log() + math.log(2 * math.pi)) / 2


def variance_floor(y: Tensor) -> float:
    """The least variance of an expert: 1e-6 of Var(y), or 1e-6 where y does not vary."""
    varies = y.var(correction=0).item()
    is_constant = varies <= 1e-24 * y.square().mean().item()  # but for rounding
    return FLOOR * (1.0 if is_constant else varies)


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


def check_experts(X: Tensor, weights, variances) -> tuple[Tensor, Tensor]:
    """As tensors, weights (M, d+1) and variances (M,); ValueError unless they fit and are > 0."""
    weights, variances = rows(weights, "weights", X), double(variances)
    good = variances.isfinite() & (variances > 0)
    if variances.shape != weights.shape[:1] or not good.all():
        raise ValueError(
            f"There must be one finite variance above 0 for each of the {len(weights)} experts; "
            f"got {variances.tolist()}. Try [1.0] * {len(weights)}."
        )
    return weights, variances
