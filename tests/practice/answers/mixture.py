"""Right and wrong answers to the exercises of notebook 11."""

import math

import torch

from helpers.practice.exercises import check_m_step, check_mean_and_variance, check_who_answered
from helpers.theory.experts import fit_experts


def by_softmax(g, means, variances, y):
    logs = -((y[:, None] - means) ** 2) / (2 * variances) - variances.log() / 2
    return (g.log() + logs).softmax(1)


def point_by_point(g, means, variances, y):
    rows = []
    for n in range(len(y)):
        logs = g[n].log() - (y[n] - means[n]) ** 2 / (2 * variances) - variances.log() / 2
        weights = (logs - logs.max()).exp()
        rows.append((weights / weights.sum()).tolist())
    return torch.tensor(rows)


def naive(g, means, variances, y, sd=torch.sqrt):
    P = torch.distributions.Normal(means, sd(variances)).log_prob(y[:, None]).exp()
    return g * P / (g * P).sum(1, keepdim=True)


def joint(g, means, variances, y):
    P = torch.distributions.Normal(means, variances.sqrt()).log_prob(y[:, None]).exp()
    return g * P


def as_regression(y, h):
    """A design of one column of zeros: the helper adds the constant's."""
    (weights, variances) = fit_experts(torch.zeros(len(y), 0), y, h)
    return h.mean(0), weights[:, 0], variances


def expert_by_expert(y, h):
    means = [sum(h[:, m] * y) / sum(h[:, m]) for m in range(h.shape[1])]
    spread = [sum(h[:, m] * (y - means[m]) ** 2) / sum(h[:, m]) for m in range(h.shape[1])]
    return [h.mean(0), torch.stack(means), torch.stack(spread)]


def by_moments(y, h):
    shares = h / h.sum(0)
    mean = shares.T @ y
    return h.mean(0), mean, shares.T @ y**2 - mean**2


def m_step_with(gate=None, means=None, variances=None):
    """The M-step with other parts, functions of (y, h, the right means)."""

    def answer(y, h):
        right = by_moments(y, h)
        rules = gate, means, variances
        return tuple(
            part if rule is None else rule(y, h, right[1])
            for part, rule in zip(right, rules, strict=True)
        )

    return answer


def squares(y, means):
    return (y[:, None] - means) ** 2


def of_moments(g, means, variances):
    mean = torch.einsum("nm,nm->n", g, means)
    return mean, torch.einsum("nm,nm->n", g, variances + means**2) - mean**2


def pair_by_pair(g, means, variances):
    """Half the mean squared difference of two experts, drawn independently."""
    apart = (means[:, :, None] - means[:, None]) ** 2 / 2
    ambiguity = (g[:, :, None] * g[:, None] * apart).sum((1, 2))
    return [(g * means).sum(1), g @ variances + ambiguity]


def variance_as(rule):
    """The right mean, and another variance, a function of (g, means, variances, mean)."""

    def answer(g, means, variances):
        mean = (g * means).sum(1)
        return mean, rule(g, means, variances, mean[:, None])

    return answer


def between(g, means, mean):
    return (g * (means - mean) ** 2).sum(1)


