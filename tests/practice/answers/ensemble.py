"""Right and wrong answers to the exercises of notebook 12."""

import numpy as np
import torch

from helpers.practice.exercises import (
    check_error_of_mean,
    check_error_without_answers,
    check_geometric,
)
from helpers.theory import ensembles
from helpers.theory.decomposition import geometric_mean


def by_helper(errors, f, weights):
    return float(weights @ errors) - ensembles.ambiguity(f.numpy(), weights.numpy())


def by_pairs(errors, f, weights):
    """The ambiguity as half the mean squared difference of two members."""
    apart = ((f[:, :, None] - f[:, None]) ** 2).mean(0) / 2  # (K, K)
    return (weights * errors).sum() - weights @ apart @ weights


def by_sums(errors, f, weights):
    spread = (weights * f**2).sum(1) - (weights * f).sum(1) ** 2
    return (weights * errors).sum() - spread.sum() / len(f)


def with_weights(average=True, mean=True, spread=True):
    """The error with weights 1/K wherever it says False."""

    def answer(errors, f, weights):
        equal = torch.full_like(weights, 1 / len(weights))
        a, m, s = (weights if own else equal for own in (average, mean, spread))
        return a @ errors - ((f - (f @ m)[:, None]) ** 2 @ s).mean()

    return answer


def spread_of(f, weights):
    return (f - (f @ weights)[:, None]) ** 2 @ weights


def by_product(log_q, weights):
    scores = weights @ log_q
    return torch.exp(scores - scores.logsumexp(0))


def of_the_course(log_q, weights):
    return geometric_mean(log_q, weights)[0].exp().numpy()


def naive(log_q, weights):
    powers = (log_q.exp() ** weights[:, None]).prod(0)
    return powers / powers.sum()


def by_matrix(v, c, K):
    shared = np.full((K, K), c) + (v - c) * np.eye(K)
    omega = np.full(K, 1 / K)
    return omega @ shared @ omega


def what_stays(v, c, K):
    return c + (v - c) / K


RIGHT = {
    check_error_without_answers: [by_helper, by_pairs, by_sums],
    check_geometric: [by_product, of_the_course],
    check_error_of_mean: [by_matrix, what_stays],
}
WRONG = {
    check_error_without_answers: [
        (with_weights(average=False), "the average error has weights 1/K"),
        (with_weights(mean=False), "the mean of the predictions has weights 1/K"),
        (with_weights(spread=False), "the ambiguity is averaged with weights 1/K"),
        (with_weights(mean=False, spread=False), "in both places"),
        (with_weights(average=False, mean=False, spread=False), "not used at all"),
        (lambda errors, f, w: w @ errors, "this is the average error"),
        (lambda errors, f, w: spread_of(f, w).mean(), "this is the ambiguity"),
        (lambda errors, f, w: w @ errors + spread_of(f, w).mean(), "you added"),
        (lambda errors, f, w: w @ errors - spread_of(f, w).sum(), "summed over the points"),
        (lambda errors, f, w: w @ errors - spread_of(f, w), "over the points is missing"),
        (lambda errors, f, w: w @ errors - spread_of(f, w).mean() ** 0.5, "root"),
        (lambda errors, f, w: errors.min(), "the best member's"),
        (lambda errors, f, w: 0.9 * by_pairs(errors, f, w), "should be"),
        (lambda errors, f, w: w @ errors - spread_of(f, w).sum() / 4, "two new questions"),
    ],
    check_geometric: [
        (lambda log_q, w: w @ log_q.exp(), "this is the arithmetic mean"),
        (lambda log_q, w: (w @ log_q).exp(), "does not sum to 1"),
        (lambda log_q, w: (w @ log_q.log_softmax(-1)).exp(), "does not sum to 1"),
        (lambda log_q, w: w @ log_q, "these are logarithms, and unnormalised"),
        (lambda log_q, w: by_product(log_q, w).log(), "these are logarithms; prob"),
        (lambda log_q, w: log_q.mean(0).softmax(-1), "the weights are not used"),
        (lambda log_q, w: log_q.sum(0).softmax(-1), "the plain product"),
        (lambda log_q, w: (w @ log_q.exp()).softmax(-1), "average the logarithms"),
        (naive, "0 / 0 is nan"),
        (lambda log_q, w: naive(log_q, w).nan_to_num(1 / 3), "should be"),
        (lambda log_q, w: (w[:, None] * log_q).softmax(0).sum(0), "should be"),
        (lambda log_q, w: log_q[0].exp(), "should be"),
        (lambda log_q, w: (w[:, None] * log_q).softmax(-1), "the shape of"),
    ],
    check_error_of_mean: [
        (lambda v, c, K: v / K, "erred independently"),
        (lambda v, c, K: v, "one member's error"),
        (lambda v, c, K: c, "endlessly many"),
        (lambda v, c, K: v / K + c, "counted in full"),
        (lambda v, c, K: (v + (K - 1) / 2 * c) / K, "stands twice"),
        (lambda v, c, K: K * v + K * (K - 1) * c, "divide by K²"),
        (lambda v, c, K: v + (K - 1) * c, "divided by K,"),
        (lambda v, c, K: (v + c) / K, "averaged away"),
        (lambda v, c, K: v / K + (K - 1) / K**2 * c, "once more"),
        (lambda v, c, K: (v - (K - 1) * c) / K, "must be added"),
        (lambda v, c, K: what_stays(v, c, K + 1), "should be"),
        (lambda v, c, K: by_matrix(v, abs(c), K), "its own sign"),
        (lambda v, c, K: by_matrix(v, c, max(K, 2)), "single member"),
    ],
}
