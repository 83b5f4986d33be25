"""A small GPT whose every number matters, for the tests of slips and checks."""

import torch

from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, T = 11, 8
CONFIG = GPTConfig(T, V, n_layer=2, n_head=2, n_embd=12)


def small_gpt(kind=GPT):
    """A GPT whose every number matters."""
    torch.manual_seed(0)
    return initialise.gpt2(kind(CONFIG), std=0.5).eval()


def with_attention(kind):
    return small_gpt().with_parts(attention=kind)
