"""The floors of helpers/: a module imports from floors below, and light modules stay light."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from kernel_environment import ROOT

FLOOR = {"basics": 0, "text": 1, "models": 2, "theory": 3, "learning": 4, "views": 5, "practice": 6}
PICTURES = {"matplotlib", "ipywidgets"}


def modules(root):
    """Dotted names of all modules of root/helpers, with their files."""
    names = {}
    for path in sorted((root / "helpers").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports(name, path, known):
    """Modules of helpers that a module imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, name, path)
            whole = [f"{base}.{alias.name}" for alias in node.names]
            found |= {deep if deep in known else base for deep in whole}
    return {other for other in found if other.split(".")[0] == "helpers"}


def absolute(node, name, path):
    """The module that a `from ... import` names: `from ..text import x` in helpers.models.gpt
    -> helpers.text"""
    if not node.level:
        return node.module
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def faults(root):
    """Every import that goes up or across, every room without a floor, every circle."""
    known = modules(root)
    graph = {name: imports(name, path, known) - {name} for name, path in known.items()}
    found = [fault for name in graph if (fault := fault_of_room(name))]
    for name, others in graph.items():
        found += [f"{name} imports {o}" for o in sorted(others) if not allowed(name, o)]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append(f"a circle: {' -> '.join(error.args[1])}")
    return found


def fault_of_room(name):
    folder = name.split(".")[1] if "." in name else None
    return None if folder in FLOOR or folder is None else f"{name} stands on no floor"


def allowed(name, other):
    if "." not in name or "." not in other:
        return False
    room, below = name.split(".")[1], other.split(".")[1]
    return room == below or FLOOR.get(below, 99) < FLOOR.get(room, -1)


def test_every_module_imports_from_floors_below():
    assert faults(ROOT) == []


def test_the_house_itself_holds_only_a_docstring():
    body = ast.parse((ROOT / "helpers" / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1 and isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value.value, str)


def house(folder, **rooms):
    """A tiny helpers/ in a folder: house(tmp_path, models__gpt="import helpers.text.words")."""
    (folder / "helpers").mkdir()
    (folder / "helpers" / "__init__.py").write_text('"""A house."""')
    for name, source in {"text__words": "", **rooms}.items():
        path = folder / "helpers" / Path(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(source)
    return folder


@pytest.mark.parametrize(
    "rooms",
    [
        {"models__gpt": "from helpers.text import words"},
        {"models__gpt": "from ..text.words import a_word"},
        {"models__gpt": "from helpers.models import parts", "models__parts": "import torch"},
        {"views__plots__lines": "from helpers.models import gpt", "models__gpt": ""},
    ],
)
def test_imports_from_below_and_beside_are_allowed(tmp_path, rooms):
    assert faults(house(tmp_path, **rooms)) == []


@pytest.mark.parametrize(
    ("rooms", "fault"),
    [
        ({"text__up": "from helpers.models import gpt", "models__gpt": ""}, "helpers.text.up"),
        ({"text__up": "def f():\n    import helpers.models"}, "helpers.text.up"),
        ({"text__up": "from ..models import gpt", "models__gpt": ""}, "helpers.models.gpt"),
        ({"theory__a": "from helpers.learning import b", "learning__b": ""}, "helpers.theory.a"),
        ({"views__a": "from helpers import practice", "practice__b": ""}, "helpers.practice"),
        ({"models__a": "import helpers"}, "helpers.models.a imports helpers"),
        ({"cellar__a": ""}, "helpers.cellar.a stands on no floor"),
        ({"models__a": "from . import b", "models__b": "from . import a"}, "a circle"),
    ],
)
def test_a_wrong_import_is_caught(tmp_path, rooms, fault):
    assert fault in "; ".join(faults(house(tmp_path, **rooms)))


def loaded_by(names, forbidden, root=ROOT):
    """Which of the modules, imported one after the other, is the first to load what it must not."""
    program = (
        "import importlib, sys\n"
        f"for name in {list(names)!r}:\n"
        "    importlib.import_module(name)\n"
        f"    heavy = {set(forbidden)!r} & set(sys.modules)\n"
        "    if heavy: sys.exit(f'{name} loads {sorted(heavy)}')\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=root, capture_output=True, text=True).stderr.strip()


def test_the_playwright_needs_neither_torch_nor_pictures():
    assert loaded_by(["helpers.text.playwright"], PICTURES | {"torch"}) == ""


@pytest.mark.parametrize("folder", ["models", "learning", "theory"])
def test_no_picture_is_loaded_below_the_views(folder):
    names = [name for name in modules(ROOT) if name.startswith(f"helpers.{folder}")]
    assert len(names) > 1 and loaded_by(names, PICTURES) == ""


def test_a_heavy_module_is_caught(tmp_path):
    root = house(tmp_path, models__a="", models__b="import matplotlib")
    names = ["helpers.models.a", "helpers.models.b"]
    assert loaded_by(names, PICTURES, root) == "helpers.models.b loads ['matplotlib']"
