"""EM: fit a mixture of experts by going back and forth between who answered and what they answer.

E-step: from the mixture, the responsibilities h of its experts for every point. M-step: from h,
every expert by weighted least squares and the gate by a Newton step. X is the design, (n, d+1) with
the constant's column; h: (n, M). Source: Jordan & Jacobs 1994. Notebook *Mixture of experts*.
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import checked, whole
from helpers.basics.tensors import double
from helpers.theory.mixtures import Mixture, data, log_joint, scores

FLOOR = 1e-6  # of the variance of y: no expert's variance falls below
RIDGE = 1e-8  # damps Newton's matrix, never the objective
HALVINGS = 40
SMALLEST = 1e-300  # in place of a 0 that would be divided by


@dataclass(frozen=True, eq=False)
class EMResult(Mixture):
    """The mixture that EM has found, with the way there: the log-likelihood after every step.

    log_likelihood: (steps + 1,) nats, summed over the data, the start's first; it never falls.
    responsibilities: (n, M) under this mixture. The gate's last row is 0.
    """

    log_likelihood: Tensor
    responsibilities: Tensor


def fit(
    x, y, start: Mixture | None = None, *, n_experts: int = 2, seed: int = 0, **end
) -> EMResult:
    """Climb the log-likelihood by EM from a start, or without one from `random_start`.

    x: (n, d) or (n,), without the constant; y: (n,). n_experts and seed are those of the random
    start. end: when to stop, the steps and tol of `ascend`. A stop is a stationary point: it may be
    a local maximum, or the fixed point of experts that began alike. No variance falls below
    1e-6 Var(y). ValueError if data or start do not fit together.
    """
    start = random_start(x, y, n_experts, seed) if start is None else start
    return deque(ascend(x, y, start, **end), maxlen=1)[0]


def ascend(x, y, start: Mixture, steps: int = 1000, tol: float = 1e-12) -> Iterator[EMResult]:
    """The result of `fit` after 0, 1, 2, … steps, one after the other; at most `steps` of them.

    tol, in nats: EM stops after a step that raises the log-likelihood of *all* the data together by
    no more than tol; 1e-12 is where float64 hardly sees progress, 0.001 is enough for a picture.
    """
    steps = whole("steps", steps, 0, advice="Try steps=1000.")
    checked("tol", tol, lambda nats: nats >= 0, "be 0 or more nats", "Try tol=1e-12.")
    X, y, units = _standardised(*data(x, y))  # in units of its own, x may come in any
    gate = start.gate - start.gate[-1]  # the same probabilities, with a last row of 0
    start = Mixture(gate, start.weights, start.variances.clamp_min(variance_floor(y)))
    mixture, back = _times(start, units), torch.linalg.inv(units)
    heights = [-math.inf]
    for _ in range(steps + 1):
        joint = log_joint(X, y, mixture)
        heights.append(_finite(joint.logsumexp(-1).sum().item()))
        if heights[-1] < heights[-2]:  # EM never falls, so only rounding is left to see
            return
        h = joint.softmax(-1)  # the E-step
        found = _times(mixture, back) if len(heights) > 2 else start
        yield EMResult(found.gate, found.weights, found.variances, double(heights[1:]), h)
        if heights[-1] - heights[-2] <= tol:
            return
        mixture = _m_step(X, y, h, mixture.gate)


@takes(mixture="with variances")
def step(x, y, mixture: Mixture) -> Mixture:
    """One step of EM: a mixture whose log-likelihood is no lower.

    E: the responsibilities h. M: every expert by least squares weighted with h; the gate by one
    Newton step towards h (a generalised EM: not the best gate for h, only no worse a one).
    """
    X, y, units = _standardised(*data(x, y))
    mixture = _times(mixture, units)
    h = log_joint(X, y, mixture).softmax(-1)
    return _times(_m_step(X, y, h, mixture.gate), torch.linalg.inv(units))


def _m_step(X: Tensor, y: Tensor, h: Tensor, gate: Tensor) -> Mixture:
    """The experts that fit best with these responsibilities, and a gate that foretells h better."""
    return Mixture(gate_step(X, h, gate), *weighted_least_squares(X, y, h))


def fit_experts(x, y, responsibilities) -> tuple[Tensor, Tensor]:
    """Every expert fitted to all the points, each weighted by its responsibility for them.

    w_m = argmin Σ_n h_nm (y_n - w_m·(1, x_n))², the shortest where many are (a constant x, fewer
    points than coefficients); σ_m² = the weighted mean of those squares, at least 1e-6 Var(y).
    x: (n, d) or (n,); y: (n,); responsibilities: (n, M). Returns weights (M, d+1), variances (M,).
    An expert that answers for nothing at all gets the fit to all points alike. ValueError unless
    there are responsibilities for these points, none below 0.
    """
    X, y = data(x, y)
    h = double(responsibilities)
    if h.ndim != 2 or len(h) != len(y) or not (h >= 0).all():
        raise ValueError(
            f"Responsibilities must be (n, M), none below 0, for these {len(y)} points; got shape "
            f"{tuple(h.shape)}. Try mixtures.responsibilities(x, y, mixture)."
        )
    return weighted_least_squares(X, y, h)


def weighted_least_squares(X: Tensor, y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """The same for a design X (n, d+1) that holds the constant's column; nothing is checked."""
    h = h.clamp_min(SMALLEST)
    h = (h / h.amax(0)).T  # (M, n): only the ratios matter
    root = h.sqrt()[..., None]  # Σ h (y - w·x)² = Σ (√h y - w·√h x)²: plain least squares
    solution = torch.linalg.lstsq(root * X, root * y[:, None], driver="gelsd").solution
    weights = solution[..., 0]  # (M, d+1)
    squares = (h * (y - weights @ X.T) ** 2).sum(1) / h.sum(1)
    return weights, squares.clamp_min(variance_floor(y))


