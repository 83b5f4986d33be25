"""Exercises of notebook *Mixture of experts*: the variance of a mixture."""

from helpers.practice.answers import doubles
from helpers.practice.exercise import Exercise


def mean_and_variance(g, means, variances):
    mean = (g * means).sum(1)
    within = (g * variances).sum(1)
    ambiguity = (g * (means - mean[:, None]) ** 2).sum(1)
    return mean, within + ambiguity


def _variance(rule):
    """The right mean, and another variance: a function of g, means, variances and mean (n, 1)."""

    def answer(g, means, variances):
        mean = (g * means).sum(1)
        return mean, rule(g, means, variances, mean[:, None])

    return answer


def _ambiguity(g, means, mean):
    return (g * (means - mean) ** 2).sum(1)


def _pair_by_pair(g, means, variances):
    """Half the mean squared difference of two experts, drawn independently."""
    apart = (means[:, :, None] - means[:, None]) ** 2 / 2
    ambiguity = (g[:, :, None] * g[:, None] * apart).sum((1, 2))
    return [(g * means).sum(1), g @ variances + ambiguity]


SLIPS_OF_THE_VARIANCE = {
    "this is the plain mean of the experts; the gate weighs them.": (
        lambda g, m, v: (m.mean(1), mean_and_variance(g, m, v)[1])
    ),
    "the mean runs over the points; each point has its own.": (
        lambda g, m, v: ((g * m).sum(0), mean_and_variance(g, m, v)[1])
    ),
    "this is the part within the experts; they also disagree.": _variance(lambda g, m, v, _: g @ v),
    "this is how far the experts disagree; each has noise of its own as well.": (
        _variance(lambda g, m, v, mean: _ambiguity(g, m, mean))
    ),
    "the experts' noise is not weighted by the gate.": (
        _variance(lambda g, m, v, mean: v.mean() + _ambiguity(g, m, mean))
    ),
    "the disagreement is not weighted by the gate.": (
        _variance(lambda g, m, v, mean: g @ v + ((m - mean) ** 2).mean(1))
    ),
    "the distances must be to the mixture's mean, not to the plain mean.": (
        _variance(lambda g, m, v, mean: g @ v + _ambiguity(g, m, m.mean(1, keepdim=True)))
    ),
    "this is the mean of y²; subtract the square of the mean.": (
        _variance(lambda g, m, v, mean: (g * (v + m**2)).sum(1))
    ),
    "standard deviations do not add up; variances do.": (
        _variance(lambda g, m, v, mean: g @ v.sqrt() + _ambiguity(g, m, mean))
    ),
    "this is the standard deviation; the variance is asked for.": (
        lambda g, m, v: (mean_and_variance(g, m, v)[0], mean_and_variance(g, m, v)[1].sqrt())
    ),
    "this is the variance of Σ g·y. A mixture draws one expert; it adds nothing up.": (
        _variance(lambda g, m, v, mean: g**2 @ v)
    ),
    "the mean of y² has to lose the square of the mean, not the mean.": (
        _variance(lambda g, m, v, mean: (g * (v + m**2)).sum(1) - mean[:, 0])
    ),
}
G = doubles([0.7, 0.2, 0.1], [0.1, 0.3, 0.6])
MEANS = doubles([0.0, 1.0, 5.0], [2.0, -1.0, 1.0])
check_mean_and_variance = Exercise(
    "13 Mean and variance of a mixture",
    "g, means (n, M), variances (M,) -> mean and variance of y, (n,) each.",
    mean_and_variance,
    cases={
        "": (G, MEANS, doubles(0.25, 1.0, 4.0)),
        "of a single point": (doubles([0.5, 0.5]), doubles([0.0, 4.0]), doubles(1.0, 3.0)),
    },
    parts=("the mean", "the variance"),
    slips=SLIPS_OF_THE_VARIANCE,
    right=[
        lambda g, m, v: ((g * m).sum(1), (g * (v + m**2)).sum(1) - (g * m).sum(1) ** 2),
        _pair_by_pair,
    ],
    hints=[
        "The mean is the gate's mean of the experts' means, per point.",
        "The variance has two parts: the mean of the variances, and the variance of the means.",
        "The second is the gate's mean of (μ_m - f̄)²: `(g * (means - mean[:, None]) ** 2).sum(1)`.",
    ],
)
