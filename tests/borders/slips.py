"""Plausible slips: what a student may give to a function in the place of what it asks for."""

import copy
import inspect
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from helpers.views.drawing.picture import described
from tests.test_advice import SENTENCE, advises

HELPERS = str(Path(__file__).parents[2] / "helpers")
OURS = (ValueError, TypeError, ArithmeticError, LookupError, ConnectionError)
HARMLESS = {"whole for real", "double for float"}  # whoever can read these may do so
MARGIN = 1000  # beyond the last token
NO_NUMBER = re.compile(r"\b(nan|inf)\b")  # in what a picture says


@dataclass
class Call:
    """A right call. free: for an argument, the slips that are none ("shape" is all of shape)."""

    name: str
    make: Callable[[], Callable]
    arguments: dict[str, Any]
    free: dict[str, str] = field(default_factory=dict)

    def run(self, **changed):
        """What it returns, with some arguments changed; whatever it draws, it draws again."""
        torch.manual_seed(0)
        arguments = {name: fresh(value) for name, value in (self.arguments | changed).items()}
        result = self.make()(**arguments)
        return list(result) if inspect.isgenerator(result) else result


def fresh(value):
    """A value that the call may change: its own copy of a model or of another object."""
    kept = isinstance(value, (Tensor, np.ndarray, str, int, float, type(None)))
    if kept or (callable(value) and not isinstance(value, nn.Module)):
        return value
    return copy.deepcopy(value)


def call(function: Callable, /, *positional, free=None, name=None, make=None, **named) -> Call:
    """A right call of a function, method or class, whose arguments get their names.

    make: where the function belongs to something that a call changes, what makes it anew.
    """
    bound = inspect.signature(function).bind(*positional, **named)
    arguments = {}
    for key, value in bound.arguments.items():
        options = bound.signature.parameters[key].kind == inspect.Parameter.VAR_KEYWORD
        arguments |= value if options else {key: value}
    where = function.__module__.removeprefix("helpers.")
    label = name or f"{where}.{function.__qualname__}"
    return Call(label, make or (lambda: function), arguments, free or {})


SHAPES = ("empty", "one for batch", "batch for one", "one more", "transposed")


def slips(right: Call) -> Iterator[tuple[str, dict]]:
    """Every slip of a call: its name, and the arguments that are others."""
    parameters = list(right.arguments)
    for name, value in right.arguments.items():
        free = right.free.get(name, "").split(", ")
        free += SHAPES if "shape" in free else ()
        for slip, wrong in wrong_values(value):
            if slip not in free and "all" not in free:
                yield f"{name}: {slip}", {name: wrong}
    for one, other in zip(parameters, parameters[1:], strict=False):
        a, b = right.arguments[one], right.arguments[other]
        free = "swapped" in right.free.get(one, "")
        if kind(a) != kind(b) and not free and "all" not in right.free.get(one, ""):
            yield f"{one} and {other} swapped", {one: b, other: a}


