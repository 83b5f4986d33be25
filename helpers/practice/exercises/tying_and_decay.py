"""Exercises of notebook *From GPT-1 to GPT-3*: tying, and weight decay."""

import torch
from torch.nn import functional as F

from helpers.practice.answers import gradient, normals, require, then
from helpers.practice.exercise import Exercise


def tied_logits(idx, embedding):
    h = embedding[idx]  # (B, T, C)
    return h @ embedding.T  # (B, T, V)


def _and_gradient(tied_logits, idx, embedding):
    logits = tied_logits(idx, embedding.requires_grad_())
    return logits, gradient(logits, embedding)


check_tied_logits = Exercise(
    "10 One matrix, used twice",
    "idx (B, T), embedding (V, C) -> logits (B, T, V), with the gradient of both uses.",
    tied_logits,
    cases={
        "": (torch.tensor([[4, 0, 2], [1, 2, 2]]), *normals(0, (5, 4))),
        "of another text": (torch.tensor([[1, 1]]), *normals(1, (3, 2))),
    },
    parts=("the logits", "the gradient of the matrix"),
    slips={
        "these are the vectors of the tokens; the head is still missing.": F.embedding,
        "these are probabilities; the logits are asked for.": (
            lambda idx, table: tied_logits(idx, table).softmax(-1)
        ),
        "these are log-probabilities; the logits are asked for.": (
            lambda idx, table: tied_logits(idx, table).log_softmax(-1)
        ),
        "nothing is divided by √C here: that is attention's.": (
            lambda idx, table: tied_logits(idx, table) / table.shape[1] ** 0.5
        ),
        "the logits are right, but no gradient comes back: use the tensor itself, not a copy.": (
            lambda idx, table: tied_logits(idx, table.detach())
        ),
        "the logits are right, but the head's copy of the matrix learns nothing.": (
            lambda idx, table: table[idx] @ table.detach().T
        ),
        "the logits are right, but the embedding's copy of the matrix learns nothing.": (
            lambda idx, table: table.detach()[idx] @ table.T
        ),
    },
    right=[
        lambda idx, table: F.linear(F.embedding(idx, table), table),
        lambda idx, table: F.one_hot(idx, len(table)).float() @ table @ table.mT,
    ],
    ask=_and_gradient,
    hints=[
        "The first use: `embedding[idx]` are the rows of the tokens read, (B, T, C).",
        "The second use: the score of a token is the dot product of h with that token's row.",
        "`embedding[idx] @ embedding.T`, with the tensor itself: a detached copy gets no gradient.",
    ],
)


def decay_groups(named):
    decayed = [name for name, p in named if p.dim() >= 2]
    spared = [name for name, p in named if p.dim() < 2]
    return decayed, spared


def _decays(decay_groups, named):
    """For every name, whether it decays; Mistake says which stands in the wrong list, and why."""
    groups = decay_groups(named)
    require(_two_lists(groups), "two lists of names are asked for: decayed, spared.")
    (decayed, spared), names = map(list, groups), [name for name, _ in named]
    require(set(decayed + spared) <= set(names), "the lists must hold the names.")
    matrices = [name for name, p in named if p.dim() >= 2]
    swapped = not set(decayed) & set(matrices) and set(spared) == set(matrices)
    require(not swapped, "the two lists are swapped: matrices decay, and come first.")
    for name in decayed:
        require(name in matrices, f"{name} is no matrix and must be spared{_scale(name)}")
    for name in spared:
        require(name not in matrices, f"{name} is a matrix and must decay{_unlikely(name)}")
    missing = [name for name in names if name not in decayed + spared]
    require(not missing, f"{', '.join(missing)} is in neither list, so it would not be trained.")
    require(len(decayed + spared) == len(names), "a name stands in a list twice.")
    return torch.tensor([name in decayed for name in names])


def _two_lists(groups) -> bool:
    kinds = (list, tuple, set, dict)
    pair = isinstance(groups, (list, tuple)) and len(groups) == 2
    return pair and all(isinstance(group, kinds) for group in groups)


def _scale(name: str) -> str:
    words = ": it is the scale of a norm, for all that it is called weight."
    return words if name.endswith("weight") else "."


def _unlikely(name: str) -> str:
    return "." if name.endswith("weight") else ", though its name does not end in weight."


def _by(rule):
    """Groups by a rule: name, tensor -> whether it decays."""
    return lambda named: (
        [name for name, p in named if rule(name, p)],
        [name for name, p in named if not rule(name, p)],
    )


SLIPS_OF_DECAY = {
    "norm.weight is no matrix and must be spared: it is the scale of a norm, for all that it is "
    "called weight.": _by(lambda name, p: not name.endswith("bias")),
    "table is a matrix and must decay, though its name does not end in weight.": (
        _by(lambda name, p: "weight" in name and "norm" not in name)
    ),
    "the two lists are swapped: matrices decay, and come first.": _by(lambda name, p: p.dim() < 2),
    "embedding.weight is a matrix and must decay.": (
        _by(lambda name, p: p.dim() >= 2 and "embedding" not in name)
    ),
    "temperature is no matrix and must be spared.": _by(lambda name, p: p.dim() != 1),
    "norm.weight, temperature is in neither list, so it would not be trained.": (
        lambda named: (decay_groups(named)[0], [name for name, _ in named if "bias" in name])
    ),
    "two lists of names are asked for: decayed, spared.": lambda named: decay_groups(named)[0],
    "the lists must hold the names.": lambda named: ([p for _, p in named], []),
    "a name stands in a list twice.": then(decay_groups, lambda groups: (groups[0], groups[1] * 2)),
}
NAMES = "embedding.weight table norm.weight norm.bias qkv.weight qkv.bias temperature".split()
SHAPES = [(5, 4), (3, 4), (4,), (4,), (12, 4), (12,), ()]
check_decay_groups = Exercise(
    "10 What decays",
    "[(name, tensor), …] -> two lists of names: those that decay, those that are spared.",
    decay_groups,
    cases={
        "the decay of seven tensors": [list(zip(NAMES, map(torch.ones, SHAPES), strict=True))],
        "the decay of one tensor": [[("head", torch.ones(2, 2))]],
    },
    slips=SLIPS_OF_DECAY,
    right=[
        _by(lambda name, p: len(p.shape) > 1),
        lambda named: list(map(set, decay_groups(named))),
    ],
    ask=_decays,
    hints=[
        "A name says little: a norm's scale is called `weight` too. What tells a matrix?",
        "`p.dim()` is 2 for a matrix and 1 for a bias or a norm's scale.",
        "`[name for name, p in named if p.dim() >= 2]`, and the others.",
    ],
)
