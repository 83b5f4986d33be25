"""Identity: what a function, an object or a model is, in words that another process says again.

A saved run is resumed as itself or not at all. A name does not tell two closures apart, and an
address is another one in every process; what a thing does and what it holds tell.
"""

import dis
import hashlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
)

import numpy as np
import torch
from torch import Tensor, nn

PLAIN = (int, float, complex, str, bytes, type(None), torch.dtype, torch.device)
TELLING = (*PLAIN, FunctionType, partial)  # of global names and of a layer's fields, these are told
LONGEST = 120  # letters that a person reads
Told = dict[int, tuple[object, str]]  # id -> the thing, which so keeps its id, and its words


def identity(thing) -> str:
    """The words for a thing: the same for the same one, in this process and in the next.

    Numbers, texts, tensors and what holds them are told by their values. A function that can be
    imported by its name is told by it; any other by its code, what it closes over, and the numbers,
    texts and functions among the global names in it. An object is its class and its fields; a model
    its parts, masks and shapes, but not its weights, for they change.

    >>> identity(partial(max, 2, key=abs))
    'partial(max, 2, key=abs)'
    """
    return _words(thing, {})


def digest(content: bytes) -> str:
    """A short name for what is too long to be repeated: 16 letters of its sha256."""
    return hashlib.sha256(content).hexdigest()[:16]


def _words(thing, told: Told) -> str:
    """The words for a thing; what was told before is not told again, so a circle has an end."""
    if isinstance(thing, np.generic):
        thing = thing.item()
    if isinstance(thing, PLAIN):
        return _short(repr(thing))
    if isinstance(thing, type) or _is_importable(thing):
        module = getattr(thing, "__module__", None) or "builtins"
        return thing.__qualname__ if module == "builtins" else f"{module}.{thing.__qualname__}"
    if id(thing) not in told:
        told[id(thing)] = thing, type(thing).__qualname__  # while it is being told
        tell = next((tell for kind, tell in TOLD if isinstance(thing, kind)), _object)
        told[id(thing)] = thing, _short(tell(thing, told))
    return told[id(thing)][1]


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:40]}… {digest(words.encode())}"


def _is_importable(thing) -> bool:
    """Whether its module has it under its name; what a notebook defines can be defined anew."""
    if not isinstance(thing, FunctionType):
        return isinstance(thing, (BuiltinFunctionType, MethodDescriptorType))
    found = None if thing.__module__ == "__main__" else sys.modules.get(thing.__module__)
    for name in thing.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is thing


def _call(name: str, told: Told, arguments=(), fields: Mapping = MappingProxyType({})) -> str:
    """name(argument, …, field=value, …)"""
    words = [_words(value, told) for value in arguments]
    words += [f"{field}={_words(value, told)}" for field, value in fields.items()]
    return f"{name}({', '.join(words)})"


def _object(thing, told: Told) -> str:
    return _call(type(thing).__qualname__, told, fields=getattr(thing, "__dict__", {}))


def _tensor(values: Tensor, told: Told) -> str:
    content = values.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return f"{values.dtype}{[*values.shape]} {digest(content)}"


def _array(values: np.ndarray, told: Told) -> str:
    if values.dtype.hasobject:  # addresses
        return _call("array", told, values.tolist())
    return f"{values.dtype}{[*values.shape]} {digest(values.tobytes())}"


def _partial(thing: partial, told: Told) -> str:
    return _call("partial", told, [thing.func, *thing.args], thing.keywords)


def _method(thing: MethodType, told: Told) -> str:
    whose = type(thing.__self__) if isinstance(thing.__self__, nn.Module) else thing.__self__
    return _call("method", told, [thing.__func__, whose])


def _function(thing: FunctionType, told: Told) -> str:
    names = [name for code in _codes(thing.__code__) for name in _global_names(code)]
    used = {name: thing.__globals__[name] for name in names if name in thing.__globals__}
    held = {name: value for name, value in used.items() if isinstance(value, TELLING)}
    cells = zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True)
    for name, cell in cells:
        with suppress(ValueError):  # an empty one
            held[name] = cell.cell_contents
    defaults = (*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values())
    held |= {"defaults": defaults} if defaults else {}
    code = digest("".join(_code(code, told) for code in _codes(thing.__code__)).encode())
    return _call(thing.__qualname__, told, [code], held)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _global_names(code: CodeType) -> list[str]:
    return [step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"]


def _code(code: CodeType, told: Told) -> str:
    constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
    return f"{code.co_code.hex()} {code.co_names} {_words(constants, told)}"


def _model(thing: nn.Module, told: Told) -> str:
    """Its parts with their plain fields, the shapes of its parameters, and what is made anew."""
    words = []
    for name, part in thing.named_modules():
        if not hasattr(part, "_orig_mod"):  # a compiled part is what stands inside it
            words.append(f"{plain_name(name)} {_part(part, told)}")
    words += [f"{plain_name(name)} {p.dtype}{[*p.shape]}" for name, p in thing.named_parameters()]
    made = dict(thing.named_buffers()).keys() - thing.state_dict().keys()
    words += [f"{plain_name(n)} {_tensor(thing.get_buffer(n), told)}" for n in sorted(made)]
    kind = type(getattr(thing, "_orig_mod", thing)).__qualname__
    return f"{kind} {digest(repr(words).encode())}"


def _part(part: nn.Module, told: Told) -> str:
    fields = {name: value for name, value in vars(part).items() if isinstance(value, TELLING)}
    plain = {n: value for n, value in fields.items() if not n.startswith("_") and n != "training"}
    return _call(f"{type(part).__qualname__} {part.extra_repr()}", told, (), plain)


def plain_name(name: str) -> str:
    """The name of a part or a parameter without what torch.compile puts into it.

    >>> plain_name("_orig_mod.blocks.0._orig_mod.norm.weight")
    'blocks.0.norm.weight'
    """
    return ".".join(word for word in name.split(".") if word != "_orig_mod")


def _items(values: Mapping, told: Told) -> str:
    return _call("", told, [part for item in values.items() for part in item])


def _set(values, told: Told) -> str:
    return f"{{{', '.join(sorted(_words(value, told) for value in values))}}}"


TOLD = [
    (Tensor, _tensor),
    (np.ndarray, _array),
    (partial, _partial),
    (MethodType, _method),
    (FunctionType, _function),
    (ModuleType, lambda thing, told: thing.__name__),
    (nn.Module, _model),
    (Mapping, _items),
    ((list, tuple), lambda values, told: _call("", told, values)),
    ((set, frozenset), _set),
]
