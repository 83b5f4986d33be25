"""Every wrong idea of the front end is seen by the test that the table names."""

import importlib
import inspect
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Error

from helpers.views.widgets import board, flipbook
from tests.browser.stage import Played, explorer

TABLE = Path(__file__).with_name("front_slips.txt")
PATIENCE = 4000  # milliseconds: what does not come in this time will not come


class Wrong(NamedTuple):
    """In the module `old` becomes `new`; then `test` fails, a file and a name in it."""

    idea: str
    test: str
    old: str
    new: str


def written(block: str) -> Wrong:
    """One idea of the table."""
    idea, test, *lines = block.rstrip("\n").split("\n")
    parts = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    return Wrong(idea, test, *parts)


_, *BLOCKS = TABLE.read_text(encoding="utf-8").split("\n# ")
WRONG = [*map(written, BLOCKS)]


def with_it(module, wrong):
    """The module with this idea in it; in a style sheet it stands as JSON."""
    for kept in (str, lambda text: json.dumps(text)[1:-1]):
        if module.count(kept(wrong.old)) == 1:
            return module.replace(kept(wrong.old), kept(wrong.new))
    pytest.fail(f"{wrong.old!r} does not stand there once")


def of_the_parameter(test, case):
    """The arguments of a parametrised test for the case that stands in its brackets."""
    for mark in getattr(test, "pytestmark", []):
        names, values = mark.args
        names = [names] if isinstance(names, str) else names
        for value in values:
            row = value if len(names) > 1 else (value,)
            if case in ("-".join(map(str, row)), str(row[0])):
                return dict(zip(names, row, strict=True))
    return {}


def run(node, page, folder: Path):
    """Call a test as pytest would, on a page that is there already."""
    file, name, case = re.fullmatch(r"(\w+)::(\w+)(?:\[(.*)\])?", node).groups()
    test = getattr(importlib.import_module(f"tests.browser.test_{file}"), name)
    made = of_the_parameter(test, case)
    for wanted in inspect.signature(test).parameters:
        if wanted == "played":
            made[wanted] = Played(page, explorer())
        elif wanted in ("page", "tmp_path"):
            made[wanted] = page if wanted == "page" else folder
    test(**made)


def test_the_ideas_are_many_and_have_names_of_their_own():
    assert len({wrong.idea for wrong in WRONG}) == len(WRONG) >= 28


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.idea)
def test_a_wrong_idea_is_seen(wrong, page, tmp_path, monkeypatch):
    changed = with_it(board.MODULE, wrong)
    monkeypatch.setattr(board, "MODULE", changed)
    monkeypatch.setattr(flipbook, "MODULE", changed)
    page.set_default_timeout(PATIENCE)
    with pytest.raises((AssertionError, Error)):
        run(wrong.test, page, tmp_path)


@pytest.mark.parametrize("node", sorted({wrong.test for wrong in WRONG}))
def test_without_a_wrong_idea_the_test_passes_here_too(node, page, tmp_path):
    page.set_default_timeout(PATIENCE)
    run(node, page, tmp_path)
