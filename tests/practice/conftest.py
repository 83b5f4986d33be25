"""Tokens for the tests of slips and checks."""

import pytest
import torch

from tests.practice.small import T, V


@pytest.fixture
def idx():
    return torch.randint(V, (T + 1, T), generator=torch.Generator().manual_seed(0))
