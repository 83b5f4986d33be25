"""Exercises of notebook 13: mixture of experts in GPT."""

import torch
from torch.nn import functional as F

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import routing


@exercise(
    "13",
    "The gate as a matrix",
    hints=[
        "`logits.topk(k, dim=-1)` gives each token's k largest logits and whose they are.",
        "The weights are a softmax over these k alone; they sum to 1.",
        "A tensor of zeros has a place for every expert; `scatter(-1, experts, weights)` writes "
        "the k weights to theirs.",
        "Or without topk's places: fill all other logits with -∞, and take the softmax.",
    ],
    solution=routing.gate_matrix,
)
def check_gate_matrix(gate_matrix):
    """logits (N, E), k -> G (N, E), k weights in each row, 0 elsewhere."""
    logits = torch.tensor([[1.0, 2.0, 0.5, -1.0], [0.2, -0.5, 3.0, 1.5], [-1.0, -2.0, -0.5, -3.0]])
    got = gate_matrix(logits.clone(), 2)
    wanted = routing.gate_matrix(logits, 2)
    compare(
        got,
        wanted,
        _slips_of_the_gate(logits, 2) | _others_asked(logits, 2),
        what="the gates with k = 2",
    )
    got, wanted = gate_matrix(logits.clone(), 3), routing.gate_matrix(logits, 3)
    slips = {"k is 3 here; your answer still asks two experts.": routing.gate_matrix(logits, 2)}
    compare(got, wanted, slips, what="the gates with k = 3")


def _slips_of_the_gate(logits, k):
    """What is wrong, in words -> what comes out then."""
    best, experts = logits.topk(k, dim=-1)
    nothing, probs = torch.zeros_like(logits), logits.softmax(-1)
    chosen = nothing.scatter(-1, experts, 1.0)
    return {
        "the softmax runs over all experts. Only the chosen k share the weight 1.": probs * chosen,
        "all experts are asked; only the k with the largest logits should be.": probs,
        "the softmax comes last and counts the zeros as logits: 0 is not -∞.": (
            (logits * chosen).softmax(-1)
        ),
        "the softmax runs over the tokens; each row must sum to 1.": (
            nothing.scatter(-1, experts, best.softmax(0))
        ),
        "the chosen have equal weights; the larger logit must count more.": chosen / k,
        "this says who is asked; how much each counts is missing.": chosen,
        "these are the logits of the chosen; a softmax makes weights of them.": logits * chosen,
        "the weights do not stand under their experts, only in the first columns.": (
            F.pad(best.softmax(-1), (0, logits.shape[-1] - k))
        ),
        "these are the k weights; write each under its expert, (N, E) in all.": best.softmax(-1),
        "the logits themselves are divided by their sum; take their exponentials.": (
            logits * chosen / (logits * chosen).sum(-1, keepdim=True)
        ),
    }


def _others_asked(logits, k):
    """Slips of those who ask other experts."""
    nothing = torch.zeros_like(logits)
    worst = (-logits).topk(k, dim=-1).indices
    by_expert = nothing.scatter(0, logits.topk(k, dim=0).indices, 1.0)
    return {
        "each expert has chosen its tokens here; each token chooses its experts.": (
            logits.masked_fill(by_expert == 0, float("-inf")).softmax(0)
        ),
        "these are the smallest logits; the largest are asked.": (
            nothing.scatter(-1, worst, logits.gather(-1, worst).softmax(-1))
        ),
    }


@exercise(
    "13",
    "The balance loss for k experts",
    hints=[
        "f counts choices: each token makes k of them. Their shares sum to 1.",
        "`torch.bincount(experts.flatten(), minlength=E)` counts; how many choices are there?",
        "P is the mean of `logits.softmax(-1)` over the tokens; the loss is `E * (f * P).sum()`.",
    ],
    solution=routing.balance_of,
)
def check_balance_of(balance_of):
    """logits (N, E), k -> the balance loss, a number with a gradient."""
    logits = torch.tensor(
        [[2.0, 1.0, 0.0, -1.0], [0.0, 2.0, 1.5, 0.0], [1.0, 1.5, 0.0, 0.0]]
        + [[3.0, 0.0, 0.5, -0.5], [0.0, -0.2, 1.0, 0.5], [0.5, 0.1, 0.0, 2.0], [2.0, 0.3, 0.1, 0.0]]
    )
    for k in (2, 1):
        given = logits.clone().requires_grad_()
        got = balance_of(given, k)
        slips, what = _slips_of_the_balance(logits, k), f"the loss with k = {k}"
        compare(got, routing.balance_of(logits, k), slips, what=what)
        require(
            isinstance(got, torch.Tensor) and got.requires_grad,
            "the number is right, but it has no gradient, so the router learns nothing. P must "
            "stay a tensor.",
        )
        (slope,) = torch.autograd.grad(got, given)
        twin = logits.clone().requires_grad_()
        (wanted,) = torch.autograd.grad(routing.balance_of(twin, k), twin)
        compare(slope, wanted, what="the number is right; its gradient")


