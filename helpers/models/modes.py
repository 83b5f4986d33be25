"""Modes: look at a model as it answers, and leave it as it was."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(*models: nn.Module) -> Iterator[None]:
    """Inside, the models are in eval mode (no dropout, no router noise); then all as it was.

    Part by part: a frozen part of a model that trains stays in eval mode.
    """
    before = [(part, part.training) for model in models for part in model.modules()]
    try:
        for model in models:
            model.eval()
        yield
    finally:
        for part, training in before:
            part.training = training


@contextmanager
def hooked(modules: Iterable[nn.Module], see: Callable, after: bool = False) -> Iterator[None]:
    """Inside, `see` is called at every forward of the modules; nothing of it stays behind.

    see(module, inputs) runs before the forward; with `after`, see(module, inputs, output) follows
    it. What it returns, if not None, takes the place of the inputs or of the output.
    """
    kind = "register_forward_hook" if after else "register_forward_pre_hook"
    hooks = [getattr(module, kind)(see) for module in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def device_of(model: nn.Module) -> torch.device:
    """Where a model is, for the data that it is given; the CPU for one without parameters."""
    return next(model.parameters(), torch.empty(0)).device
