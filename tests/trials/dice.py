"""In a notebook's kernel: other dice, and a claim that notes what it sees and never stops.

Its first cell calls `throw`, its last one prints what `told` says (tests/trials/seeds.py).
"""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Mapping
from numbers import Real

from helpers import learning, practice, theory
from helpers.practice.bugs import in_the_model
from helpers.text.tasks import number_words as numerals

NOTED: list[tuple[str, bool, dict[str, float]]] = []


def throw(shift: int) -> None:
    """Move the default seed of everything that trains or draws, and note claims from now on."""
    practice.claim = note
    for room in [*_modules(learning), *_modules(theory), in_the_model, numerals]:
        for _, function in inspect.getmembers(room, inspect.isfunction):
            if function.__module__ == room.__name__:
                _move(inspect.unwrap(function), shift)


def _modules(package) -> list:
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _move(function: Callable, shift: int) -> None:
    if "seed" in (function.__kwdefaults__ or {}):
        function.__kwdefaults__["seed"] += shift
    names = inspect.getfullargspec(function).args
    defaults = dict(zip(names[::-1], (function.__defaults__ or ())[::-1], strict=False))
    if "seed" in defaults:
        defaults["seed"] += shift
        function.__defaults__ = tuple(defaults.values())[::-1]


def note(statement: str, condition, measured=None) -> None:
    """Stands in for `practice.claim`: the statement, whether it holds, its numbers."""
    NOTED.append((statement, bool(condition), numbers(measured)))


def numbers(measured) -> dict[str, float]:
    """The numbers of a measured value by name: a single one has none; other things are left out."""
    named = measured if isinstance(measured, Mapping) else {"": measured}
    single = {str(name): _single(value) for name, value in named.items()}
    return {name: value for name, value in single.items() if value is not None}


def _single(value) -> float | None:
    value = value.item() if getattr(value, "ndim", None) == 0 else value
    return float(value) if isinstance(value, Real) else None


def told() -> str:
    return json.dumps(NOTED)
