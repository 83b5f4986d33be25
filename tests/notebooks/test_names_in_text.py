"""What a notebook's text names as `room.name` stands in a room of that name in helpers/."""

import importlib
import json
import pkgutil
import re

import pytest
from kernel_environment import ROOT

import helpers

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = [found.name for found in pkgutil.walk_packages(helpers.__path__, "helpers.")]


def names(text):
    """Every `room.name` of a text; a table may compare with the names of other programs."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    return re.findall(r"`(?:helpers\.)?(\w+)\.(?!jsonl?\b)(\w+)", prose)  # a file is no name


def points_nowhere(room, name):
    rooms = [module for module in MODULES if module.split(".")[-1] == room]
    return rooms and not any(
        hasattr(importlib.import_module(module), name) or f"{module}.{name}" in MODULES
        for module in rooms
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_name_in_a_notebooks_text_is_there(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert [f"{room}.{name}" for room, name in names(text) if points_nowhere(room, name)] == []


def test_a_name_that_has_moved_is_found():
    text = "`numbers.alignment(5)`, `sampling.generate`, `nn.GELU`\n| `mlp.up` | theirs |"
    assert [pair for pair in names(text) if points_nowhere(*pair)] == [("numbers", "alignment")]
