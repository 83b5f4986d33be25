"""The block: attention brings together what positions know, then each works on it by itself.

A block is built from a norm, an attention layer and a feed-forward network; each is given as
something that takes the config and returns a layer. Sources: Vaswani et al. 2017, §3.1 and §3.3;
the norm before or after the sublayer: Xiong et al. 2020; attention without feed-forward networks:
Elhage et al. 2021. Built in notebook *The block*.
"""

from collections.abc import Callable

from torch import Tensor, nn

from helpers.basics.borders import explains
from helpers.models.attention import CausalSelfAttention
from helpers.models.cache import LayerCache
from helpers.models.config import GPTConfig
from helpers.models.mlp import MLP
from helpers.models.norms import layer_norm

Part = Callable[[GPTConfig], nn.Module]


@explains(config="with n_embd", x="stream B T C")
class PreNormBlock(nn.Module):
    """A block that normalises what a sublayer reads and never what it adds to: GPT-2 and later."""

    ends_normalised = False  # the last sum is as large as it has become: a final norm must follow

    def __init__(
        self,
        config: GPTConfig,
        norm: Part = layer_norm,
        attention: Part = CausalSelfAttention,
        feed_forward: Part = MLP,
    ):
        super().__init__()
        self.attention_norm, self.mlp_norm = norm(config), norm(config)
        self.attention, self.mlp = attention(config), feed_forward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C): x plus what the two sublayers compute from it."""
        # only the branch is normalised; x itself passes untouched, the gradient's short way back
        x = x + self.dropout(self.attention(self.attention_norm(x), cache))
        return x + self.dropout(self.mlp(self.mlp_norm(x)))


@explains(config="with n_embd", x="stream B T C")
class PostNormBlock(PreNormBlock):
    """The same parts with each sum normalised: Vaswani et al. 2017 and GPT-1."""

    ends_normalised = True

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C); at the start every position has mean 0 and variance 1."""
        # the sum is normalised, too: the gradient's way back leads through every norm
        x = self.attention_norm(x + self.dropout(self.attention(x, cache)))
        return self.mlp_norm(x + self.dropout(self.mlp(x)))


@explains(config="with n_embd", x="stream B T C")
class PlainBlock(PreNormBlock):
    """Attention, then the feed-forward network, without norms: the input itself is not kept."""

    def __init__(self, config: GPTConfig, **parts: Part):
        super().__init__(config, **(parts | {"norm": nn.Identity}))

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C)."""
        # what x was is gone: all that goes on is what the two layers made of it
        return self.mlp(self.attention(x, cache))


@explains(config="with n_embd", x="stream B T C")
class ResidualBlock(PlainBlock):
    """The same parts, each of which adds to its input instead of replacing it."""

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C)."""
        # a sum hands its gradient on unchanged, past the sublayer too
        x = x + self.attention(x, cache)
        return x + self.mlp(x)


@explains(config="with n_embd", x="stream B T C")
class AttentionBlock(nn.Module):
    """The first half of a pre-norm block: attention without a feed-forward network after it."""

    def __init__(self, config: GPTConfig, norm=layer_norm, attention=CausalSelfAttention, **_):
        super().__init__()
        self.attention_norm, self.attention = norm(config), attention(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C): what the heads bring is added to what was there."""
        return x + self.dropout(self.attention(self.attention_norm(x), cache))


def bare_attention(config: GPTConfig, attention: Part = CausalSelfAttention, **_) -> nn.Module:
    """An attention layer in the place of a block: its output replaces its input."""
    return attention(config)
