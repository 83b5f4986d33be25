"""A small GPT for the tests of writing, and prompts for it."""

import torch
from torch import nn

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

BLOCK = 8


def speaker():
    """A GPT in eval mode that is sure of its guesses, so that every token and place matters."""
    torch.manual_seed(0)
    config = GPTConfig(BLOCK, 11, n_layer=2, n_head=2, n_embd=16, dropout=0.9, tied=False)
    model = GPT(config).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    return model


def prompt(batch_size, length):
    """Tokens to begin with, the same for the same length."""
    generator = torch.Generator().manual_seed(length)
    return torch.randint(11, (batch_size, length), generator=generator)
