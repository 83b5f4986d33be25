"""The exercises of every notebook: stored unsolved, and right once the solutions are put in."""

import ast

import nbformat
import pytest
import solve
from code_rules import helper_names
from execute_notebooks import execute
from kernel_environment import ROOT
from lesson import MAGIC
from nbformat import v4

from helpers.practice.exercise import EXERCISES

IMPORTS = (ast.Import, ast.ImportFrom)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITH = [path for path in NOTEBOOKS if path.name[:2] in EXERCISES]


def shown(cell):
    """What stands below an executed cell."""
    return "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_the_notebook_asks_each_of_its_exercises_once(path):
    """In the middle, where the idea is fresh, or at the end."""
    cells = solve.exercise_cells(nbformat.read(path, as_version=4))
    found = [exercise.title for _, exercise, _ in cells]
    assert sorted(found) == sorted(exercise.title for exercise in EXERCISES[path.name[:2]])
    assert 2 <= len(found) <= 4


def alone(notebook):
    """The set-up cell, all imports of the notebook in one cell, and its exercises."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trees = [ast.parse(MAGIC.sub(r"\1pass", cell.source)) for cell in code[1:]]
    lines = [ast.unparse(n) for t in trees for n in t.body if isinstance(n, IMPORTS)]
    asked = [cell for cell, *_ in solve.exercise_cells(notebook)]
    cells = [code[0], v4.new_code_cell("\n".join(lines)), *asked]
    return v4.new_notebook(cells=cells, metadata=notebook.metadata)


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_every_exercise_is_stored_as_to_do(path):
    for cell, exercise, _ in solve.exercise_cells(nbformat.read(path, as_version=4)):
        assert shown(cell).startswith(f"○ {exercise.title}: to do")


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_with_the_solutions_every_check_says_right(path):
    """The exercises need nothing but what the notebook imports, in a new kernel."""
    part = solve.solved(alone(nbformat.read(path, as_version=4)))
    execute(part, path.parent)
    verdicts = [shown(cell) for cell, *_ in solve.exercise_cells(part)]
    assert [verdict[0] for verdict in verdicts] == ["✓"] * len(EXERCISES[path.name[:2]])
    assert f"{len(verdicts)} of {len(verdicts)} in this notebook" in verdicts[-1]


def test_the_solution_replaces_the_placeholder_and_nothing_else():
    exercise = EXERCISES["09"][0]
    source = (
        "a = 1\n\n\ndef tempered(logits, temperature):\n    ...\n\n\ncheck_temperature(tempered)"
    )
    new = solve.solved_source(source, "tempered", exercise)
    assert new.startswith("a = 1\n\n\ndef tempered(") and new.endswith(
        "check_temperature(tempered)"
    )
    assert "..." not in new and "softmax" in new


def test_what_a_reader_writes_as_an_exercise_may_bear_a_helpers_name(tmp_path):
    for folder, names in {"models": "ab", "practice/exercises": "a"}.items():
        module = tmp_path / "helpers" / folder / "module.py"
        module.parent.mkdir(parents=True)
        module.write_text("".join(f"def {name}(): pass\n" for name in names))
    assert helper_names(tmp_path) == {"b": "helpers/models/module.py"}
