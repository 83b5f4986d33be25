"""Right and wrong answers to the exercises of notebook 09."""

import torch
from torch.nn import functional as F

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice.exercises import check_decay_groups, check_parameters_of, check_tied_logits
from helpers.theory.scaling import count_parameters


def the_model_itself(V, T, L, C, bias):
    named = GPT(GPTConfig(T, V, L, 1, C)).named_parameters()
    return sum(p.numel() for name, p in named if bias or not name.endswith("bias"))


def part_by_part(V, T, L, C, bias):
    b = 1.0 if bias else 0.0
    attention = C * 3 * C + b * 3 * C + C * C + b * C
    network = C * 4 * C + b * 4 * C + 4 * C * C + b * C
    norm = C + b * C
    return C * (V + T) + L * (attention + network + 2 * norm) + norm


def formula(V, T, L, C, bias):
    return count_parameters(GPTConfig(T, V, L, 1, C))


def without(true=0, false=0):
    """The truth less so many times C (a function of V, T, L), with and without biases."""

    def answer(V, T, L, C, bias):
        less = (true if bias else false) or (lambda V, T, L: 0)
        return the_model_itself(V, T, L, C, bias) - C * less(V, T, L)

    return answer


def by_linear(idx, embedding):
    return F.linear(F.embedding(idx, embedding), embedding)


def by_einsum(idx, embedding):
    one_hot = F.one_hot(idx, len(embedding)).float()
    return torch.einsum("btv,vc,wc->btw", one_hot, embedding, embedding)


def by_shape(named):
    decayed = [name for name, p in named if len(p.shape) > 1]
    return decayed, [name for name, _ in named if name not in decayed]


def in_a_loop(named):
    groups = [], ()
    for name, p in named:
        groups = ([*groups[0], name], groups[1]) if p.ndim >= 2 else (groups[0], (*groups[1], name))
    return groups


def by(rule):
    """Groups by a rule (name, tensor) -> whether it decays."""
    return lambda named: (
        [name for name, p in named if rule(name, p)],
        [name for name, p in named if not rule(name, p)],
    )


def only_matrices_and_biases(named):
    decayed, _ = by_shape(named)
    return decayed, [name for name, _ in named if name.endswith("bias")]


RIGHT = {
    check_parameters_of: [the_model_itself, part_by_part],
    check_tied_logits: [by_linear, by_einsum],
    check_decay_groups: [by_shape, in_a_loop, lambda named: list(map(set, by_shape(named)))],
}
WRONG = {
    check_parameters_of: [
        (formula, "the biases are still counted"),
        (lambda V, T, L, C, bias: the_model_itself(V, T, L, C, False), "although bias is True"),
        (without(true=lambda V, T, L: -V), "the head is counted again"),
        (without(false=lambda V, T, L: -V), "the head is counted again"),
        (without(true=lambda V, T, L: T), "the positions are missing"),
        (without(true=lambda V, T, L: 2), "the final norm is missing"),
        (without(true=lambda V, T, L: 1), "C scales and C shifts"),
        (without(true=lambda V, T, L: 9 * L), "the biases of the linear layers"),
        (without(true=lambda V, T, L: 4 * L), "two norms, of 2·C each"),
        (without(false=lambda V, T, L: 2 * L + 1), "the norms are gone altogether"),
        (without(false=lambda V, T, L: 2 * L), "the norms of the blocks are gone"),
        (without(false=lambda V, T, L: 1), "the final norm is gone"),
        (without(false=lambda V, T, L: -2 * L - 1), "a norm's shift is a bias as well"),
        (without(false=lambda V, T, L: -1), "the final norm's shift"),
        (without(true=lambda V, T, L: 3 * L), "should be"),
        (without(true=lambda V, T, L: 2 * L), "you counted one"),
        (without(false=lambda V, T, L: -2 * L), "the shifts of the norms in the blocks"),
        (lambda V, T, L, C, bias: the_model_itself(V, T, 1, C, bias), "only one block"),
        (without(true=lambda V, T, L: L - 3), "should be"),
        (lambda V, T, L, C, bias: formula(V, T, L, C, bias) + (1 if bias else 0), "should be"),
    ],
    check_tied_logits: [
        (lambda idx, E: E[idx], "the head is still missing"),
        (lambda idx, E: by_linear(idx, E).softmax(-1), "these are probabilities"),
        (lambda idx, E: by_linear(idx, E).log_softmax(-1), "these are log-probabilities"),
        (lambda idx, E: by_linear(idx, E) / E.shape[1] ** 0.5, "nothing is divided"),
        (lambda idx, E: by_linear(idx, E.data), "no gradient comes back"),
        (lambda idx, E: E[idx] @ E.detach().T, "the head's copy"),
        (lambda idx, E: E[idx] @ torch.nn.Parameter(E.T), "the head's copy"),
        (lambda idx, E: E.detach()[idx] @ E.T, "the embedding's copy"),
        (lambda idx, E: by_linear(idx, torch.nn.Parameter(E)), "the gradient of the matrix"),
        (lambda idx, E: by_linear(idx, E) + 1, "should be"),
        (lambda idx, E: by_linear(idx, E).mT, "the shape of"),
    ],
    check_decay_groups: [
        (by(lambda name, p: not name.endswith("bias")), "the scale of a norm"),
        (by(lambda name, p: name.endswith("weight")), "the scale of a norm"),
        (by(lambda name, p: "weight" in name and "norm" not in name), "though its name"),
        (by(lambda name, p: p.dim() < 2), "swapped"),
        (by(lambda name, p: p.dim() >= 2 and "embedding" not in name), "must decay"),
        (by(lambda name, p: p.dim() != 1), "temperature"),
        (only_matrices_and_biases, "in neither list"),
        (lambda named: by_shape(named)[0], "two lists"),
        (lambda named: [[p for _, p in named], []], "the names"),
        (lambda named: (by_shape(named)[0], by_shape(named)[1] * 2), "twice"),
    ],
}
