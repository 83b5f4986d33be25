"""Bagging (Breiman 1996) and AdaBoost (Freund & Schapire 1997): ensembles of simple learners.

A learner is a function (x, y, weights) -> member, and a member is a function x -> predictions (n,).
Neither is a mixture of experts; they stand here to be compared with one.
Notebook *Mixture of experts*.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.basics.tensors import double
from helpers.theory.em import fit_experts
from helpers.theory.mixtures import data, design

Member = Callable[[Tensor], Tensor]
Learner = Callable[[Tensor, Tensor, Tensor], Member]


@dataclass(frozen=True)
class Ensemble:
    """Members with a weight each; it answers with the weighted sum of their answers."""

    members: Sequence[Member]
    weights: Tensor  # (M,)

    def __call__(self, x) -> Tensor:
        """F(x) = Σ_m weight_m · member_m(x): (n,)."""
        return self.weights @ torch.stack([member(double(x)) for member in self.members])


def bootstrap(n: int, members: int, seed: int = 0) -> Tensor:
    """For each member n numbers of points, drawn with replacement: (members, n).

    A sample holds a share 1 - (1 - 1/n)ⁿ of the different points, .632 for large n.
    """
    n, members = whole("n", n), whole("members", members)
    generator = torch.Generator().manual_seed(whole("seed", seed, 0))
    return torch.randint(n, (members, n), generator=generator)


@takes(learn="call", draws="tokens M n")
def bagging(learn: Learner, x, y, draws: Tensor) -> Ensemble:
    """Every member learns alone from a bootstrap sample; they answer with their plain mean.

    x: (n, d) or (n,); y: (n,); draws: (M, n) from `bootstrap`.
    """
    x, y = double(x), data(x, y)[1]
    whole("the largest of draws", draws.max(), 0, len(y) - 1, "Try bootstrap(len(y), 10).")
    members = [learn(x[chosen], y[chosen], torch.ones_like(y[chosen])) for chosen in draws]
    return Ensemble(members, torch.full((len(draws),), 1 / len(draws), dtype=x.dtype))


@takes(learn="call")
def adaboost(learn: Learner, x, labels, rounds: int) -> Ensemble:
    """One member after the other; the points that it got wrong weigh more for the next.

    labels: (n,), -1 or +1; members must answer so too. Member m gets the weight α_m of its
    weighted error, and then every point's weight is multiplied by exp(-α_m · label · answer).
    Ends early after a member without error. The sign of the ensemble's answer F is its vote.
    """
    x, labels = double(x), _checked(labels)
    data(x, labels)  # refuses what does not fit
    weights, members, alphas = torch.full_like(labels, 1 / len(labels)), [], []
    for _ in range(whole("rounds", rounds)):
        members.append(learn(x, labels, weights))
        answers = members[-1](x)
        error = weights[answers != labels].sum().item()
        alphas.append(vote_weight(error))
        weights = weights * torch.exp(-alphas[-1] * labels * answers)  # more where it was wrong
        weights = weights / weights.sum()
        if error == 0:
            break
    return Ensemble(members, double(alphas))


@takes(error="share")
def vote_weight(error: float) -> float:
    """α = ½ ln((1 - e) / e): below 0 for a member that is wrong more often than right.

    An error of exactly 0 (or 1) counts as 1e-10, an α of about 11.5 instead of infinity.

    >>> round(vote_weight(0.3), 4), vote_weight(0.5), round(vote_weight(0.7), 4)
    (0.4236, 0.0, -0.4236)
    """
    error = min(max(error, 1e-10), 1 - 1e-10)
    return math.log((1 - error) / error) / 2


def line(x: Tensor, y: Tensor, weights: Tensor) -> Member:
    """A straight line by weighted least squares."""
    coefficients, _ = fit_experts(x, y, double(weights)[:, None])
    return lambda x: design(x) @ coefficients[0]


def stump(x: Tensor, labels: Tensor, weights: Tensor) -> Member:
    """The best single question "x > threshold?" for labels -1 and +1, either way round. x: (n,).

    Best by weighted error; thresholds stand half-way between neighbours, and below all points.
    """
    x, labels, weights = double(x), _checked(labels), double(weights)
    fits = x.ndim == 1 and x.shape == labels.shape == weights.shape
    need(fits, "x, labels and weights", "be (n,) each", x, "Try one input at a time: x[:, 0].")
    finite = (x.isfinite() & weights.isfinite()).all()
    need(finite, "x and weights", "be finite", x, "Leave out the points with gaps.")
    places, order = x.sort()
    votes = (labels * weights)[order]
    score = torch.cat([votes.sum()[None], votes.sum() - 2 * votes.cumsum(0)])  # right minus wrong
    infinity = places.new_tensor([math.inf])
    edges = torch.cat([-infinity, places, infinity])
    score[1:] *= edges[1:].diff() > 0  # equal points stay together
    best = int(score.abs().argmax())
    side = 1.0 if score[best] >= 0 else -1.0
    threshold = ((edges[best] + edges[best + 1]) / 2).item()
    return lambda x: torch.where(double(x) > threshold, side, -side).double()


def _checked(labels) -> Tensor:
    labels = double(labels)
    if labels.ndim != 1 or not len(labels) or not (labels.abs() == 1).all():
        raise ValueError(
            f"Labels must be (n,), each -1 or +1; got shape {tuple(labels.shape)} with values "
            f"{labels.unique()[:4].tolist()}. Try 2.0 * (y > 0) - 1."
        )
    return labels
