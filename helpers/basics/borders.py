"""Borders: what a function takes, said once above it and checked when it is called.

`@takes(ids="tokens N", starts="tokens B", block_size="count")` reads: ids is a tensor (N,) of
tokens, starts one (B,), block_size a whole number ≥ 1. The same letter is the same size, a number
is itself, "..." any number of dimensions; none is empty. "None" allows None, "<vocab_size" keeps
tokens below another argument that was checked before. Nothing here imports PyTorch.
"""

import functools
import inspect
import sys
from collections.abc import Callable

from helpers.basics.kinds import TENSORS, VALUES, Misfit, check_plain, check_tensor

# How PyTorch and Python complain; of ValueErrors only "too many values to unpack", a wrong shape.
FOREIGN = (RuntimeError, TypeError, AttributeError, LookupError, ValueError)
Rule = tuple[str, int, str, list[str]]  # an argument's name and place, the kind, its letters


def takes(**specs: str) -> Callable:
    """A decorator: ValueError, before anything is computed, unless the arguments are as said."""

    def decorate(function: Callable) -> Callable:
        rules = rules_of(function, specs)

        @functools.wraps(function)
        def bordered(*args, **named):
            if not compiling():
                check(rules, args, named, {})
            return function(*args, **named)

        return bordered

    return decorate


def compiling() -> bool:
    """Whether torch.compile is reading the code: what it reads would become part of the model."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.compiler.is_compiling()


def explained(**specs: str) -> Callable:
    """The same for what runs often: the arguments are looked at only after an error, for free."""

    def decorate(function: Callable) -> Callable:
        rules = rules_of(function, specs)

        @functools.wraps(function)
        def bordered(*args, **named):
            if compiling():
                return function(*args, **named)
            try:
                return function(*args, **named)
            except FOREIGN as error:
                # what was wrong outside is wrong inside, too: the outermost border has the word
                foreign = not isinstance(error, ValueError) or "to unpack" in str(error)
                if foreign or isinstance(error, Misfit):
                    explain(rules, args, named, error)
                raise

        return bordered

    return decorate


def explains(**specs: str) -> Callable:
    """`explained` for the methods of a class that take such arguments; they stay bare to read."""

    def decorate(layer: type) -> type:
        for name, method in list(vars(layer).items()):
            if inspect.isfunction(method):
                taken = specs.keys() & inspect.signature(method).parameters.keys()
                its = {key: spec for key, spec in specs.items() if key in taken}
                setattr(layer, name, explained(**its)(method) if its else method)
        return layer

    return decorate


def explain(rules: list, args: tuple, named: dict, error: Exception) -> None:
    """Raise, in the place of an error, what is wrong with the arguments, if anything is."""
    try:
        check(rules, args, named, sizes_of((*args, *named.values()), error))
    except Misfit as misfit:
        raise misfit from None


def rules_of(function: Callable, specs: dict[str, str]) -> list[Rule]:
    """A rule for each argument that is spoken of."""
    places = {name: i for i, name in enumerate(inspect.signature(function).parameters)}
    words = {name: spec.split() for name, spec in specs.items()}
    return [(name, places[name], kind, letters) for name, (kind, *letters) in words.items()]


def sizes_of(args: tuple, error: Exception) -> dict:
    """What a layer that has failed decides: C and the dtype of its first matrix, and V."""
    layers = (x for x in args if "_parameters" in getattr(x, "__dict__", ()))
    layer, sizes = next(layers, None), {}
    if layer is not None:
        matrix = next((p for p in layer.parameters() if p.dim() == 2), None)
        sizes = {} if matrix is None else {"C": matrix.shape[-1], "dtype": matrix.dtype}
        far = isinstance(error, IndexError) or "out of bounds" in str(error)
        if far and hasattr(layer, "config"):
            sizes["V"] = layer.config.vocab_size
    return sizes


def check(rules: list[Rule], args: tuple, named: dict, sizes: dict) -> None:
    """ValueError for the first argument that breaks its rule. sizes: what a letter stands for."""
    for name, place, kind, letters in rules:
        given = place < len(args) or name in named
        value = args[place] if place < len(args) else named.get(name)
        if not given or (value is None and "None" in letters):
            continue  # Python itself names an argument that is missing
        if kind in TENSORS or kind in VALUES:
            check_tensor(name, value, kind, [word for word in letters if word != "None"], sizes)
        else:
            check_plain(name, value, kind, letters, sizes)
