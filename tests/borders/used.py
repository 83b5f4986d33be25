"""Which public functions and classes of helpers/ the notebooks and the README call."""

import ast
import functools
import importlib
import json
import re
from collections.abc import Iterator

from kernel_environment import ROOT

MAGIC = ("%", "!")
DOTTED = re.compile(r"\w+(\.\w+)*")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@functools.cache
def used() -> frozenset[str]:
    """Their names as "room.module.name", without "helpers."."""
    texts = [CODE.findall((ROOT / "README.md").read_text("utf-8"))]
    texts += [cells(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    return frozenset(name for cells in texts for name in called([*map(parsed, cells)]))


def cells(path) -> list[str]:
    """The source of a notebook's code cells."""
    found = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def parsed(source: str) -> ast.AST:
    """The tree of a cell; lines for IPython itself are left out."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(MAGIC)]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:  # all that such a cell held stood under a magic
        return ast.parse("")


def called(trees: list[ast.AST]) -> Iterator[str]:
    """What of helpers/ is imported and then named, by the place where it is defined."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    whence = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers")
        for alias in node.names
    }
    for node in nodes:
        name = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
        name = name if DOTTED.fullmatch(name) else ""
        first, _, rest = name.partition(".")
        if first in whence and (thing := found(f"{whence[first]}.{rest}".rstrip("."))):
            yield f"{thing.__module__}.{thing.__qualname__}".removeprefix("helpers.")


def found(path: str):
    """The function or class at a dotted path, if there is one."""
    room, *names = path.split(".")
    thing = importlib.import_module(room)
    for name in names:
        room = f"{room}.{name}"
        if not hasattr(thing, name) and hasattr(thing, "__path__"):
            importlib.import_module(room)
        thing = getattr(thing, name, None)
    ours = (getattr(thing, "__module__", None) or "").startswith("helpers.")
    return thing if ours and callable(thing) and hasattr(thing, "__qualname__") else None
