"""Exercises of notebook 12: ensembles."""

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import ensemble


def _numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


@exercise(
    "12",
    "An error without answers",
    hints=[
        "Error of the ensemble = average error - ambiguity. The errors are given, and the "
        "ambiguity needs no answers.",
        "All three numbers take the same weights: `f @ weights` is the mean of every point.",
        "The ambiguity is `((f - mean[:, None]) ** 2 @ weights).mean()`: over the members with "
        "their weights, then over the points.",
    ],
    solution=ensemble.error_without_answers,
)
def check_error_without_answers(error_without_answers):
    """errors (K,), f (n, K) on unlabelled inputs, weights (K,) -> the ensemble's mean error."""
    f = _numbers([1.0, 2.0, 4.0], [0.0, -1.0, 1.0], [2.0, 2.5, 0.0], [3.0, 1.0, 2.0])
    errors, weights = _numbers(3.0, 2.0, 4.0), _numbers(0.5, 0.4, 0.1)
    got = error_without_answers(errors.clone(), f.clone(), weights.clone())
    wanted = ensemble.error_without_answers(errors, f, weights)
    compare(got, wanted, _slips_of_the_error(errors, f, weights), what="the ensemble's error")
    f, weights = f[:2] * 2, weights.flip(0)
    got = error_without_answers(errors.clone(), f.clone(), weights.clone())
    wanted = ensemble.error_without_answers(errors, f, weights)
    compare(got, wanted, what="the error on two new questions, with other weights")


def _slips_of_the_error(errors, f, weights):
    """What is wrong, in words -> what comes out then."""

    def spread(mean, w):
        return ((f - mean[:, None]) ** 2 @ w).mean()

    equal, mean = torch.full_like(weights, 1 / len(weights)), f @ weights
    average, disagreement = weights @ errors, spread(mean, weights)
    return {
        "the average error has weights 1/K; all three numbers need the same weights.": (
            equal @ errors - disagreement
        ),
        "the mean of the predictions has weights 1/K, the rest has others.": (
            average - spread(f @ equal, weights)
        ),
        "the ambiguity is averaged with weights 1/K; it needs the same weights too.": (
            average - spread(mean, equal)
        ),
        "the ambiguity has weights 1/K in both places; it needs the same as the errors.": (
            average - spread(f @ equal, equal)
        ),
        "the weights are not used at all.": equal @ errors - spread(f @ equal, equal),
        "this is the average error; disagreement has gained nothing yet.": average,
        "this is the ambiguity: what averaging gains.": disagreement,
        "you added the ambiguity. Disagreement lowers the error.": average + disagreement,
        "the ambiguity is summed over the points; take their mean.": average
        - len(f) * disagreement,
        "the mean over the points is missing.": average - (f - mean[:, None]) ** 2 @ weights,
        "this is the best member's error; the ensemble has one of its own.": errors.min(),
        "the root of the ambiguity is too much: errors are squares.": average - disagreement.sqrt(),
    }


@exercise(
    "12",
    "The geometric mean of distributions",
    hints=[
        "A product of powers is a weighted sum of logarithms.",
        "The sum runs over the members, dim 0; then the result must be made to sum to 1.",
        "`(weights[:, None] * log_q).sum(0)`, and a softmax over the tokens divides by Z.",
    ],
    solution=ensemble.geometric,
)
def check_geometric(geometric):
    """log_q (K, V), weights (K,) -> probabilities (V,)."""
    q, weights = _numbers([0.7, 0.2, 0.1], [0.1, 0.3, 0.6]), _numbers(0.8, 0.2)
    log_q = q.log()
    powers = (weights @ log_q).exp()
    got = geometric(log_q.clone(), weights.clone())
    slips = {
        "this is the arithmetic mean: average the logarithms, not the probabilities.": weights @ q,
        "this does not sum to 1: divide by Z.": powers,
        "these are logarithms, and unnormalised; probabilities are asked for.": weights @ log_q,
        "these are logarithms; probabilities are asked for.": powers.log() - powers.sum().log(),
        "the weights are not used.": log_q.mean(0).softmax(-1),
        "the weights are forgotten: this is the plain product.": log_q.sum(0).softmax(-1),
        "the softmax runs over the arithmetic mean; average the logarithms.": (
            (weights @ q).softmax(-1)
        ),
    }
    compare(got, powers / powers.sum(), slips, what="the geometric mean")
    log_q = _numbers([-800.0, -800.5, 0.0], [-900.0, 0.0, -1000.0])
    got = torch.as_tensor(geometric(log_q.clone(), _numbers(0.5, 0.5)))
    require(
        got.isfinite().all(),
        "where members are sure of different tokens, every product rounds to 0, and 0 / 0 is nan. "
        "Stay in logarithms until the softmax.",
    )
    wanted = ensemble.geometric(log_q, _numbers(0.5, 0.5))
    compare(got, wanted, what="the geometric mean of two that are sure")


@exercise(
    "12",
    "Members that err together",
    hints=[
        "The mean error is Σ e_k / K. Its square has K² products e_j · e_k, each over K².",
        "K of the products are squares, worth v each. How many are pairs, worth c each?",
        "The whole is (K · v + K (K - 1) · c) / K².",
    ],
    solution=ensemble.error_of_mean,
)
def check_error_of_mean(error_of_mean):
    """v, c, K -> the mean squared error of the mean of K members."""
    for v, c, K in ((1.0, 0.3, 4), (3.0, -0.4, 5)):
        slips = {
            "this is v/K, as if the members erred independently; c is missing.": v / K,
            "this is one member's error; averaging gains something.": v,
            "this is what is left for endlessly many members.": c,
            "c is counted in full: only the share (K - 1)/K of the products are pairs.": v / K + c,
            "every pair stands twice in the square: (j, k) and (k, j).": (
                v / K + (K - 1) / (2 * K) * c
            ),
            "this is what the sum of the errors pays; divide by K².": K * v + K * (K - 1) * c,
            "this is divided by K, but the mean has 1/K in both factors: K².": v + (K - 1) * c,
            "c is averaged away like v here; what members have in common stays.": (v + c) / K,
            "c is divided by K once more; all pairs together stay worth nearly c.": (
                v / K + (K - 1) / K**2 * c
            ),
            "c must be added, with its own sign.": v / K - (K - 1) / K * c,
        }
        wanted = ensemble.error_of_mean(v, c, K)
        compare(
            error_of_mean(v, c, K), wanted, slips, what=f"the error for v = {v}, c = {c}, K = {K}"
        )
    compare(error_of_mean(2.0, 0.5, 1), 2.0, what="the error of a single member with v = 2")
