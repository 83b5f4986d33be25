"""Exercises of notebook 09: sizes, tying, decay."""

import torch

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import sizes

NOT_DECAYED = "{} is a matrix and must decay."
DECAYED = "{} is no matrix and must be spared."


@exercise(
    "09",
    "Parameters without biases",
    hints=[
        "With biases it is the formula of the text. Which terms of 13·C are biases?",
        "13·C are 3·C + C + 4·C + C biases of the matrices, and two norms with a scale and a "
        "shift of C each.",
        "Without biases a block has 12·C² + 2·C, and the final norm C.",
    ],
    solution=sizes.parameters_of,
)
def check_parameters_of(parameters_of):
    """V, T, L, C, bias (True or False) -> the number of parameters."""
    for V, T, L, C in ((50, 16, 3, 8), (30, 64, 1, 20)):
        full, bare = (sizes.parameters_of(V, T, L, C, bias) for bias in (True, False))
        slips = {
            "the head is counted again; it is the embedding's own matrix.": full + V * C,
            "the positions are missing. (nanoGPT prints this number.)": full - T * C,
            "the final norm is missing.": full - 2 * C,
            "the final norm has C scales and C shifts.": full - C,
            "the biases are missing, although bias is True.": bare,
            "a block has two norms, of 2·C each; they are missing.": full - 4 * L * C,
            "a block has two norms; you counted one.": full - 2 * L * C,
            "the biases of the linear layers are missing: 9·C in a block.": full - 9 * L * C,
            "only one block is counted.": full - (L - 1) * (12 * C**2 + 13 * C),
        }
        got = parameters_of(V, T, L, C, True)
        compare(got, full, slips, what="the number with biases", tolerance=0)
        slips = {
            "the biases are still counted.": full,
            "a norm's shift is a bias as well; only its scale stays.": bare + (2 * L + 1) * C,
            "the final norm's shift is a bias as well; only its scale stays.": bare + C,
            "the shifts of the norms in the blocks are biases as well.": bare + 2 * L * C,
            "the norms are gone altogether; their scales are no biases.": bare - (2 * L + 1) * C,
            "the final norm is gone altogether; its scale is no bias.": bare - C,
            "the norms of the blocks are gone altogether; their scales are no biases.": (
                bare - 2 * L * C
            ),
            "the head is counted again; it is the embedding's own matrix.": bare + V * C,
        }
        got = parameters_of(V, T, L, C, False)
        compare(got, bare, slips, what="the number without biases", tolerance=0)


@exercise(
    "09",
    "One matrix, used twice",
    hints=[
        "The first use: `embedding[idx]` are the rows of the tokens read, (B, T, C).",
        "The second use: the score of a token is the dot product of h with that token's row.",
        "`embedding[idx] @ embedding.T`, with the tensor itself: a detached copy gets no gradient.",
    ],
    solution=sizes.tied_logits,
)
def check_tied_logits(tied_logits):
    """idx (B, T), embedding (V, C) -> logits (B, T, V), with the gradient of both uses."""
    dice = torch.Generator().manual_seed(0)
    idx, scales = torch.randint(5, (2, 3), generator=dice), torch.randn(2, 3, 5, generator=dice)
    embedding = torch.randn(5, 4, generator=dice)
    h = embedding[idx]
    logits = h @ embedding.T
    slips = {
        "these are the vectors of the tokens; the head is still missing.": h,
        "these are probabilities; the logits are asked for.": logits.softmax(-1),
        "these are log-probabilities; the logits are asked for.": logits.log_softmax(-1),
        "nothing is divided by √C here: that is attention's.": logits / 2,
    }
    leaf = embedding.clone().requires_grad_()
    got = tied_logits(idx.clone(), leaf)
    compare(got, logits, slips, what="the logits")
    require(
        isinstance(got, torch.Tensor) and got.requires_grad,
        "the logits are right, but no gradient comes back: use the tensor itself, not a copy.",
    )
    (slope,) = torch.autograd.grad((got * scales).sum(), leaf, allow_unused=True)
    read = torch.zeros_like(embedding).index_add(
        0, idx.flatten(), (scales @ embedding).flatten(0, 1)
    )
    head = scales.flatten(0, 1).T @ h.flatten(0, 1)
    slips = {
        "the logits are right, but the head's copy of the matrix learns nothing.": read,
        "the logits are right, but the embedding's copy of the matrix learns nothing.": head,
    }
    slope = torch.zeros_like(embedding) if slope is None else slope
    compare(slope, read + head, slips, what="the gradient of the matrix")


@exercise(
    "09",
    "What decays",
    hints=[
        "A name says little: a norm's scale is called `weight` too. What tells a matrix?",
        "`p.dim()` is 2 for a matrix and 1 for a bias or a norm's scale.",
        "`[name for name, p in named if p.dim() >= 2]`, and the others.",
    ],
    solution=sizes.decay_groups,
)
def check_decay_groups(decay_groups):
    """[(name, tensor), …] -> two lists of names: those that decay, those that are spared."""
    given = [(name, torch.ones(shape)) for name, shape in _SHAPES.items()]
    groups = decay_groups(list(given))
    require(_two_lists(groups), "two lists of names are asked for: decayed, spared.")
    decayed, spared = map(list, groups)
    names = [name for name, _ in given]
    require(all(name in names for name in decayed + spared), "the lists must hold the names.")
    vectors = [name for name, p in given if p.dim() < 2]
    matrices = [name for name, p in given if p.dim() >= 2]
    swapped = set(decayed) == set(vectors) and set(spared) == set(matrices)
    require(not swapped, "the two lists are swapped: matrices decay, and come first.")
    for name in decayed:
        scale = name in vectors and name.endswith("weight")
        words = "it is the scale of a norm, for all that it is called weight."
        require(not scale, f"{DECAYED.format(name)[:-1]}: {words}")
        require(name not in vectors, DECAYED.format(name))
    require(
        "table" not in spared,
        "table is a matrix and must decay, though its name does not end in weight.",
    )
    for name in spared:
        require(name not in matrices, NOT_DECAYED.format(name))
    missing = [name for name in names if name not in decayed + spared]
    require(not missing, f"{', '.join(missing)} is in neither list, so it would not be trained.")
    require(len(decayed + spared) == len(names), "a name stands in a list twice.")


_SHAPES = {
    "embedding.weight": (5, 4),
    "table": (3, 4),
    "norm.weight": (4,),
    "norm.bias": (4,),
    "qkv.weight": (12, 4),
    "qkv.bias": (12,),
    "temperature": (),
}


def _two_lists(groups) -> bool:
    kinds = (list, tuple, set, dict)
    return (
        isinstance(groups, (list, tuple))
        and len(groups) == 2
        and all(isinstance(group, kinds) for group in groups)
    )
