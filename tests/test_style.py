"""Small functions and small modules, in helpers/ and in tools/."""

import ast

import pytest
from kernel_environment import ROOT

MOST_LINES, MOST_FUNCTION_LINES = 220, 30
MODULES = sorted(path for folder in ("helpers", "tools") for path in (ROOT / folder).rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def faults(source):
    """What is too long in a module; a function's docstring does not count."""
    found = []
    if (lines := source.count("\n")) > MOST_LINES:
        found.append(f"{lines} lines, {MOST_LINES} are allowed")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FUNCTIONS) and (lines := length(node)) > MOST_FUNCTION_LINES:
            found.append(f"{node.name} has {lines} lines, {MOST_FUNCTION_LINES} are allowed")
    return found


def length(function):
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - (docstring.end_lineno - docstring.lineno + 1)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_and_its_functions_are_short(path):
    assert faults(path.read_text(encoding="utf-8")) == []


def test_there_are_modules_to_look_at():
    assert len(MODULES) > 10


def test_a_long_function_is_caught_and_its_docstring_does_not_count():
    docstring = '    """' + "line\n" * 40 + '    """\n'
    assert faults("def f():\n" + docstring + "    pass\n" * 29) == []
    assert faults("def f():\n" + docstring + "    pass\n" * 30) == [
        "f has 31 lines, 30 are allowed"
    ]


def test_a_long_module_is_caught():
    assert faults("x = 1\n" * 220) == []
    assert faults("x = 1\n" * 221) == ["221 lines, 220 are allowed"]
