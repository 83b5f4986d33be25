"""Identity: what a function, an object or a model is, in words that another process says again.

A saved run is resumed as itself or not at all. A name does not tell two closures apart, and an
address is another one in every process; what a thing does and what it holds tell.
"""

import dis
import hashlib
import sys
from collections.abc import Iterator, Mapping
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
DEEPEST, LONGEST = 6, 120  # things inside things that are looked at; letters that a person reads


def identity(thing) -> str:
    """The words for a thing: the same for the same one, in this process and in the next.

    Numbers, texts, tensors and what holds them are told by their values. A function that can be
    imported by its name is told by it; any other by its code, what it closes over, and the numbers,
    texts and functions among the global names in it. An object is its class and its fields; a model
    its parts, masks and shapes, but not its weights, for they change.

    >>> identity(partial(max, 2, key=abs))
    'partial(max, 2, key=abs)'
    """
    words = _words(thing, 0)
    return words if len(words) <= LONGEST else f"{words[:40]}… {digest(words.encode())}"


def digest(content: bytes) -> str:
    """A short name for what is too long to be repeated: 16 letters of its sha256."""
    return hashlib.sha256(content).hexdigest()[:16]


def _words(thing, depth: int) -> str:
    """The words, however long. Beyond DEEPEST the kind alone counts: a circle comes to an end."""
    if isinstance(thing, np.generic):
        thing = thing.item()
    if isinstance(thing, PLAIN):
        return repr(thing)
    if isinstance(thing, type) or _is_importable(thing):
        module = getattr(thing, "__module__", None) or "builtins"
        return thing.__qualname__ if module == "builtins" else f"{module}.{thing.__qualname__}"
    if depth > DEEPEST:
        return type(thing).__qualname__
    tell = next((tell for kind, tell in TOLD if isinstance(thing, kind)), _object)
    return tell(thing, depth + 1)


def _is_importable(thing) -> bool:
    """Whether its module has it under its name; what a notebook defines can be defined anew."""
    if not isinstance(thing, FunctionType):
        return isinstance(thing, (BuiltinFunctionType, MethodDescriptorType))
    found = None if thing.__module__ == "__main__" else sys.modules.get(thing.__module__)
    for name in thing.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is thing


def _call(name: str, depth: int, arguments=(), fields: Mapping = MappingProxyType({})) -> str:
    """name(argument, …, field=value, …)"""
    told = [_words(value, depth) for value in arguments]
    told += [f"{field}={_words(value, depth)}" for field, value in fields.items()]
    return f"{name}({', '.join(told)})"


def _object(thing, depth: int) -> str:
    return _call(type(thing).__qualname__, depth, fields=getattr(thing, "__dict__", {}))


def _numbers(values: Tensor | np.ndarray, depth: int) -> str:
    tensor = torch.as_tensor(values).detach().cpu().contiguous()
    content = tensor.flatten().view(torch.uint8).numpy().tobytes()
    return f"{tensor.dtype}{list(tensor.shape)} {digest(content)}"


def _partial(thing: partial, depth: int) -> str:
    return _call("partial", depth, [thing.func, *thing.args], thing.keywords)


def _method(thing: MethodType, depth: int) -> str:
    whose = type(thing.__self__) if isinstance(thing.__self__, nn.Module) else thing.__self__
    return _call("method", depth, [thing.__func__, whose])


def _function(thing: FunctionType, depth: int) -> str:
    names = [name for code in _codes(thing.__code__) for name in _global_names(code)]
    used = {name: thing.__globals__[name] for name in names if name in thing.__globals__}
    held = {name: value for name, value in used.items() if isinstance(value, TELLING)}
    cells = zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True)
    held |= {name: cell.cell_contents for name, cell in cells}
    defaults = (*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values())
    held |= {"defaults": defaults} if defaults else {}
    code = digest("".join(map(_code, _codes(thing.__code__))).encode())
    return _call(thing.__qualname__, depth, [code], held)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _global_names(code: CodeType) -> list[str]:
    return [step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"]


def _code(code: CodeType) -> str:
    constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
    return f"{code.co_code.hex()} {code.co_names} {_words(constants, 0)}"


def _model(thing: nn.Module, depth: int) -> str:
    """Its parts with their plain fields, the shapes of its parameters, and what is made anew."""
    told = []
    for name, part in thing.named_modules():
        if not hasattr(part, "_orig_mod"):  # a compiled part is what stands inside it
            told.append(f"{plain_name(name)} {_part(part, depth)}")
    told += [f"{plain_name(name)} {p.dtype}{[*p.shape]}" for name, p in thing.named_parameters()]
    made = dict(thing.named_buffers()).keys() - thing.state_dict().keys()
    told += [f"{plain_name(n)} {_numbers(thing.get_buffer(n), depth)}" for n in sorted(made)]
    kind = type(getattr(thing, "_orig_mod", thing)).__qualname__
    return f"{kind} {digest(repr(told).encode())}"


def _part(part: nn.Module, depth: int) -> str:
    fields = {name: value for name, value in vars(part).items() if isinstance(value, TELLING)}
    plain = {n: value for n, value in fields.items() if not n.startswith("_") and n != "training"}
    return _call(f"{type(part).__qualname__} {part.extra_repr()}", depth, (), plain)


def plain_name(name: str) -> str:
    """The name of a part or a parameter without what torch.compile puts into it.

    >>> plain_name("_orig_mod.blocks.0._orig_mod.norm.weight")
    'blocks.0.norm.weight'
    """
    return ".".join(word for word in name.split(".") if word != "_orig_mod")


def _items(values: Mapping, depth: int) -> str:
    return _call("", depth, [part for item in values.items() for part in item])


def _set(values, depth: int) -> str:
    return f"{{{', '.join(sorted(_words(value, depth) for value in values))}}}"


TOLD = [
    (Tensor, _numbers),
    (np.ndarray, _numbers),
    (partial, _partial),
    (MethodType, _method),
    (FunctionType, _function),
    (ModuleType, lambda thing, depth: thing.__name__),
    (nn.Module, _model),
    (Mapping, _items),
    ((list, tuple), lambda values, depth: _call("", depth, values)),
    ((set, frozenset), _set),
]
