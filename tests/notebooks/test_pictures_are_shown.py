"""What a cell draws is seen: Jupyter shows only the value of a cell's last line."""

import ast

import pytest
from kernel_environment import ROOT
from lesson import Lesson

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRAWN = {"show", "tabulate", "listing", "surprisal_text", "text_arcs", "token_strip"}


def thrown_away(source):
    """The calls that draw a picture which nobody keeps and no last line shows."""
    tree = ast.parse(source)
    alone = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    calls = [node.value for node in alone if isinstance(node.value, ast.Call)]
    last = tree.body[-1].value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    return [ast.unparse(c) for c in calls if c is not last and _name(c.func) in DRAWN]


def _name(function):
    if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "widgets":
        return "show"
    return getattr(function, "id", "")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_picture_of_a_notebook_is_shown(path):
    assert [call for cell in Lesson.load(path).code for call in thrown_away(cell.source)] == []


@pytest.mark.parametrize("wrong", ["if True:\n    show(ax)", "show(ax)\nx = 1", "widgets.f()\n1"])
def test_a_picture_that_nobody_sees_is_found(wrong):
    assert len(thrown_away(wrong)) == 1


@pytest.mark.parametrize("right", ["x = show(ax)\nx", "show(ax)", "if a:\n    display(show(ax))"])
def test_a_picture_that_is_seen_is_not(right):
    assert thrown_away(right) == []
