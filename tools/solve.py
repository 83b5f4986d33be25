"""Put the solutions of the exercises into a notebook: the teacher's version.

    python tools/solve.py notebooks/09_generate.ipynb solved.ipynb

An exercise is a code cell whose last line is `check_...(answer)`; the function or the value named
`answer` stands above it as a placeholder.
"""

import argparse
import ast
import copy
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.practice import exercises
from helpers.practice.exercise import Exercise

TOPICS = [
    importlib.import_module(f"{exercises.__name__}.{topic.name}")
    for topic in pkgutil.iter_modules(exercises.__path__)
]
CHECKS = {  # every exercise by the name that a notebook calls
    name: value
    for topic in TOPICS
    for name, value in vars(topic).items()
    if isinstance(value, Exercise)
}


def asked(cell: NotebookNode) -> tuple[Exercise, str] | None:
    """The exercise that a code cell checks at its end and the name of the answer, or None."""
    if cell.cell_type != "code" or "check_" not in cell.source:
        return None
    last = ast.parse(cell.source).body[-1]
    match last:
        case ast.Expr(ast.Call(func=ast.Name(id=check), args=[ast.Name(id=answer)])) if (
            check in CHECKS
        ):
            return CHECKS[check], answer
    return None


def exercise_cells(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, Exercise, str]]:
    for cell in notebook.cells:
        if found := asked(cell):
            yield cell, *found


def solved_source(source: str, answer: str, exercise: Exercise) -> str:
    """The cell with the placeholder of that name replaced by the solution."""
    (placeholder,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == answer
    )
    lines = source.splitlines()
    solution = inspect.getsource(exercise.function).rstrip().splitlines()
    lines[placeholder.lineno - 1 : placeholder.end_lineno] = solution
    return "\n".join(lines)


def solved(notebook: NotebookNode) -> NotebookNode:
    """A copy in which every exercise is solved."""
    notebook = copy.deepcopy(notebook)
    for cell, exercise, answer in exercise_cells(notebook):
        cell.source = solved_source(cell.source, answer, exercise)
    return notebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    nbformat.write(solved(nbformat.read(given.notebook, as_version=4)), given.out)


if __name__ == "__main__":
    main()
