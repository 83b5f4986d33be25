"""Attention alone: a GPT whose blocks have lost their MLP, to see what looking back can do.

Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits". Notebook 05.
"""

from torch import Tensor, nn

from helpers.models.block import PreNormBlock
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT


class AttentionBlock(nn.Module):
    """Half a block: positions talk, and nobody thinks about what was said."""

    def __init__(self, block: PreNormBlock):
        super().__init__()
        self.attention_norm, self.attention = block.attention_norm, block.attention
        self.dropout = block.dropout

    def forward(self, x: Tensor, cache=None) -> Tensor:
        """x: (B, T, C) -> (B, T, C): what the heads bring is added to what was there."""
        return x + self.dropout(self.attention(self.attention_norm(x), cache))


def attention_only(config: GPTConfig) -> GPT:
    """A GPT of this config without MLPs. ValueError unless the norm stands before ("pre")."""
    if config.norm != "pre":
        raise ValueError(
            f'Blocks of attention alone need norm="pre"; got {config.norm!r}. '
            'Try dataclasses.replace(config, norm="pre").'
        )
    model = GPT(config)
    model.blocks = nn.ModuleList(AttentionBlock(block) for block in model.blocks)
    return model
