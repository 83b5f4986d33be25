"""The gate of a mixture of experts: which expert is asked, given x alone.

g(x) = softmax(V·(1, x)). Legend of the theory of mixtures: n points, d inputs, M experts; a row of
coefficients begins with the constant's. Source: Jordan & Jacobs 1994. Notebook 11.
"""

import torch
from torch import Tensor

from helpers.theory.arrays import double, in_kind

RIDGE = 1e-8  # damps Newton's matrix, never the objective
HALVINGS = 40


@in_kind
def gate_probabilities(x, gate) -> Tensor:
    """g_m(x) = P(z = m | x), the prior: softmax of linear scores, (n, M); rows sum to 1.

    x: (n, d), or (n,) for d = 1, without the constant; gate: (M, d+1), the constant's column
    first. Adding the same row to all rows of the gate changes nothing; `fit` keeps the last at 0.
    """
    X = design(x)
    return (X @ rows(gate, "gate", X).T).softmax(-1)


def gate_objective(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """Q(V) = Σ_n Σ_m h_nm ln g_m(x_n): how well the gate foretells the responsibilities; concave.

    X: (n, d+1) with the constant; h: (n, M).
    """
    return (h * (X @ gate.T).log_softmax(-1)).sum()


def gate_step(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """One Newton step uphill on Q, halved until Q does not fall; the last row stays 0.

    X: (n, d+1) with the constant; h: (n, M) targets; gate: (M, d+1). Returns the new gate.
    """
    start, step = gate_objective(X, h, gate), newton_direction(X, h, gate)
    for _ in range(HALVINGS):
        if gate_objective(X, h, gate + step) >= start:
            return gate + step
        step = step / 2
    return gate


def newton_direction(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """The full Newton step, H⁻¹ Σ_n (h_n - g_n) x_n, with a row of zeros for the last expert.

    H = Σ_n (diag g_n - g_n g_nᵀ) ⊗ x_n x_nᵀ over the free experts. Two experts: one row, and
    H = Σ_n g_n (1 - g_n) x_n x_nᵀ. The shortest solution where H is singular (a constant x).
    """
    free = gate.shape[0] - 1
    if not free:
        return torch.zeros_like(gate)
    g = (X @ gate.T).softmax(-1)[:, :free]
    slope = (h[:, :free] - g).T @ X  # (M-1, d+1)
    spread = torch.diag_embed(g) - g[:, :, None] * g[:, None, :]  # (n, M-1, M-1)
    H = torch.einsum("nmk,ni,nj->mikj", spread, X, X).reshape(slope.numel(), -1)
    H = H + RIDGE * torch.eye(len(H), dtype=H.dtype)
    step = torch.linalg.lstsq(H, slope.reshape(-1, 1), driver="gelsd").solution
    return torch.cat([step.reshape(slope.shape), torch.zeros_like(gate[:1])])


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


def rows(values, name: str, X: Tensor) -> Tensor:
    """One row of coefficients per expert, (M, d+1); ValueError if they do not fit X (n, d+1)."""
    values = double(values)
    if values.ndim != 2 or not len(values) or values.shape[1] != X.shape[1]:
        raise ValueError(
            f"The {name} must have one row per expert with {X.shape[1]} numbers, the constant's "
            f"first (M, d+1); got shape {tuple(values.shape)} for d = {X.shape[1] - 1} inputs. "
            f"Try [[0.0] * {X.shape[1]}] * 2 for two experts."
        )
    if not values.isfinite().all():
        raise ValueError(f"The {name} must be finite; got {values.tolist()}. Try zeros.")
    return values
