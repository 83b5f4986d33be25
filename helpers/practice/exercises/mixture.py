"""Exercises of notebook 11: mixture of experts."""

import math

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import mixture


def _numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


@exercise(
    "11",
    "Who answered",
    hints=[
        "Bayes: prior g times likelihood P, divided by their sum over the experts.",
        "Where every P rounds to 0, only logarithms help: ln g + ln P, less its logsumexp over "
        "the experts.",
        "`torch.distributions.Normal(mean, sd).log_prob(y[:, None])` is ln P, (n, M). It wants the "
        "standard deviation.",
        "With `joint = g.log() + log_P`, `joint.softmax(1)` does the rest.",
    ],
    solution=mixture.who_answered,
)
def check_who_answered(who_answered):
    """g, means (n, M), variances (M,), y (n,) -> responsibilities (n, M)."""
    g = _numbers([0.7, 0.3], [0.2, 0.8], [0.5, 0.5])
    means, variances = _numbers([0.0, 1.0], [0.5, -1.0], [2.0, 1.0]), _numbers(0.25, 4.0)
    y = _numbers(0.6, -0.4, 1.2)
    given = g, means, variances, y
    got = who_answered(*(t.clone() for t in given))
    compare(got, mixture.who_answered(*given), _slips_of_bayes(*given), what="the responsibilities")
    far = g, means, variances, _numbers(0.6, -0.4, 300.0)
    got = torch.as_tensor(who_answered(*(t.clone() for t in far)))
    require(
        got.isfinite().all(),
        "far from all experts every P rounds to 0, and 0 / 0 is nan. Stay in logarithms, and "
        "normalise them by logsumexp.",
    )
    compare(got, mixture.who_answered(*far), what="the responsibilities with an answer of 300")


def _slips_of_bayes(g, means, variances, y):
    """What is wrong, in words -> what comes out then."""
    squares = (y[:, None] - means) ** 2
    bare = torch.exp(-squares / (2 * variances))
    P = bare / (2 * math.pi * variances).sqrt()
    as_sd = torch.exp(-squares / (2 * variances**2)) / variances
    as_sd = g * as_sd / (2 * math.pi) ** 0.5

    def shared(joint, dim=1):
        return joint / joint.sum(dim, keepdim=True)

    return {
        "this is the gate: it has not heard the answer.": g,
        "the gate is missing: a prior times the likelihood.": shared(P),
        "this is g · P, the joint; divide each row by its sum.": g * P,
        "these are logarithms; probabilities are asked for.": shared(g * P).log(),
        "this is ln (g · P), the joint; each row is still to be normalised.": (g * P).log(),
        "the sum runs over the points; the experts share a point, so each row sums to 1.": (
            shared(g * P, 0)
        ),
        "the variance stands where the standard deviation belongs: take the root.": shared(as_sd),
        "1/σ is missing in P. It cancels only if all experts have the same σ.": shared(g * bare),
        "this is P, the likelihood; the gate is the prior.": P,
        "the gate enters as it is; beside ln P its logarithm belongs.": (g + P.log()).softmax(1),
    }


@exercise(
    "11",
    "An M-step without a question",
    hints=[
        "h counts points in fractions: expert m owns `h[:, m].sum()` of them.",
        "A weighted mean divides by the sum of its weights. All sums run over the points, dim 0.",
        "The variance is the weighted mean of squared distances to the *new* means.",
        "With `totals = h.sum(0)`: the gate is `totals / len(y)`, the means are "
        "`(h * y[:, None]).sum(0) / totals`.",
    ],
    solution=mixture.m_step,
)
def check_m_step(m_step):
    """y (n,), h (n, M) -> gate, means, variances, (M,) each."""
    y, h = _numbers(1.0, 2.0, 4.0, 8.0), _numbers([0.9, 0.1], [0.8, 0.2], [0.5, 0.5], [0.1, 0.9])
    got = m_step(y.clone(), h.clone())
    three = isinstance(got, (tuple, list)) and len(got) == 3
    require(three, "three things are asked for: gate, means, variances.")
    gate, means, variances = mixture.m_step(y, h)
    totals = h.sum(0)
    slips = {
        "this is how many points each expert owns; the gate is their share.": totals,
        "the gate is the mean of h over the points; each expert gets its own.": h.mean(1),
    }
    compare(got[0], gate, slips, what="the gate")
    slips = {
        "the means are not weighted: every point counts for an expert as much as it owns.": (
            y.mean().expand(2)
        ),
        "the weights of one expert do not sum to n: divide by their sum.": h.T @ y / 4,
        "these are weighted sums; divide by the sum of the weights.": h.T @ y,
    }
    compare(got[1], means, slips, what="the means")
    slips = _slips_of_the_variances(y, h, means, variances)
    compare(got[2], variances, slips, what="the variances")