def _slips_of_the_balance(logits, k):
    """What is wrong, in words -> what comes out then."""
    N, E = logits.shape
    probs = logits.softmax(-1)
    chosen = torch.zeros_like(logits).scatter(-1, logits.topk(k, dim=-1).indices, 1.0)
    together = E * (chosen * probs).sum(-1).mean()
    best = torch.zeros_like(logits).scatter(-1, logits.topk(1, dim=-1).indices, 1.0)
    f, P = chosen.sum(0) / (k * N), probs.mean(0)
    return {
        "this is the sum of f · P alone; times E, a perfect balance gives 1.": (f * P).sum(),
        "f must count choices; you took probabilities for both.": E * (P * P).sum(),
        "P must be probabilities; you took the choices for both.": E * (f * f).sum(),
        "this is as many times too large as there are tokens: f is a share of the choices, P a "
        "mean.": E * N * (f * P).sum(),
        "this is as many times too large as there are choices: f is a share of them.": (
            E * k * N * (f * P).sum()
        ),
        "each token makes k choices: f must be divided by k as well.": E * k * (f * P).sum(),
        "only each token's first choice is counted; it makes k.": E * (best.mean(0) * P).sum(),
        "choice and probability are multiplied token by token. First average each.": together,
        "choice and probability are multiplied token by token. Average each first; and a token "
        "makes k choices.": together / k,
        "the experts must be summed over; you took their mean.": (f * P).mean(),
        "P holds probabilities among all experts, not only among the chosen.": (
            E * (f * routing.gate_matrix(logits, k).mean(0)).sum()
        ),
        "the softmax runs over the tokens; each token's probabilities sum to 1.": (
            E * (f * logits.softmax(0).mean(0)).sum()
        ),
        "P must be probabilities; these are mean logits.": E * (f * logits.mean(0)).sum(),
    }


@exercise(
    "13",
    "Who finds a place",
    hints=[
        "A token finds a place if fewer than `places` tokens before it asked the same expert.",
        "`torch.nn.functional.one_hot(experts, n_expert)` is (N, E); its cumsum over the tokens, "
        "less itself, counts those before.",
        "A loop does as well: count for each expert how many have come.",
    ],
    solution=routing.kept,
)
def check_kept(kept):
    """experts (N,), in order of arrival, n_expert, places per expert -> (N,), True where kept."""
    experts = torch.tensor([0, 2, 0, 0, 1, 2, 0, 2, 1, 1, 2])
    for places in (2, 1, 3):
        got = kept(experts.clone(), 4, places)
        wanted = routing.kept(experts, 4, places)
        slips = _slips_of_the_places(experts, places)
        if places != 2:
            two = {"the number of places is given; yours is always 2.": routing.kept(experts, 4, 2)}
            slips = two | slips
        compare(got, wanted, slips, what=f"the answer for places = {places}")


def _slips_of_the_places(experts, places):
    """What is wrong, in words -> what comes out then."""
    first, late = routing.kept(experts, 4, places), routing.kept(experts.flip(0), 4, places).flip(0)
    order = torch.arange(len(experts))
    asked = F.one_hot(experts, 4)
    return {
        "this is the wrong way round: True where a token is dropped.": ~first,
        "the places are counted for all experts together; each has its own.": order < places,
        "four experts share their places here; each has its own.": order < 4 * places,
        "one place stays empty: a token counts itself among those before it.": (
            routing.kept(experts, 4, places - 1)
        ),
        "one too many is kept: the next token would be number places + 1.": (
            routing.kept(experts, 4, places + 1)
        ),
        "who comes last is kept; who comes first should be.": late,
        "all tokens are kept.": order >= 0,
        "an expert's place is not the token's: look at the expert that it asked.": (
            (asked.cumsum(0) <= places).all(1)
        ),
        "one answer for each token is asked for, (N,).": asked * first[:, None],
    }
