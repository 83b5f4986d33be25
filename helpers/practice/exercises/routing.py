"""Exercises of notebook *Mixture of experts in GPT*: mixture of experts in GPT."""

import torch
from torch.nn import functional as F

from helpers.practice.answers import gradient
from helpers.practice.exercise import Exercise


def gate_matrix(logits, k):
    best, experts = logits.topk(k, dim=-1)
    return torch.zeros_like(logits).scatter(-1, experts, best.softmax(-1))


def _chosen(logits, k, dim=-1):
    return torch.zeros_like(logits).scatter(dim, logits.topk(k, dim=dim).indices, 1.0)


def _softmax_of(logits, chosen, dim=-1):
    return logits.masked_fill(chosen == 0, float("-inf")).softmax(dim)


def _by_shares(logits, k):
    """The probabilities among all, divided by what the chosen have."""
    kept = logits.double().softmax(-1) * _chosen(logits, k)
    return kept / kept.sum(-1, keepdim=True)


def _over_tokens(logits, k):
    best, experts = logits.topk(k, dim=-1)
    return torch.zeros_like(logits).scatter(-1, experts, best.softmax(0))


LOGITS = torch.tensor([[1.0, 2.0, 0.5, -1.0], [0.2, -0.5, 3.0, 1.5], [-1.0, -2.0, -0.5, -3.0]])
check_gate_matrix = Exercise(
    "15 The gate as a matrix",
    "logits (N, E), k -> G (N, E), k weights in each row, 0 elsewhere.",
    gate_matrix,
    cases={f"the gates with k = {k}": (LOGITS, k) for k in (2, 3)},
    slips={
        "the softmax runs over all experts. Only the chosen k share the weight 1.": (
            lambda z, k: z.softmax(-1) * _chosen(z, k)
        ),
        "all experts are asked; only the k with the largest logits should be.": (
            lambda z, k: z.softmax(-1)
        ),
        "the softmax comes last and counts the zeros as logits: 0 is not -∞.": (
            lambda z, k: (z * _chosen(z, k)).softmax(-1)
        ),
        "the softmax runs over the tokens; each row must sum to 1.": _over_tokens,
        "the chosen have equal weights; the larger logit must count more.": (
            lambda z, k: _chosen(z, k) / k
        ),
        "this says who is asked; how much each counts is missing.": _chosen,
        "these are the logits of the chosen; a softmax makes weights of them.": (
            lambda z, k: z * _chosen(z, k)
        ),
        "the weights do not stand under their experts, only in the first columns.": (
            lambda z, k: F.pad(z.topk(k).values.softmax(-1), (0, z.shape[-1] - k))
        ),
        "these are the k weights; write each under its expert, (N, E) in all.": (
            lambda z, k: z.topk(k).values.softmax(-1)
        ),
        "the logits themselves are divided by their sum; take their exponentials.": (
            lambda z, k: z * _chosen(z, k) / (z * _chosen(z, k)).sum(-1, keepdim=True)
        ),
        "each expert has chosen its tokens here; each token chooses its experts.": (
            lambda z, k: _softmax_of(z, _chosen(z, k, dim=0), dim=0)
        ),
        "these are the smallest logits; the largest are asked.": (
            lambda z, k: _softmax_of(z, _chosen(-z, k))
        ),
        "k is 3 here; your answer still asks two experts.": lambda z, k: gate_matrix(z, 2),
    },
    right=[_by_shares, lambda z, k: _softmax_of(z, _chosen(z, k))],
    hints=[
        "`logits.topk(k, dim=-1)` gives each token's k largest logits and whose they are.",
        "The weights are a softmax over these k alone; they sum to 1.",
        "A tensor of zeros has a place for every expert; `scatter(-1, experts, weights)` writes "
        "the k weights to theirs.",
        "Or without topk's places: fill all other logits with -∞, and take the softmax.",
    ],
)


