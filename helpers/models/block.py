"""The block: attention lets positions talk, the feed-forward network lets each one think.

Sources: Vaswani et al. 2017, §3.1 and §3.3; LayerNorm before or after the sublayer: Xiong et
al. 2020. Built in notebook 06.
"""

from torch import Tensor, nn

from helpers.models.attention import CausalSelfAttention, LayerCache
from helpers.models.config import GPTConfig
from helpers.models.mlp import MLP
from helpers.models.moe import MoE


def feed_forward(config: GPTConfig) -> nn.Module:
    """One MLP, or, where the config has experts, a router and many MLPs in its place."""
    return MoE(config) if config.n_expert else MLP(config)


class PreNormBlock(nn.Module):
    """A block that normalises what a sublayer reads and never what it adds to: GPT-2 and later."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.attention_norm, self.mlp_norm = (
            nn.LayerNorm(config.n_embd),
            nn.LayerNorm(config.n_embd),
        )
        self.attention, self.mlp = CausalSelfAttention(config), feed_forward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x), cache))
        return x + self.dropout(self.mlp(self.mlp_norm(x)))


class PostNormBlock(PreNormBlock):
    """The same parts with each sum normalised: Vaswani et al. 2017 and GPT-1."""

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        x = self.attention_norm(x + self.dropout(self.attention(x, cache)))
        return self.mlp_norm(x + self.dropout(self.mlp(x)))


def block(config: GPTConfig) -> PreNormBlock:
    """The block that a config asks for by the place of its norm."""
    return (PreNormBlock if config.norm == "pre" else PostNormBlock)(config)
