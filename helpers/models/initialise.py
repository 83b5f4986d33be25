"""Initialisation: the numbers a model starts with, before it has learned anything.

Each function draws a model's matrices and vectors anew, in place; norms stay as they are. A part of
a class with `own_start = True` starts as its own `reset_parameters` says. Sources: Radford et al.
2019, §2.3 (GPT-2's); Glorot & Bengio 2010, equation 16 (Xavier). Notebook *The block*.
"""

import math

from torch import nn

from helpers.basics.borders import takes


@takes(model="model", std="positive")
def gpt2(model: nn.Module, std: float = 0.02) -> nn.Module:
    """Matrices N(0, std), biases 0; what writes to the stream starts √(2L) times smaller.

    How every GPT of this course starts. model: a GPT, for its number of layers L. std: 0.02 is
    about 1/√C of a model with 768 to 2,500 channels; a narrow one may want its own 1/√C.
    """
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        elif parameter.dim() == 2:
            # 2L sublayers add to the stream; their variances add up, so each gets 1/(2L) of it
            depth = 2 * model.config.n_layer if name.endswith("projection.weight") else 1
            nn.init.normal_(parameter, std=std / math.sqrt(depth))
    return _own_starts(model)


@takes(model="model")
def pytorch(model: nn.Module) -> nn.Module:
    """As PyTorch starts its layers: embeddings N(0, 1), matrices and biases U(±1/√fan_in).

    How the lecture's code starts. A tied head would start as a linear layer, not as an embedding.
    """
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model


@takes(model="model", std="positive")
def xavier(model: nn.Module, std: float = 1.0) -> nn.Module:
    """Embeddings N(0, std), matrices U(±√(6 / (fan_in + fan_out))), biases 0.

    Queries, keys and values count as three matrices, though our layer stores them in one.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=std)
        if isinstance(module, nn.Linear):
            for matrix in module.weight.data.chunk(3 if name.endswith("qkv") else 1):
                nn.init.xavier_uniform_(matrix)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return _own_starts(model)


def _own_starts(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if getattr(module, "own_start", False):
            module.reset_parameters()
    return model
