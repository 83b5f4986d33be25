"""A model every number of which matters, and one that learns, for the tests."""

import torch
from torch import Tensor, nn


def lively(module):
    """Give every parameter a value of its own, biases and norms too: none is zero, none is tiny."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module


def losses_of(model: nn.Module, idx: Tensor, steps: int = 30) -> list[float]:
    """The loss before each of so many steps of AdamW on the same texts (B, T)."""
    optimizer, losses = torch.optim.AdamW(model.parameters(), lr=1e-2), []
    for _ in range(steps):
        loss = model(idx[:, :-1], idx[:, 1:])[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
