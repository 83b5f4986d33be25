"""Notebook 12: ensembles."""


def error_without_answers(errors, f, weights):
    mean = f @ weights  # (n,)
    ambiguity = ((f - mean[:, None]) ** 2 @ weights).mean()
    return weights @ errors - ambiguity


def geometric(log_q, weights):
    return (weights[:, None] * log_q).sum(0).softmax(-1)


def error_of_mean(v, c, K):
    return (v + (K - 1) * c) / K
