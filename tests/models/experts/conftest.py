"""A GPT with four experts, one without, and tokens for a layer."""

import dataclasses

import pytest
import torch

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.models.experts.small import B, T
from tests.models.lively import lively


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=12, n_expert=4, n_expert_active=2)


@pytest.fixture
def x(config):
    torch.manual_seed(1)
    return torch.randn(B, T, config.n_embd)


@pytest.fixture
def gpt(config):
    torch.manual_seed(0)
    return lively(GPT(config))


@pytest.fixture
def dense(config):
    torch.manual_seed(2)
    return lively(GPT(dataclasses.replace(config, n_expert=0))).eval()
