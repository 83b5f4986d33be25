"""Exercises of notebook *Diversity and error*: ensembles."""

import torch

from helpers.practice.answers import doubles, then
from helpers.practice.exercise import Exercise
from helpers.theory import ensembles
from helpers.theory.decomposition import geometric_mean


def error_without_answers(errors, f, weights):
    mean = f @ weights  # (n,)
    ambiguity = ((f - mean[:, None]) ** 2 @ weights).mean()
    return weights @ errors - ambiguity


def _equal(*parts):
    """The error with weights 1/K in the parts that are named: errors, mean, spread."""

    def answer(errors, f, weights):
        equal = torch.full_like(weights, 1 / len(weights))
        a, m, s = (equal if n in parts else weights for n in ("errors", "mean", "spread"))
        return a @ errors - ((f - (f @ m)[:, None]) ** 2 @ s).mean()

    return answer


def _parts(combined):
    """Another combination of the members' average error and the spread of every point, (n,)."""
    return lambda errors, f, w: combined(w @ errors, (f - (f @ w)[:, None]) ** 2 @ w)


def _by_helper(errors, f, weights):
    return float(weights @ errors) - ensembles.ambiguity(f.numpy(), weights.numpy())


def _by_pairs(errors, f, weights):
    """The ambiguity as half the mean squared difference of two members."""
    apart = ((f[:, :, None] - f[:, None]) ** 2).mean(0) / 2  # (K, K)
    return (weights * errors).sum() - weights @ apart @ weights


SLIPS_OF_THE_ERROR = {
    "the average error has weights 1/K; all three numbers need the same weights.": _equal("errors"),
    "the mean of the predictions has weights 1/K, the rest has others.": _equal("mean"),
    "the ambiguity is averaged with weights 1/K; it needs the same weights too.": _equal("spread"),
    "the ambiguity has weights 1/K in both places; it needs the same as the errors.": (
        _equal("mean", "spread")
    ),
    "the weights are not used at all.": _equal("errors", "mean", "spread"),
    "this is the average error; disagreement has gained nothing yet.": (
        _parts(lambda average, spread: average)
    ),
    "this is the ambiguity: what averaging gains.": _parts(lambda average, spread: spread.mean()),
    "you added the ambiguity. Disagreement lowers the error.": (
        _parts(lambda average, spread: average + spread.mean())
    ),
    "the ambiguity is summed over the points; take their mean.": (
        _parts(lambda average, spread: average - spread.sum())
    ),
    "the mean over the points is missing.": _parts(lambda average, spread: average - spread),
    "this is the best member's error; the ensemble has one of its own.": (
        lambda errors, f, weights: errors.min()
    ),
    "the root of the ambiguity is too much: errors are squares.": (
        _parts(lambda average, spread: average - spread.mean().sqrt())
    ),
}
ERRORS, WEIGHTS = doubles([3.0, 2.0, 4.0], [0.5, 0.4, 0.1])
F = doubles([1.0, 2.0, 4.0], [0.0, -1.0, 1.0], [2.0, 2.5, 0.0], [3.0, 1.0, 2.0])
check_error_without_answers = Exercise(
    "14 An error without answers",
    "errors (K,), f (n, K) on unlabelled inputs, weights (K,) -> the ensemble's mean error.",
    error_without_answers,
    cases={
        "the ensemble's error": (ERRORS, F, WEIGHTS),
        "the error on two new questions, with other weights": (ERRORS, F[:2] * 2, WEIGHTS.flip(0)),
    },
    slips=SLIPS_OF_THE_ERROR,
    right=[_by_helper, _by_pairs],
    hints=[
        "Error of the ensemble = average error - ambiguity. The errors are given, and the "
        "ambiguity needs no answers.",
        "All three numbers take the same weights: `f @ weights` is the mean of every point.",
        "The ambiguity is `((f - mean[:, None]) ** 2 @ weights).mean()`: over the members with "
        "their weights, then over the points.",
    ],
)


def geometric(log_q, weights):
    return (weights[:, None] * log_q).sum(0).softmax(-1)


def _product(log_q, weights):
    return (log_q.exp() ** weights[:, None]).prod(0)