def kind(value) -> tuple:
    """What a check could tell apart: the type, and of arrays the shape."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (float if number else type(value), getattr(value, "shape", None))


def wrong_values(value) -> Iterator[tuple[str, Any]]:
    """What may come in the place of a value, each with its name."""
    if isinstance(value, Tensor):
        yield from of_tensor(value)
    elif isinstance(value, np.ndarray):
        yield from ((name, x.numpy()) for name, x in of_shape(torch.from_numpy(value)))
    elif isinstance(value, bool):
        yield "text", "no"
    elif isinstance(value, int):
        yield from {"negative": -1, "zero": 0, "share": 2.5, "text": "3", "NaN": math.nan}.items()
    elif isinstance(value, float):
        yield from {"negative": -1.0, "NaN": math.nan, "text": "0.1", "list": [value]}.items()
    elif isinstance(value, str):
        yield from {"empty": "", "number": 5, "none": None}.items()
    elif isinstance(value, nn.Module):
        yield from {"none": None, "name": "gpt2"}.items()
        yield from [("config", value.config)] if hasattr(value, "config") else []
    elif isinstance(value, torch.Generator):
        yield "seed", 5
    elif isinstance(value, Mapping):
        yield from of_mapping(value)
    elif isinstance(value, (list, tuple, range)) and type(value) in (list, tuple, range):
        yield from of_list(list(value))
    elif callable(value):
        yield from {"none": None, "number": 5}.items()
    elif is_dataclass(value):
        yield from {"none": None, "dict": dict(vars(value))}.items()
    elif value is not None:
        yield from {"none": None, "text": "abc"}.items()


def of_tensor(x: Tensor) -> Iterator[tuple[str, Any]]:
    """Slips of a tensor: another shape, another kind of number, a list."""
    yield "list", x.tolist()
    yield from of_shape(x)
    if x.dtype == torch.bool:
        yield "wrong dtype", x.float()
    elif x.is_floating_point():
        yield "whole for real", x.long()
        yield "double for float", x.double() if x.dtype == torch.float32 else x.float()
    else:
        yield from {"wrong dtype": x.float(), "negative": x - x.amax() - 1}.items()
        yield "out of range", x + MARGIN


def of_shape(x: Tensor) -> Iterator[tuple[str, Any]]:
    """Slips of shape, and NaN where there are real numbers."""
    yield "batch for one", x[None]
    if x.ndim:
        yield from {"empty": x[:0], "one for batch": x[0]}.items()
        yield "one more", torch.cat([x, x[..., :1]], dim=-1)
    if x.ndim > 1 and x.shape[-1] != x.shape[-2]:
        yield "transposed", x.mT
    if x.is_floating_point():
        spoiled = x.detach().clone(memory_format=torch.contiguous_format)
        spoiled.view(-1)[:1] = math.nan
        yield "NaN", spoiled


def of_list(values: list) -> Iterator[tuple[str, Any]]:
    """Slips of a list: empty, one more, and those of its first member."""
    yield from {"empty": [], "none": None, "one more": [*values, *values[:1]]}.items()
    inner = wrong_values(values[0])
    yield from ((f"{name} in it", [wrong, *values[1:]]) for name, wrong in inner)


def of_mapping(values: Mapping) -> Iterator[tuple[str, Any]]:
    """Slips of a dictionary: empty, its values alone, and those of its first value."""
    yield from {"empty": {}, "list": list(values.values()), "none": None}.items()
    first, *_ = values
    inner = wrong_values(values[first])
    yield from ((f"{name} in it", {**values, first: wrong}) for name, wrong in inner)


def outcome(right: Call, slip: str, changed: dict, answer: list) -> str:
    """What a slip leads to: "clear", "raw", "nonsense", "returned", or "fine": the same answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = numbers(right.run(**changed))
    except Exception as error:
        return "clear" if is_clear(error) else f"raw {type(error).__name__}: {str(error)[:90]}"
    if same(got, answer):
        return "fine"
    if not all(np.isfinite(x).all() for x in got) and all(np.isfinite(x).all() for x in answer):
        return "nonsense"
    return "fine" if slip.split(": ")[-1].removesuffix(" in it") in HARMLESS else "returned"


def is_clear(error: Exception) -> bool:
    """Whether our own code raised it, and says what must hold, what came and what to try."""
    frame = error.__traceback__
    while frame.tb_next:
        frame = frame.tb_next
    ours = frame.tb_frame.f_code.co_filename.startswith(HELPERS)
    text = str(error)
    says = len(SENTENCE.split(text)) > 1 and advises(text)
    return ours and isinstance(error, OURS) and says


def numbers(result) -> list[np.ndarray]:
    """All numbers in what a call returned, in a fixed order."""
    if isinstance(result, Tensor):
        return [result.detach().double().numpy()] if not result.is_meta else []
    if isinstance(result, nn.Module):
        return [p.detach().double().numpy() for p in result.state_dict().values()]
    if words := said(result):
        return [code(words), np.full(len(NO_NUMBER.findall(words)), math.nan)]
    if isinstance(result, (bool, int, float, np.ndarray, np.number)):
        return [np.asarray(result, dtype=float)]
    if isinstance(result, str):
        return [code(result)]
    if isinstance(result, Mapping):
        return [x for value in result.values() for x in numbers(value)]
    if isinstance(result, (list, tuple)):
        return [x for value in result for x in numbers(value)]
    if is_dataclass(result):
        return numbers(vars(result) if hasattr(result, "__dict__") else asdict(result))
    return []


def said(result) -> str:
    """What a picture says of itself, in words; "" for what is no picture."""
    if isinstance(result, Axes):
        return described(result.figure)
    picture = getattr(result, "picture", result)
    return getattr(picture, "alt", "") or getattr(result, "html", "")


def code(text: str) -> np.ndarray:
    """A text as numbers."""
    return np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8).astype(float)


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    """Whether two answers agree but for rounding."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True)
        for a, b in pairs
    )
