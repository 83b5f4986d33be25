"""Single heads: what one looks at, by a score, and whether it matters, by switching it off.

Source: Olsson et al. 2022, "In-context Learning and Induction Heads". Notebook *Attention*.
"""

import copy

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole


@takes(maps="numbers L B nh T T")
def previous_token_scores(maps: Tensor) -> Tensor:
    """How much of its attention each head pays to the token just before.

    maps: (L, B, nh, T, T) from `attention.maps`. Returns (L, nh), each in [0, 1]; the first
    position, which has none before it, does not count.
    """
    return maps.diagonal(-1, -2, -1).mean((1, 3))


@takes(maps="numbers L B nh T T", idx="tokens B T")
def induction_scores(maps: Tensor, idx: Tensor) -> Tensor:
    """How much of its attention each head pays to tokens that once followed the present token.

    maps: (L, B, nh, T, T), idx: (B, T). Returns (L, nh), each in [0, 1]: the mean over positions
    whose token has occurred before. ValueError if there is none.
    """
    follows = followers(idx)  # (B, T, T)
    returns = follows.any(-1)  # (B, T)
    if not returns.any():
        raise ValueError(
            "Some token must occur twice in a row of idx; none does. Try a longer one."
        )
    paid = (maps * follows[:, None]).sum(-1)  # (L, B, nh, T)
    return paid.sum((1, 3)) / returns.sum()


@takes(idx="tokens B T")
def followers(idx: Tensor) -> Tensor:
    """Where an induction head looks: (B, T) -> (B, T, T), True in row t, column s where s ≤ t and
    the token before s is the one at t.

    >>> followers(torch.tensor([[5, 7, 5]])).int().tolist()
    [[[0, 0, 0], [0, 0, 0], [0, 1, 0]]]
    """
    # the equality of the tokens at t and s, moved one to the right: the token *before* s counts
    same = idx[:, :, None] == idx[:, None, :]  # (B, T, T): the tokens at t and at s
    return same.roll(1, -1).tril() & (torch.arange(idx.shape[1], device=idx.device) > 0)


@takes(model="model")
def without_head(model: nn.Module, layer: int, head: int) -> nn.Module:
    """A copy of a GPT in which one head is silent: its answer counts as zero everywhere.

    layer, head: numbered from 0. What the projection makes of that head is set to 0, so the copy
    can be used like any model, and lose another head. ValueError if there is no such head.
    """
    whole("layer", layer, 0, len(model.blocks) - 1, "Count from 0.")
    whole("head", head, 0, model.config.n_head - 1, "Count from 0.")
    model, hs = copy.deepcopy(model), model.config.head_size
    with torch.no_grad():
        model.blocks[layer].attention.projection.weight[:, head * hs : (head + 1) * hs] = 0
    return model
