"""Notebook 11: mixture of experts."""

import torch


def who_answered(g, means, variances, y):
    experts = torch.distributions.Normal(means, variances.sqrt())
    joint = g.log() + experts.log_prob(y[:, None])  # (n, M)
    return torch.exp(joint - joint.logsumexp(1, keepdim=True))


def m_step(y, h):
    totals = h.sum(0)  # (M,)
    means = (h * y[:, None]).sum(0) / totals
    variances = (h * (y[:, None] - means) ** 2).sum(0) / totals
    return totals / len(y), means, variances


def mean_and_variance(g, means, variances):
    mean = (g * means).sum(1)
    within = (g * variances).sum(1)
    ambiguity = (g * (means - mean[:, None]) ** 2).sum(1)
    return mean, within + ambiguity
