"""Right and wrong answers to the exercises of notebook 13."""

import torch
from torch.nn import functional as F

from helpers.practice.exercises import check_balance_of, check_gate_matrix, check_kept


def by_threshold(logits, k):
    least = logits.sort(dim=-1, descending=True).values[:, k - 1 : k]
    return logits.masked_fill(logits < least, float("-inf")).softmax(-1)


def by_shares(logits, k):
    """The probabilities among all, divided by what the chosen have."""
    probs = logits.double().softmax(-1)
    chosen = mask(logits, k)
    return probs * chosen / (probs * chosen).sum(-1, keepdim=True)


def token_by_token(logits, k):
    G = torch.zeros(logits.shape)
    for t, row in enumerate(logits):
        best, experts = row.topk(k)
        G[t, experts] = best.softmax(-1)
    return G


def mask(logits, k, dim=-1):
    return torch.zeros_like(logits).scatter(dim, logits.topk(k, dim=dim).indices, 1.0)


def balance(f=None, P=None, scale=None):
    """The loss with other parts, functions of (logits, k)."""

    def answer(logits, k):
        share = mask(logits, k).mean(0) / k if f is None else f(logits, k)
        mean = logits.softmax(-1).mean(0) if P is None else P(logits, k)
        return (logits.shape[1] if scale is None else scale) * (share * mean).sum()

    return answer


def by_dot(logits, k):
    chosen = logits.detach().topk(k).indices.flatten()
    counts = torch.stack([(chosen == e).sum() for e in range(logits.shape[1])])
    return logits.shape[1] * (counts / len(chosen)) @ logits.softmax(-1).mean(0)


def per_token(logits, k):
    return logits.shape[1] * (mask(logits, k) * logits.softmax(-1)).sum(-1).mean()


def in_a_loop(experts, n_expert, places):
    taken, answer = [0] * n_expert, []
    for e in experts.tolist():
        answer.append(taken[e] < places)
        taken[e] += 1
    return answer


def by_pairs(experts, n_expert, places):
    before = (experts[:, None] == experts).tril(-1).sum(1)
    return before < places


def by_cumsum(experts, n_expert, places):
    asked = F.one_hot(experts, n_expert)
    return (asked.bool() & (asked.cumsum(0) <= places)).any(1)


RIGHT = {
    check_gate_matrix: [by_threshold, by_shares, token_by_token],
    check_balance_of: [balance(), by_dot],
    check_kept: [in_a_loop, by_pairs, by_cumsum],
}
WRONG = {
    check_gate_matrix: [
        (lambda z, k: z.softmax(-1) * mask(z, k), "runs over all experts"),
        (lambda z, k: z.softmax(-1), "all experts are asked"),
        (lambda z, k: (z * mask(z, k)).softmax(-1), "0 is not -∞"),
        (
            lambda z, k: z.masked_fill(mask(z, k, 0) == 0, float("-inf")).softmax(0),
            "each expert has chosen",
        ),
        (
            lambda z, k: torch.zeros_like(z).scatter(
                -1, z.topk(k).indices, z.topk(k)[0].softmax(0)
            ),
            "over the tokens",
        ),
        (lambda z, k: mask(z, k) / k, "equal weights"),
        (lambda z, k: mask(z, k), "who is asked"),
        (lambda z, k: z * mask(z, k), "logits of the chosen"),
        (
            lambda z, k: z * mask(z, k) / (z * mask(z, k)).sum(-1, keepdim=True),
            "take their exponentials",
        ),
        (lambda z, k: F.pad(z.topk(k).values.softmax(-1), (0, 4 - k)), "first columns"),
        (lambda z, k: z.topk(k).values.softmax(-1), "write each under its expert"),
        (lambda z, k: z.masked_fill(mask(-z, k) == 0, float("-inf")).softmax(-1), "the smallest"),
        (lambda z, k: by_threshold(z, 2), "k is 3 here"),
        (lambda z, k: by_threshold(2 * z, k), "should be"),
        (lambda z, k: by_threshold(z, 1), "should be"),
    ],
    check_balance_of: [
        (balance(scale=1), "times E"),
        (balance(f=lambda z, k: z.softmax(-1).mean(0)), "you took probabilities"),
        (balance(P=lambda z, k: mask(z, k).mean(0) / k), "you took the choices"),
        (balance(P=lambda z, k: z.softmax(-1).sum(0)), "as there are tokens"),
        (balance(f=lambda z, k: mask(z, k).sum(0)), "f is a share of"),
        (balance(f=lambda z, k: mask(z, k).mean(0)), "divided by k as well"),
        (balance(f=lambda z, k: mask(z, 1).mean(0)), "only each token's first choice"),
        (per_token, "token by token"),
        (lambda z, k: per_token(z, k) / k, "token by token"),
        (lambda z, k: balance(scale=1 / 4)(z, k), "the experts must be summed over"),
        (balance(P=lambda z, k: by_threshold(z, k).mean(0)), "not only among the chosen"),
        (balance(P=lambda z, k: z.softmax(0).mean(0)), "over the tokens"),
        (balance(P=lambda z, k: z.mean(0)), "mean logits"),
        (lambda z, k: balance()(z.detach(), k), "no gradient"),
        (lambda z, k: balance()(z, k).item(), "no gradient"),
        (lambda z, k: balance()(z, k) + 0.1, "should be"),
        (lambda z, k: balance()(z, 2), "k = 1"),
        (lambda z, k: balance()(z, 1), "only each token's first choice"),
        (lambda z, k: balance()(z, k).detach() + 0 * z.sum(), "its gradient"),
    ],
    check_kept: [
        (lambda experts, E, places: ~by_pairs(experts, E, places), "wrong way round"),
        (lambda experts, E, places: torch.arange(len(experts)) < places, "all experts together"),
        (lambda experts, E, places: torch.arange(len(experts)) < E * places, "share their places"),
        (lambda experts, E, places: by_pairs(experts, E, places - 1), "counts itself"),
        (lambda experts, E, places: by_pairs(experts, E, places + 1), "one too many"),
        (lambda experts, E, places: by_pairs(experts.flip(0), E, places).flip(0), "comes last"),
        (lambda experts, E, places: experts >= 0, "all tokens are kept"),
        (
            lambda experts, E, places: (
                F.one_hot(experts, E) * by_pairs(experts, E, places)[:, None]
            ),
            "one answer for each token",
        ),
        (
            lambda experts, E, places: (F.one_hot(experts, E).cumsum(0) <= places).all(1),
            "the expert that it asked",
        ),
        (lambda experts, E, places: experts * by_pairs(experts, E, places), "should be"),
        (lambda experts, E, places: by_pairs(experts, E, places).flip(0), "should be"),
        (lambda experts, E, places: by_pairs(experts, E, 2), "always 2"),
        (lambda experts, E, places: by_pairs(experts, E, min(places, 2)), "always 2"),
    ],
}