SURE = doubles([-800.0, -800.5, 0.0], [-900.0, 0.0, -1000.0])
check_geometric = Exercise(
    "14 The geometric mean of distributions",
    "log_q (K, V), weights (K,) -> probabilities (V,).",
    geometric,
    cases={
        "the geometric mean": (doubles([0.7, 0.2, 0.1], [0.1, 0.3, 0.6]).log(), doubles(0.8, 0.2)),
        "the geometric mean of two that are sure": (SURE, doubles(0.5, 0.5)),
    },
    slips={
        "this is the arithmetic mean: average the logarithms, not the probabilities.": (
            lambda log_q, weights: weights @ log_q.exp()
        ),
        "this does not sum to 1: divide by Z.": _product,
        "these are logarithms, and unnormalised; probabilities are asked for.": (
            lambda log_q, weights: weights @ log_q
        ),
        "these are logarithms; probabilities are asked for.": then(geometric, torch.log),
        "the weights are not used.": lambda log_q, weights: log_q.mean(0).softmax(-1),
        "the weights are forgotten: this is the plain product.": (
            lambda log_q, weights: log_q.sum(0).softmax(-1)
        ),
        "the softmax runs over the arithmetic mean; average the logarithms.": (
            lambda log_q, weights: (weights @ log_q.exp()).softmax(-1)
        ),
        "where members are sure of different tokens, every product rounds to 0, and 0 / 0 is nan. "
        "Stay in logarithms until the softmax.": (
            lambda log_q, weights: _product(log_q, weights) / _product(log_q, weights).sum()
        ),
    },
    right=[
        lambda log_q, weights: geometric_mean(log_q, weights)[0].exp().numpy(),
        lambda log_q, weights: (weights @ log_q - (weights @ log_q).logsumexp(0)).exp(),
    ],
    hints=[
        "A product of powers is a weighted sum of logarithms.",
        "The sum runs over the members, dim 0; then the result must be made to sum to 1.",
        "`(weights[:, None] * log_q).sum(0)`, and a softmax over the tokens divides by Z.",
    ],
)


def error_of_mean(v, shared, K):
    return (v + (K - 1) * shared) / K


check_error_of_mean = Exercise(
    "14 Members that err together",
    "v, shared, K -> the mean squared error of the mean of K members.",
    error_of_mean,
    cases={
        "the error for v = 1.0, shared = 0.3, K = 4": (1.0, 0.3, 4),
        "the error for v = 3.0, shared = -0.4, K = 5": (3.0, -0.4, 5),
        "the error of a single member with v = 2": (2.0, 0.5, 1),
    },
    slips={
        "this is v/K, as if the members erred independently; what is shared is missing.": (
            lambda v, shared, K: v / K
        ),
        "this is one member's error; averaging gains something.": lambda v, shared, K: v,
        "this is what is left for endlessly many members.": lambda v, shared, K: shared,
        "shared is counted in full: only the share (K - 1)/K of the products are pairs.": (
            lambda v, shared, K: v / K + shared
        ),
        "every pair stands twice in the square: (j, k) and (k, j).": (
            lambda v, shared, K: (v + (K - 1) / 2 * shared) / K
        ),
        "this is what the sum of the errors pays; divide by K².": (
            lambda v, shared, K: K * v + K * (K - 1) * shared
        ),
        "this is divided by K, but the mean has 1/K in both factors: K².": (
            lambda v, shared, K: v + (K - 1) * shared
        ),
        "shared is averaged away like v here; what members have in common stays.": (
            lambda v, shared, K: (v + shared) / K
        ),
        "shared is divided by K once more; all pairs together stay worth nearly shared.": (
            lambda v, shared, K: v / K + (K - 1) / K**2 * shared
        ),
        "what is shared must be added, with its own sign.": (
            lambda v, shared, K: error_of_mean(v, -shared, K)
        ),
        "where shared is below 0, it must stay below 0.": (
            lambda v, shared, K: error_of_mean(v, abs(shared), K)
        ),
    },
    right=[
        lambda v, shared, K: shared + (v - shared) / K,
        lambda v, shared, K: (torch.full((K, K), shared) + (v - shared) * torch.eye(K)).mean(),
    ],
    hints=[
        "The mean error is Σ e_k / K. Its square has K² products e_j · e_k, each over K².",
        "K of the products are squares, worth v each. How many are pairs, worth shared each?",
        "The whole is (K · v + K (K - 1) · shared) / K².",
    ],
)
