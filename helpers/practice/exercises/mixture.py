"""Exercises of notebook *Mixture of experts*: responsibilities, and an M-step."""

import torch
from torch.distributions import Normal

from helpers.practice.answers import doubles, then
from helpers.practice.exercise import Exercise
from helpers.theory.em import fit_experts


def who_answered(g, means, variances, y):
    experts = torch.distributions.Normal(means, variances.sqrt())
    joint = g.log() + experts.log_prob(y[:, None])  # (n, M)
    return torch.exp(joint - joint.logsumexp(1, keepdim=True))


def _likelihood(means, spread, y):
    return Normal(means, spread).log_prob(y[:, None]).exp()


def _joint(g, means, variances, y):
    return g * _likelihood(means, variances.sqrt(), y)


def _shared(joint, dim=1):
    return joint / joint.sum(dim, keepdim=True)


def _by_softmax(g, means, variances, y):
    logs = -((y[:, None] - means) ** 2) / (2 * variances) - variances.log() / 2
    return (g.log() + logs).softmax(1)


def _point_by_point(g, means, variances, y):
    points = zip(g, means, y, strict=True)
    return [_by_softmax(g[None], means[None], variances, y[None])[0] for g, means, y in points]


def _ungated(answer):
    return lambda g, *given: answer(torch.ones_like(g), *given)


SLIPS_OF_BAYES = {
    "this is the gate: it has not heard the answer.": lambda g, *given: g,
    "the gate is missing: a prior times the likelihood.": _ungated(who_answered),
    "this is g · P, the joint; divide each row by its sum.": _joint,
    "these are logarithms; probabilities are asked for.": then(who_answered, torch.log),
    "this is ln (g · P), the joint; each row is still to be normalised.": then(_joint, torch.log),
    "the sum runs over the points; the experts share a point, so each row sums to 1.": (
        lambda *given: _shared(_joint(*given), 0)
    ),
    "the variance stands where the standard deviation belongs: take the root.": (
        lambda g, means, variances, y: _shared(g * _likelihood(means, variances, y))
    ),
    "1/σ is missing in P. It cancels only if all experts have the same σ.": (
        lambda g, means, variances, y: _shared(_joint(g, means, variances, y) * variances.sqrt())
    ),
    "this is P, the likelihood; the gate is the prior.": _ungated(_joint),
    "the gate enters as it is; beside ln P its logarithm belongs.": (
        lambda g, *given: who_answered(g.exp(), *given)
    ),
    "far from all experts every P rounds to 0, and 0 / 0 is nan. Stay in logarithms, and normalise "
    "them by logsumexp.": lambda *given: _shared(_joint(*given)),
}
G = doubles([0.7, 0.3], [0.2, 0.8], [0.5, 0.5])
EXPERTS = doubles([0.0, 1.0], [0.5, -1.0], [2.0, 1.0]), doubles(0.25, 4.0)
check_who_answered = Exercise(
    "13 Who answered",
    "g, means (n, M), variances (M,), y (n,) -> responsibilities (n, M).",
    who_answered,
    cases={
        "the responsibilities": (G, *EXPERTS, doubles(0.6, -0.4, 1.2)),
        "the responsibilities with an answer of 300": (G, *EXPERTS, doubles(0.6, -0.4, 300.0)),
    },
    slips=SLIPS_OF_BAYES,
    right=[_by_softmax, _point_by_point],
    hints=[
        "Bayes: prior g times likelihood P, divided by their sum over the experts.",
        "Where every P rounds to 0, only logarithms help: ln g + ln P, less its logsumexp over "
        "the experts.",
        "`torch.distributions.Normal(mean, sd).log_prob(y[:, None])` is ln P, (n, M). It wants the "
        "standard deviation.",
        "With `joint = g.log() + log_P`, `joint.softmax(1)` does the rest.",
    ],
)