def variance_floor(y: Tensor) -> float:
    """The least variance of an expert: 1e-6 of Var(y), or 1e-6 where y does not vary.

    Without it the likelihood has no maximum: a line through one point could shrink its variance
    for ever.
    """
    varies = y.var(correction=0).item()
    is_constant = varies <= 1e-24 * y.square().mean().item()  # but for rounding
    return FLOOR * (1.0 if is_constant else varies)


@takes(X="numbers n D alike", h="numbers n M alike", gate="numbers M D alike")
def gate_objective(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """Q(V) = Σ_n Σ_m h_nm ln g_m(x_n): how well the gate foretells the responsibilities; concave.

    X: (n, d+1) with the constant; h: (n, M).
    """
    return (h * (X @ gate.T).log_softmax(-1)).sum()


@takes(X="numbers n D alike", h="numbers n M alike", gate="numbers M D alike")
def gate_step(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """One Newton step uphill on Q, halved until Q does not fall; the last row stays 0.

    X: (n, d+1) with the constant; h: (n, M) targets; gate: (M, d+1). Returns the new gate.
    """
    start, step = gate_objective(X, h, gate), newton_direction(X, h, gate)
    for _ in range(HALVINGS):
        if gate_objective(X, h, gate + step) >= start:  # so EM cannot fall, either
            return gate + step
        step = step / 2  # the direction is uphill, but Newton's parabola holds only close by
    return gate  # uphill by less than float64 can see


@takes(X="numbers n D alike", h="numbers n M alike", gate="numbers M D alike")
def newton_direction(X: Tensor, h: Tensor, gate: Tensor) -> Tensor:
    """The full Newton step, H⁻¹ Σ_n (h_n - g_n) x_n, with a row of zeros for the last expert.

    H = Σ_n (diag g_n - g_n g_nᵀ) ⊗ x_n x_nᵀ over the free experts. Two experts: one row, and
    H = Σ_n g_n (1 - g_n) x_n x_nᵀ. The shortest solution where H is singular (a constant x).
    """
    free = gate.shape[0] - 1  # a softmax knows only differences: the last row can stay 0
    if not free:
        return torch.zeros_like(gate)
    g = (X @ gate.T).softmax(-1)[:, :free]
    slope = (h[:, :free] - g).T @ X  # (M-1, d+1): of Q, posterior minus prior
    spread = torch.diag_embed(g) - g[:, :, None] * g[:, None, :]  # (n, M-1, M-1)
    H = torch.einsum("nmk,ni,nj->mikj", spread, X, X).reshape(slope.numel(), -1)
    H = H + RIDGE * torch.eye(len(H), dtype=H.dtype)  # where the gate is sure, H is nearly 0
    step = torch.linalg.lstsq(H, slope.reshape(-1, 1), driver="gelsd").solution
    return torch.cat([step.reshape(slope.shape), torch.zeros_like(gate[:1])])


def random_start(x, y, n_experts: int = 2, seed: int = 0) -> Mixture:
    """Where EM begins by default: an indifferent gate, and lines around the regression line.

    Every expert is the regression line of all the data, moved at random by about the size of its
    residuals (equal experts would stay equal); all begin with the residuals' variance.
    """
    n_experts = whole("n_experts", n_experts, advice="Try n_experts=2.")
    seed = whole("seed", seed, 0)
    X, y, units = _standardised(*data(x, y))
    line, variance = weighted_least_squares(X, y, torch.ones_like(y)[:, None])
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(n_experts, X.shape[1], dtype=X.dtype, generator=generator)
    noise[:, 1:] *= X[:, 1:].std(0, correction=0) > 0  # no slope where there is no width
    lines = line + variance.sqrt() * noise
    return _times(Mixture(0 * lines, lines, variance.expand(n_experts)), torch.linalg.inv(units))


def _standardised(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A design Z in units of its own spread, y, and S (d+1, d+1) with X = Z S.

    An input that does not vary, but for rounding, stays as it is.
    """
    mean, sd = X.mean(0), X.std(0, correction=0)
    varies = sd > 1e-12 * mean.abs()  # not the constant's own column
    S = torch.diag(torch.where(varies, sd, 1.0))
    S[0] += torch.where(varies, mean, 0.0)
    return torch.linalg.solve_triangular(S, X, upper=True, left=False), y, S


def _times(mixture: Mixture, S: Tensor) -> Mixture:
    """The same mixture for a design Z in the place of X = Z S, since X w = Z (S w)."""
    return Mixture(scores(S, mixture.gate).T, mixture.weights @ S.T, mixture.variances)


def _finite(height: float) -> float:
    if not math.isfinite(height):
        raise ValueError(
            "The start must give the data a probability that float64 can hold; got a "
            f"log-likelihood of {height}. Try larger variances, or rescale x and y."
        )
    return height