def balance_of(logits, k):
    N, E = logits.shape
    experts = logits.topk(k, dim=-1).indices
    f = torch.bincount(experts.flatten(), minlength=E) / (k * N)
    P = logits.softmax(-1).mean(0)
    return E * (f * P).sum()


def _and_gradient(balance_of, logits, k):
    loss = balance_of(logits.requires_grad_(), k)
    return loss, gradient(loss, logits)


def _balance(f=lambda z, k: _chosen(z, k).mean(0) / k, P=lambda z, k: z.softmax(-1).mean(0)):
    """The loss with another part, a function of the logits and k."""
    return lambda z, k: z.shape[1] * (f(z, k) * P(z, k)).sum()


def _token_by_token(z, k):
    return z.shape[1] * (_chosen(z, k) * z.softmax(-1)).sum(-1).mean()


SLIPS_OF_THE_BALANCE = {
    "this is the sum of f · P alone; times E, a perfect balance gives 1.": (
        lambda z, k: balance_of(z, k) / z.shape[1]
    ),
    "f must count choices; you took probabilities for both.": (
        _balance(f=lambda z, k: z.softmax(-1).mean(0))
    ),
    "P must be probabilities; you took the choices for both.": (
        _balance(P=lambda z, k: _chosen(z, k).mean(0) / k)
    ),
    "this is as many times too large as there are tokens: f is a share of the choices, P a "
    "mean.": _balance(P=lambda z, k: z.softmax(-1).sum(0)),
    "this is as many times too large as there are choices: f is a share of them.": (
        _balance(f=lambda z, k: _chosen(z, k).sum(0))
    ),
    "each token makes k choices: f must be divided by k as well.": (
        _balance(f=lambda z, k: _chosen(z, k).mean(0))
    ),
    "only each token's first choice is counted; it makes k.": lambda z, k: balance_of(z, 1),
    "choice and probability are multiplied token by token. First average each.": _token_by_token,
    "choice and probability are multiplied token by token. Average each first; and a token "
    "makes k choices.": lambda z, k: _token_by_token(z, k) / k,
    "the experts must be summed over; you took their mean.": (
        lambda z, k: balance_of(z, k) / z.shape[1] ** 2
    ),
    "P holds probabilities among all experts, not only among the chosen.": (
        _balance(P=lambda z, k: gate_matrix(z, k).mean(0))
    ),
    "the softmax runs over the tokens; each token's probabilities sum to 1.": (
        _balance(P=lambda z, k: z.softmax(0).mean(0))
    ),
    "P must be probabilities; these are mean logits.": _balance(P=lambda z, k: z.mean(0)),
    "the number is right, but it has no gradient, so the router learns nothing. P must stay a "
    "tensor.": lambda z, k: balance_of(z, k).item(),
}
ROUTED = torch.tensor(
    [[2.0, 1.0, 0.0, -1.0], [0.0, 2.0, 1.5, 0.0], [1.0, 1.5, 0.0, 0.0]]
    + [[3.0, 0.0, 0.5, -0.5], [0.0, -0.2, 1.0, 0.5], [0.5, 0.1, 0.0, 2.0], [2.0, 0.3, 0.1, 0.0]]
)
check_balance_of = Exercise(
    "15 The balance loss for k experts",
    "logits (N, E), k -> the balance loss, a number with a gradient.",
    balance_of,
    cases={f"with k = {k}": (ROUTED, k) for k in (2, 1)},
    parts=("the loss", "the gradient of the loss"),
    slips=SLIPS_OF_THE_BALANCE,
    right=[_balance(), lambda z, k: balance_of(z.double(), k)],
    ask=_and_gradient,
    hints=[
        "f counts choices: each token makes k of them. Their shares sum to 1.",
        "`torch.bincount(experts.flatten(), minlength=E)` counts; how many choices are there?",
        "P is the mean of `logits.softmax(-1)` over the tokens; the loss is `E * (f * P).sum()`.",
    ],
)
