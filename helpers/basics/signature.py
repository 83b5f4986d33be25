"""What a function's own signature says of its arguments, checked when it is called.

`@signed()` above `def bars(values: Mapping[str, float], title: str = "")` refuses a list of values,
a NaN among them and a number as the title. How long lists must be, the function says itself.
"""

import functools
import inspect
import math
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np

from helpers.basics.numbers import array

LISTS = {Sequence, Collection, Iterable, list, tuple}
NAMED = {Mapping, dict}
NUMBERS = {float: "a finite number", int: "a whole number"}
FREE = {Any, object, inspect.Parameter.empty}


def signed(*gaps: str) -> Callable:
    """A decorator: ValueError for an argument that is not what its annotation says.

    gaps: arguments in which NaN and infinity may stand. Of lists of numbers, however deep, the
    numbers are looked at; of dictionaries the values.
    """

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        hints = {name: p.annotation for name, p in signature.parameters.items()}

        @functools.wraps(function)
        def checked(*args, **named):
            for name, value in signature.bind(*args, **named).arguments.items():
                if bad := [*misfits(hints[name], value, name in gaps)]:
                    raise ValueError(
                        f"{name} must be {spelled(hints[name])}; got {bad[0]!r:.60}. "
                        f"Try {name}={example(hints[name])}."
                    )
            return function(*args, **named)

        return checked

    return decorate


def misfits(hint, value, gap: bool = False) -> Iterator[object]:
    """What in a value is not as the annotation says: the value, or parts of it.

    >>> list(misfits(Mapping[str, float], {"a": 1.0, "b": "2"}))
    ['2']
    """
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        fits = any(not [*misfits(part, value, gap)] for part in parts)  # the first that fits is it
        yield from () if fits else misfits(parts[0], value, gap)
    elif innermost(hint) in NUMBERS and (kind in NUMBERS) != is_list(value):
        yield from numbers_of(value, innermost(hint), gap)
    else:
        fits, members = opened(hint, value)
        yield from () if fits else [value]
        yield from (bad for part, each in members for bad in misfits(part, each, gap))


def opened(hint, value) -> tuple[bool, Iterable[tuple]]:
    """Whether a value is of this kind, and its members, each with what it must be."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if is_row(hint):
        fits = is_list(value) and len(value) == len(parts)
        return fits, zip(parts, value, strict=True) if fits else ()
    if kind in LISTS:
        if isinstance(value, Iterator):  # to look would be to use it up
            return True, ()
        fits = is_list(value) or (isinstance(value, str) and parts == (str,))
        fits = fits or (kind is not Sequence and isinstance(value, Mapping))  # its keys
        return fits, ((part, each) for part in parts[:1] for each in (value if fits else ()))
    if kind in NAMED:
        fits = isinstance(value, kind)
        inside = value.values() if fits else ()
        return fits, ((part, each) for part in parts[1:] for each in inside)
    if kind is Callable:
        return callable(value), ()
    if kind is bool:
        return isinstance(value, bool) or "bool" in str(getattr(value, "dtype", "")), ()
    if getattr(kind, "_is_protocol", False):
        return all(hasattr(value, name) for name in kind.__annotations__), ()
    return kind in FREE or (kind not in NUMBERS and isinstance(value, kind or type(None))), ()


def innermost(hint):
    """What a list of lists holds in the end: of Sequence[Sequence[float]] float."""
    while get_origin(hint) in LISTS and not is_row(hint):
        hint = get_args(hint)[0]
    return hint


def is_row(hint) -> bool:
    """Whether it is a tuple of so many things: tuple[int, str], not tuple[int, ...]."""
    return get_origin(hint) is tuple and ... not in get_args(hint)


def is_list(value) -> bool:
    """Whether it is a list, a tuple, an array or a tensor; a text and a dictionary are none."""
    many = hasattr(value, "__len__") and hasattr(value, "__iter__")
    return many and not isinstance(value, (str, bytes, Mapping)) and getattr(value, "ndim", 1) > 0


def numbers_of(value, kind: type, gap: bool) -> Iterator[object]:
    """What among numbers, however deep in lists, is none of this kind."""
    if is_list(value) and not hasattr(value, "dtype"):
        yield from (bad for each in value for bad in numbers_of(each, kind, gap))
    elif hasattr(value, "dtype"):
        many = array(value)
        good = many % 1 == 0 if kind is int else np.isfinite(many) | gap
        yield from many[~good].tolist()
    elif not is_number(value, kind, gap):
        yield value


def is_number(value, kind: type, gap: bool) -> bool:
    """Whether it is a whole number (kind int), or a finite one; with a gap also NaN."""
    if kind is int:
        try:
            return operator.index(value) is not None
        except TypeError:
            return False
    return isinstance(value, (int, float)) and (gap or math.isfinite(value))


def spelled(hint) -> str:
    """An annotation in words.

    >>> spelled(Mapping[str, Sequence[float]])
    'a dictionary, name -> a list of finite numbers'
    """
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(spelled(part) for part in parts)
    if is_row(hint):
        return f"({', '.join(map(spelled, parts))})"
    if kind in LISTS:
        return f"a list of {plural(spelled(parts[0]))}" if parts else "a list"
    if kind in NAMED:
        return f"a dictionary, name -> {spelled(parts[1])}" if parts else "a dictionary"
    names = NUMBERS | {str: "a text", bytes: "bytes", bool: "True or False"}
    names |= {type(None): "None", Callable: "a function", object: "anything"}
    return names.get(kind) or f"a {kind.__name__}"


def plural(words: str) -> str:
    """More than one of it: "a text" -> "texts"."""
    head, comma, rest = words.removeprefix("a ").partition(" of ")
    return words if words.startswith("(") or comma or head.endswith("s") else f"{head}s"


def example(hint) -> str:
    """A value as it may be, written as code: of Sequence[float] "[1.0, 1.0]"."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return example(parts[0])
    if is_row(hint):
        return f"({', '.join(map(example, parts))})"
    if kind in LISTS:
        return f"[{example(parts[0])}]" if parts else "[…]"
    if kind in NAMED:
        return f"{{'name': {example(parts[1])}}}" if parts else "{…}"
    return {float: "1.0", int: "1", str: "'a'", bytes: "b'a'", bool: "True"}.get(kind) or "…"
