"""The small model and the random numbers that right calls are made of."""

import torch

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

LONGER = {"idx": "one more, transposed"}  # any text of the right tokens will do
REAL = "negative, shape"


def gpt(**changes) -> GPT:
    """A tiny GPT."""
    return GPT(config(**changes)).eval()


def config(**changes) -> GPTConfig:
    """block_size 8, 11 tokens, two layers."""
    sizes = {"block_size": 8, "vocab_size": 11, "n_layer": 2, "n_head": 2, "n_embd": 8}
    return GPTConfig(**(sizes | changes))


def tokens(*shape: int, most: int = 11) -> torch.Tensor:
    """Random tokens."""
    return torch.randint(most, shape, generator=torch.Generator().manual_seed(1))


def stream(*shape: int) -> torch.Tensor:
    """Random real numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))