RIGHT = {
    check_who_answered: [by_softmax, point_by_point],
    check_m_step: [as_regression, expert_by_expert, by_moments],
    check_mean_and_variance: [of_moments, pair_by_pair],
}
WRONG = {
    check_who_answered: [
        (lambda g, means, variances, y: g, "this is the gate"),
        (lambda g, *given: by_softmax(torch.ones_like(g), *given), "the gate is missing"),
        (joint, "the joint; divide each row"),
        (lambda *given: joint(*given).log(), "still to be normalised"),
        (lambda *given: by_softmax(*given).log(), "these are logarithms"),
        (lambda *given: joint(*given) / joint(*given).sum(0), "over the points"),
        (lambda *given: naive(*given, sd=lambda v: v), "take the root"),
        (lambda g, m, v, y: (g.log() - (y[:, None] - m) ** 2 / (2 * v)).softmax(1), "1/σ"),
        (lambda g, *given: joint(torch.ones_like(g), *given), "this is P"),
        (lambda g, *given: by_softmax(g.exp(), *given), "its logarithm belongs"),
        (naive, "0 / 0 is nan"),
        (lambda *given: naive(*given).nan_to_num(0.5), "should be"),
        (lambda g, m, v, y: by_softmax(g, m, 2 * v, y), "should be"),
    ],
    check_m_step: [
        (m_step_with(gate=lambda y, h, means: h.sum(0)), "how many points"),
        (m_step_with(gate=lambda y, h, means: h.mean(1)), "each expert gets its own"),
        (m_step_with(gate=lambda y, h, means: torch.tensor([0.5, 0.5])), "should be"),
        (m_step_with(means=lambda y, h, means: y.mean().expand(2)), "not weighted"),
        (m_step_with(means=lambda y, h, means: (h * y[:, None]).mean(0)), "do not sum to n"),
        (m_step_with(means=lambda y, h, means: h.T @ y), "these are weighted sums"),
        (m_step_with(means=lambda y, h, means: means + 0.1), "should be"),
        (m_step_with(variances=lambda y, h, m: by_moments(y, h)[2].sqrt()), "standard deviations"),
        (
            m_step_with(variances=lambda y, h, m: (h * squares(y, y.mean())).sum(0) / h.sum(0)),
            "mean of all points",
        ),
        (m_step_with(variances=lambda y, h, m: (h * squares(y, m)).mean(0)), "do not sum to n"),
        (m_step_with(variances=lambda y, h, m: squares(y, m).mean(0)), "are not weighted"),
        (m_step_with(variances=lambda y, h, m: (h * squares(y, m)).sum(0)), "weighted sums"),
        (
            m_step_with(variances=lambda y, h, m: (h * squares(y, m)).sum(0) / (h.sum(0) - 1)),
            "without a - 1",
        ),
        (
            m_step_with(variances=lambda y, h, m: (h**2 * squares(y, m)).sum(0) / h.sum(0)),
            "outside the square",
        ),
        (m_step_with(variances=lambda y, h, m: torch.ones(2)), "should be"),
        (lambda y, h: by_moments(y, h)[1:], "three things"),
    ],
    check_mean_and_variance: [
        (lambda g, m, v: (m.mean(1), of_moments(g, m, v)[1]), "the plain mean of the experts"),
        (lambda g, m, v: ((g * m).sum(0), of_moments(g, m, v)[1]), "over the points"),
        (variance_as(lambda g, m, v, mean: g @ v), "the part within"),
        (variance_as(lambda g, m, v, mean: between(g, m, mean)), "noise of its own"),
        (
            variance_as(lambda g, m, v, mean: v.mean() + between(g, m, mean)),
            "noise is not weighted",
        ),
        (
            variance_as(lambda g, m, v, mean: g @ v + ((m - mean) ** 2).mean(1)),
            "disagreement is not weighted",
        ),
        (
            variance_as(lambda g, m, v, mean: g @ v + between(g, m, m.mean(1, keepdim=True))),
            "not to the plain mean",
        ),
        (variance_as(lambda g, m, v, mean: (g * (v + m**2)).sum(1)), "subtract the square"),
        (variance_as(lambda g, m, v, mean: g @ v.sqrt() + between(g, m, mean)), "do not add up"),
        (lambda g, m, v: (of_moments(g, m, v)[0], of_moments(g, m, v)[1].sqrt()), "deviation;"),
        (variance_as(lambda g, m, v, mean: g**2 @ v), "draws one expert"),
        (variance_as(lambda g, m, v, mean: g @ v + math.pi * between(g, m, mean)), "should be"),
        (variance_as(lambda g, m, v, mean: (g * (v + m**2)).sum(1) - mean[:, 0]), "not the mean"),
        (lambda g, m, v: of_moments(g, m, v)[1], "two things"),
    ],
}