def m_step(y, h):
    totals = h.sum(0)  # (M,)
    means = (h * y[:, None]).sum(0) / totals
    variances = (h * (y[:, None] - means) ** 2).sum(0) / totals
    return totals / len(y), means, variances


def _m_step(gate=None, means=None, variances=None):
    """The M-step with a slip in a part: a function of y (n, 1), h and the right means."""

    def answer(y, h):
        right, rules = m_step(y, h), (gate, means, variances)
        parts = zip(rules, right, strict=True)
        return [part if rule is None else rule(y[:, None], h, right[1]) for rule, part in parts]

    return answer


def _as_regression(y, h):
    """A design without columns: the helper adds the constant's."""
    weights, variances = fit_experts(torch.zeros(len(y), 0), y, h)
    return h.mean(0), weights[:, 0], variances


def _by_moments(y, h):
    mean = (h / h.sum(0)).T @ y
    return h.mean(0), mean, (h / h.sum(0)).T @ y**2 - mean**2


THREE = doubles([0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6])
check_m_step = Exercise(
    "13 An M-step without a question",
    "y (n,), h (n, M) -> gate, means, variances, (M,) each.",
    m_step,
    cases={
        "": (doubles(1.0, 2.0, 4.0, 8.0), doubles([0.9, 0.1], [0.8, 0.2], [0.5, 0.5], [0.1, 0.9])),
        "of three experts": (doubles(0.0, 1.0, 5.0), THREE),
    },
    parts=("the gate", "the means", "the variances"),
    slips={
        "this is how many points each expert owns; the gate is their share.": (
            _m_step(gate=lambda y, h, means: h.sum(0))
        ),
        "the gate is the mean of h over the points; each expert gets its own.": (
            _m_step(gate=lambda y, h, means: h.mean(1))
        ),
        "the means are not weighted: every point counts for an expert as much as it owns.": (
            _m_step(means=lambda y, h, means: y.mean(0).expand_as(means))
        ),
        "the weights of one expert do not sum to n: divide by their sum.": (
            _m_step(means=lambda y, h, means: (h * y).mean(0))
        ),
        "these are weighted sums; divide by the sum of the weights.": (
            _m_step(means=lambda y, h, means: (h * y).sum(0))
        ),
        "these are standard deviations; variances are asked for.": (
            lambda y, h: (*m_step(y, h)[:2], m_step(y, h)[2].sqrt())
        ),
        "the distances are to the mean of all points; each expert has its own mean.": (
            _m_step(variances=lambda y, h, means: (h * (y - y.mean()) ** 2).sum(0) / h.sum(0))
        ),
        "in the variances, too, the weights of an expert do not sum to n: divide by their sum.": (
            _m_step(variances=lambda y, h, means: (h * (y - means) ** 2).mean(0))
        ),
        "the distances are not weighted: a point counts as much as the expert owns of it.": (
            _m_step(variances=lambda y, h, means: ((y - means) ** 2).mean(0))
        ),
        "the variances are weighted sums as yet; divide by the sum of the weights.": (
            _m_step(variances=lambda y, h, means: (h * (y - means) ** 2).sum(0))
        ),
        "maximum likelihood divides by the sum of the weights, without a - 1.": (
            _m_step(variances=lambda y, h, means: (h * (y - means) ** 2).sum(0) / (h.sum(0) - 1))
        ),
        "h is squared with the distance; it stands outside the square.": (
            _m_step(variances=lambda y, h, means: ((h * (y - means)) ** 2).sum(0) / h.sum(0))
        ),
    },
    right=[_as_regression, _by_moments],
    hints=[
        "h counts points in fractions: expert m owns `h[:, m].sum()` of them.",
        "A weighted mean divides by the sum of its weights. All sums run over the points, dim 0.",
        "The variance is the weighted mean of squared distances to the *new* means.",
        "With `totals = h.sum(0)`: the gate is `totals / len(y)`, the means are "
        "`(h * y[:, None]).sum(0) / totals`.",
    ],
)
