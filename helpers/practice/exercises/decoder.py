"""Exercises of *The Transformer*: a block of the decoder, and what the decoder reads."""

import torch
from torch.nn import functional as F

from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


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
    "04 A block of the decoder",
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
    "04 Shifted right",
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
