"""A model from tensors that were read: none is built before they are seen to be its own.

A config says what it likes. What is as large as it says is built only when the tensors of the file
have the same names and shapes.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from helpers.models.config import GPTConfig

KINDS = (torch.float32, torch.bfloat16, torch.float16, torch.float64)  # that weights may have
DRAWS = ("normal_", "uniform_", "kaiming_uniform_")  # what fills a new layer


class undrawn(TorchFunctionMode):  # used like a function
    """Inside, no number is drawn: what a new layer would start with is left as memory has it."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        """The function itself, unless it fills a tensor with random numbers."""
        named = kwargs or {}
        if getattr(function, "__name__", "") in DRAWS:
            return next(iter([*args, *named.values()]))  # the tensor, as it is
        return function(*args, **named)


def filled(parameter: nn.Parameter, tensor: Tensor) -> None:
    """Copy what was read into the parameter's own memory."""
    parameter.data.copy_(tensor)


def adopted(parameter: nn.Parameter, tensor: Tensor) -> None:
    """Let what was read be the parameter, where it is of the same kind of number."""
    parameter.data = tensor.to(parameter)


def build(
    model_class: type,
    config: GPTConfig,
    tensors: dict[str, Tensor],
    path: Path,
    put: Callable[[nn.Parameter, Tensor], None] = filled,
) -> nn.Module:
    """The model of a config with these parameters, in eval mode; ValueError if they differ.

    ValueError also unless they are finite numbers in floating point. A parameter with two names, as
    of a tied head, may come under either. Nothing is allocated before the shapes agree: a damaged
    config may ask for any size. put: how a tensor becomes a parameter's. The tensors are used up:
    there may be no room for all of them twice.
    """
    for name, most in _limits(config, tensors).items():
        if (value := getattr(config, name)) > most:
            raise _other_model(path, [f"{name} = {value:,}"])
    with torch.device("meta"):
        if config.n_layer > 1:  # too many blocks would take their time
            first = model_class(replace(config, n_layer=1)).blocks
            if config.n_layer * len([*first.parameters()]) > len(tensors):
                raise _other_model(path, [f"n_layer = {config.n_layer:,}"])
        empty = model_class(config)
    tensors = _by_first_name(empty, tensors)
    shapes = {name: p.shape for name, p in empty.named_parameters()}
    wrong = sorted(set(shapes) ^ set(tensors)) or [
        name for name in shapes if shapes[name] != tensors[name].shape
    ]
    if wrong:
        raise _other_model(path, wrong)
    model = model_class(config)
    for name, parameter in model.named_parameters():
        _fill(parameter, tensors.pop(name), put, f"{name!r} of {path}")
    return model.eval()


def _fill(parameter: nn.Parameter, tensor: Tensor, put: Callable, where: str) -> None:
    """Put what was read into its place, if these are weights."""
    known = tensor.dtype in KINDS
    if known:
        put(parameter, tensor)
    extremes = torch.stack(parameter.aminmax())  # a finite double may be an infinite float
    if not (known and extremes.isfinite().all()):
        got = "NaN or infinity" if known else str(tensor.dtype).removeprefix("torch.")
        raise ValueError(
            f"Weights must be finite numbers in floating point; got {got} in {where}. "
            "Save or fetch the checkpoint again."
        )


def _limits(config: GPTConfig, tensors: dict[str, Tensor]) -> dict[str, float]:
    """The most that a config can ask for, if these are its tensors."""
    numbers, count = sum(tensor.numel() for tensor in tensors.values()), len(tensors)
    plain = config.positions in ("sinusoidal", "none") and config.attention == "causal"
    widths = ("n_head", "n_kv_head", "head_width", "n_hidden", "n_embd", "vocab_size")
    return dict.fromkeys(widths, numbers) | {
        "block_size": math.inf if plain else numbers,  # nothing in the model is so long
        "n_layer": count,
        "n_expert": count / config.n_layer if config.n_layer else math.inf,
    }


def _by_first_name(model: nn.Module, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of parameters with several names under the first; one that differs stays."""
    named, found = dict(model.named_parameters(remove_duplicate=False)), tensors
    first = {id(parameter): name for name, parameter in model.named_parameters()}
    for name in tensors.keys() & named.keys():
        ours = first[id(named[name])]
        if name != ours and found.setdefault(ours, tensors[name]).equal(tensors[name]):
            del found[name]
    return found


def _other_model(path: Path, wrong: list[str]) -> ValueError:
    return ValueError(
        f"{path} must hold the tensors of the model in config.json; "
        f"{len(wrong)} differ, the first is {wrong[0]!r}. It was saved by another model: try the "
        "config.json that came with it."
    )
