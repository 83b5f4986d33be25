"""A seed for every test of a model, the size of a small one, and one that was saved."""

import pytest
import torch

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def config():
    return GPTConfig(block_size=8, vocab_size=11, n_layer=3, n_head=4, n_embd=24)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=12, dropout=0.5)).eval()


@pytest.fixture
def folder(model, tmp_path):
    """A folder with a saved model."""
    model.save(tmp_path / "saved")
    return tmp_path / "saved"
