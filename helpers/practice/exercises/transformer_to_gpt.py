"""Exercises of *The Transformer*: a block of the decoder, teacher forcing, a divergence."""

import torch
from torch.nn import functional as F

from helpers.practice.answers import in_bits, normals, require, then
from helpers.practice.exercise import Exercise
from helpers.theory import probability


def writing_block(y, memory, look_back, look_across, think, norm):
    y = norm(y + look_back(y))
    y = norm(y + look_across(y, memory))
    return norm(y + think(y))


def _look_back(y):
    return y.cumsum(0) / torch.arange(1, len(y) + 1)[:, None]  # the average so far


def _look_across(y, memory):
    return (y @ memory.T).softmax(-1) @ memory


def _think(y):
    return y.relu() ** 2


def _norm(y):
    return F.layer_norm(y, y.shape[-1:])


def _block(step, across=lambda look, y, memory, start: look(y, memory)):
    """A block whose every sublayer ends in a step: (stream, what the sublayer reads it with)."""

    def answer(y, memory, look_back, look_across, think, norm):
        start = y
        y = step(y, look_back, norm)
        y = step(y, lambda x: across(look_across, x, memory, start), norm)
        return step(y, think, norm)

    return answer


def _add_norm(y, f, norm):
    return norm(y + f(y))


def _in_another_order(y, memory, look_back, look_across, think, norm):
    y = norm(y + look_across(y, memory))
    y = norm(y + look_back(y))
    return norm(y + think(y))


def _without(*left_out):
    """A block in which some sublayers are missing."""

    def answer(y, memory, look_back, look_across, think, norm):
        layers = {"back": look_back, "across": lambda x: look_across(x, memory), "think": think}
        for name, layer in layers.items():
            y = y if name in left_out else norm(y + layer(y))
        return y

    return answer


def _all_at_once(y, memory, look_back, look_across, think, norm):
    return norm(y + look_back(y) + look_across(y, memory) + think(y))


def _one_norm(y, memory, look_back, look_across, think, norm):
    y = y + look_back(y)
    y = y + look_across(y, memory)
    return norm(y + think(y))


def _last_norm_missing(y, memory, look_back, look_across, think, norm):
    y = norm(y + look_back(y))
    y = norm(y + look_across(y, memory))
    return y + think(y)


WORDS, DIGITS, TWO_WORDS = normals(7, (5, 4), (3, 4), (2, 4))
LAYERS = (_look_back, _look_across, _think, _norm)
check_writing_block = Exercise(
    "02 A block of the decoder",
    "y (T, C), memory (S, C), three sublayers and a norm -> y after the block, (T, C).",
    writing_block,
    cases={
        "the stream after the block": (WORDS, DIGITS, *LAYERS),
        "the stream of two words": (TWO_WORDS, DIGITS, *LAYERS),
    },
    slips={
        "the sums are missing: what a sublayer computes must be added to what it read.": (
            _block(lambda y, f, norm: norm(f(y)))
        ),
        "the norms are missing: each sum must be normalised.": _block(lambda y, f, norm: y + f(y)),
        "the norm stands before the sublayer; in 2017 it stands after the sum.": (
            _block(lambda y, f, norm: y + f(norm(y)))
        ),
        "the norm takes the sublayer's output alone; it must take the sum.": (
            _block(lambda y, f, norm: y + norm(f(y)))
        ),
        "only the last sum is normalised; each of the three must be.": _one_norm,
        "the last sum is not normalised.": _last_norm_missing,
        "the three sublayers read the same y; each must read what the one before has left.": (
            _all_at_once
        ),
        "cross-attention comes first; the words look back before they look across.": (
            _in_another_order
        ),
        "cross-attention reads y again; its keys and values must come from the memory.": (
            _block(_add_norm, lambda look, y, memory, start: look(y, y))
        ),
        "cross-attention is asked by the y that came in; use what look_back has left.": (
            _block(_add_norm, lambda look, y, memory, start: look(start, memory))
        ),
        "cross-attention is missing: this is already a GPT's block.": _without("across"),
        "the feed-forward network is missing.": _without("think"),
        "the words do not look back at each other.": _without("back"),
    },
    right=[
        _block(_add_norm),
        lambda y, memory, back, across, think, norm: _without()(
            y.clone(), memory, back, across, think, norm
        ),
    ],
    hints=[
        "The picture has three plus signs; each adds what a sublayer computed to what it read.",
        "Every sublayer has the form `y = norm(y + f(y))`. Which f is the first?",
        "The second is `look_across(y, memory)`, with the y that the first has left.",
    ],
)


