"""A model every number of which matters, for the tests."""

from torch import nn


def lively(module):
    """Give every parameter a value of its own, biases and norms too: none is zero, none is tiny."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module