def _slips_of_the_variances(y, h, means, variances):
    """What is wrong, in words -> what comes out then."""
    totals = h.sum(0)
    squares = (y[:, None] - means) ** 2
    old = (y[:, None] - y.mean()) ** 2
    return {
        "these are standard deviations; variances are asked for.": variances.sqrt(),
        "the distances are to the mean of all points; each expert has its own mean.": (
            (h * old).sum(0) / totals
        ),
        "the weights of one expert do not sum to n: divide by their sum.": (h * squares).mean(0),
        "the distances are not weighted: a point counts as much as the expert owns of it.": (
            squares.mean(0)
        ),
        "these are weighted sums; divide by the sum of the weights.": (h * squares).sum(0),
        "maximum likelihood divides by the sum of the weights, without a - 1.": (
            (h * squares).sum(0) / (totals - 1)
        ),
        "h is squared with the distance; it stands outside the square.": (
            ((h * (y[:, None] - means)) ** 2).sum(0) / totals
        ),
    }


@exercise(
    "11",
    "Mean and variance of a mixture",
    hints=[
        "The mean is the gate's mean of the experts' means, per point.",
        "The variance has two parts: the mean of the variances, and the variance of the means.",
        "The second is the gate's mean of (μ_m - f̄)²: `(g * (means - mean[:, None]) ** 2).sum(1)`.",
    ],
    solution=mixture.mean_and_variance,
)
def check_mean_and_variance(mean_and_variance):
    """g, means (n, M), variances (M,) -> mean and variance of y, (n,) each."""
    g, means = (
        _numbers([0.7, 0.2, 0.1], [0.1, 0.3, 0.6]),
        _numbers([0.0, 1.0, 5.0], [2.0, -1.0, 1.0]),
    )
    variances = _numbers(0.25, 1.0, 4.0)
    got = mean_and_variance(g.clone(), means.clone(), variances.clone())
    two = isinstance(got, (tuple, list)) and len(got) == 2
    require(two, "two things are asked for: the mean and the variance.")
    mean, variance = mixture.mean_and_variance(g, means, variances)
    plain = means.mean(1)
    slips = {
        "this is the plain mean of the experts; the gate weighs them.": plain,
        "the mean runs over the points; each point has its own.": (g * means).sum(0),
    }
    compare(got[0], mean, slips, what="the mean")
    slips = _slips_of_the_variance(g, means, variances)
    compare(got[1], variance, slips, what="the variance")


def _slips_of_the_variance(g, means, variances):
    """What is wrong, in words -> what comes out then."""
    mean, variance = mixture.mean_and_variance(g, means, variances)
    plain = means.mean(1)
    within, seconds = g @ variances, (g * means**2).sum(1)
    uneven = (means - mean[:, None]) ** 2
    return {
        "this is the part within the experts; they also disagree.": within,
        "this is how far the experts disagree; each has noise of its own as well.": variance
        - within,
        "the experts' noise is not weighted by the gate.": variance - within + variances.mean(),
        "the disagreement is not weighted by the gate.": within + uneven.mean(1),
        "the distances must be to the mixture's mean, not to the plain mean.": (
            within + (g * (means - plain[:, None]) ** 2).sum(1)
        ),
        "this is the mean of y²; subtract the square of the mean.": within + seconds,
        "standard deviations do not add up; variances do.": g @ variances.sqrt()
        + variance
        - within,
        "this is the standard deviation; the variance is asked for.": variance.sqrt(),
        "this is the variance of Σ g·y. A mixture draws one expert; it adds nothing up.": (
            g**2 @ variances
        ),
        "the mean of y² has to lose the square of the mean, not the mean.": (
            within + seconds - mean
        ),
    }