def read_and_asked(targets):
    return targets[:, :-1], targets[:, 1:]


ONE, TWO = torch.tensor([[1, 17, 42, 2]]), torch.tensor([[1, 14, 2, 0, 0], [1, 19, 41, 12, 2]])
check_read_and_asked = Exercise(
    "02 Shifted right",
    "targets (N, T + 1), from <start> on -> what the decoder reads and is asked, (N, T) each.",
    read_and_asked,
    parts=("what is read", "what is asked"),
    cases={"of one target": [ONE], "of two targets": [TWO]},
    slips={
        "what is read begins behind <start>; without it the first word has nothing to follow.": (
            lambda targets: (targets[:, 1:], targets[:, :-1])
        ),
        "both begin at <start>: the decoder would be asked for the word that it has just read.": (
            lambda targets: (targets[:, :-1], targets[:, :-1])
        ),
        "both are the whole target; the last token is never read, the first never asked.": (
            lambda targets: (targets, targets)
        ),
        "they stand two places apart; it must be one.": (
            lambda targets: (targets[:, :-2], targets[:, 2:])
        ),
        "the first text is cut off; cut along the second dimension, `targets[:, …]`.": (
            lambda targets: (targets[:-1], targets[1:])
        ),
    },
    right=[
        lambda targets: [targets.narrow(1, i, targets.shape[1] - 1) for i in (0, 1)],
        lambda targets: (targets[:, : targets.shape[1] - 1], targets[..., 1:]),
    ],
    hints=[
        "Place t reads token t and is asked for token t + 1.",
        "What is read is the target without its last column. And what is asked?",
    ],
)


def divergence(p, q):
    terms = torch.where(p > 0, p * (p / q).log(), 0.0)
    return terms.sum(-1)


def _ruled_out(divergence, p, q):
    """The divergence; Mistake if it is not infinite where q has ruled out what occurs."""
    got = divergence(p, q)
    if p.ndim == 1 and (p[q == 0] > 0).any():
        words = "where q = 0 and p > 0 it must be infinite: what was ruled out has occurred."
        require(torch.as_tensor(got).isinf().all() and got > 0, words)
    return got


HALVES, QUARTERS = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25]])
check_divergence = Exercise(
    "02 The divergence from the truth",
    "p and q (..., V) -> KL(p‖q) in nats, (...); a term with p = 0 counts 0.",
    divergence,
    cases={
        "the divergence": (torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.3, 0.3, 0.4])),
        "a batch of two with a p of 0": (HALVES.expand(2, 3), torch.stack([QUARTERS, HALVES])),
        "the divergence from a q of 0": (torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0])),
    },
    slips={
        "this is KL(q‖p): the truth p weights the terms, and stands above q.": (
            lambda p, q: divergence(q, p)
        ),
        "these are bits; nats need the natural logarithm.": then(divergence, in_bits),
        "this is the cross-entropy; the entropy of p must be taken off.": probability.cross_entropy,
        "the sign is wrong: no divergence is negative.": then(divergence, torch.neg),
        "this is the mean over the outcomes; it must be the sum.": (
            lambda p, q: divergence(p, q) / p.shape[-1]
        ),
        "the terms are weighted by q; the outcomes come from the truth, p.": (
            lambda p, q: (q * (p / q).log()).sum(-1)
        ),
        "the terms are not weighted; each counts as often as it occurs, p.": (
            lambda p, q: (p / q).log().sum(-1)
        ),
        "these are the terms; add them.": lambda p, q: p * (p / q).log(),
        "where p = 0 it becomes nan; an outcome that never occurs costs 0, whatever q says.": (
            lambda p, q: (p * (p / q).log()).sum(-1)
        ),
        "the sum goes over the batch as well; sum the last dimension.": then(divergence, torch.sum),
        "where q = 0 and p > 0 it must be infinite: what was ruled out has occurred.": (
            lambda p, q: divergence(p + 1e-9, q + 1e-9)
        ),
    },
    right=[
        lambda p, q: (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(-1),
        probability.kl,
        lambda p, q: (p * (p / q).log()).nansum(-1),
    ],
    ask=_ruled_out,
    hints=[
        "Each outcome has a term p · ln(p / q); add them along the last dimension.",
        "Where p = 0 the computer makes 0 · (-∞), which is nan. The term must count 0 there.",
        "`torch.where(p > 0, ..., 0.0)` takes the term where p > 0 and zero elsewhere.",
    ],
)
