"""The ladder: the lecture's models from positions alone to a whole GPT, one part more at each step.

Every step is a GPT whose blocks are made of the parts it has so far. The first block is attention
alone; the last is helpers.models.block's. Source: the lecture's steps 1 to 8. Built in
notebook 06.
"""

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor, nn

from helpers.models import initialise
from helpers.models.attention import CausalSelfAttention, LayerCache
from helpers.models.block import MLP
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT


class PlainBlock(nn.Module):
    """Attention, then the feed-forward network: the input itself is not kept."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.attention, self.mlp = CausalSelfAttention(config), MLP(config)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        return self.mlp(self.attention(x, cache))


class ResidualBlock(PlainBlock):
    """The same parts, each of which adds to its input instead of replacing it."""

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        x = x + self.attention(x, cache)
        return x + self.mlp(x)


def without_norms(config: GPTConfig, part: type[nn.Module], n_layer: int) -> GPT:
    """A GPT of n_layer blocks of this kind, with no norm and no dropout anywhere."""
    config = replace(config, n_layer=n_layer, dropout=0.0)
    model = GPT(config)
    model.blocks = nn.ModuleList(part(config) for _ in range(n_layer))
    model.final_norm = nn.Identity()
    return model


def _one_head(config: GPTConfig) -> GPT:
    return without_norms(replace(config, n_head=1), CausalSelfAttention, 1)


BUILDERS: dict[str, Callable[[GPTConfig], GPT]] = {
    "positions": lambda config: without_norms(config, nn.Identity, 0),
    "one head": _one_head,
    "many heads": lambda config: without_norms(config, CausalSelfAttention, 1),
    "feed-forward": lambda config: without_norms(config, PlainBlock, 1),
    "residuals": lambda config: without_norms(config, ResidualBlock, 1),
    "blocks": lambda config: without_norms(config, ResidualBlock, config.n_layer),
    "blocks, no residuals": lambda config: without_norms(config, PlainBlock, config.n_layer),
    "pre-norm": lambda config: GPT(replace(config, norm="pre", dropout=0.0)),
    "post-norm": lambda config: GPT(replace(config, norm="post", dropout=0.0)),
    "dropout": GPT,
}
STEPS = tuple(BUILDERS)


def step(name: str, config: GPTConfig) -> GPT:
    """The model at one step of the ladder, started as the lecture starts it (PyTorch's own start).

    name: one of STEPS. config: that of the last step, the whole GPT; an earlier one takes what it
    has parts for. GPT-2's small start would leave nothing of the signal where no norm restores it.
    ValueError for an unknown name.
    """
    if name not in BUILDERS:
        raise ValueError(f"A step must be one of {', '.join(STEPS)}; got {name!r}. Try STEPS[0].")
    return initialise.pytorch(BUILDERS[name](config))
