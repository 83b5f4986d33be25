"""The exercises of every notebook: stored unsolved, and right once the solutions are put in."""

import nbformat
import pytest
import solve
from code_rules import helper_names
from execute_notebooks import execute
from kernel_environment import ROOT
from nbformat import v4

from helpers.practice.exercise import EXERCISES

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITH = [path for path in NOTEBOOKS if path.name[:2] in EXERCISES]


def shown(cell):
    """What stands below an executed cell."""
    return "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_the_notebook_asks_its_exercises_in_their_order(path):
    notebook = nbformat.read(path, as_version=4)
    found = [exercise for _, exercise, _ in solve.exercise_cells(solve_section(notebook))]
    assert found == EXERCISES[path.name[:2]]
    assert 2 <= len(found) <= 4


def solve_section(notebook):
    return v4.new_notebook(cells=solve.section(notebook), metadata=notebook.metadata)


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_every_exercise_is_stored_as_to_do(path):
    for cell, exercise, _ in solve.exercise_cells(nbformat.read(path, as_version=4)):
        assert shown(cell).startswith(f"○ {exercise.title}: to do")


@pytest.mark.parametrize("path", WITH, ids=lambda path: path.stem)
def test_with_the_solutions_every_check_says_right(path):
    """The set-up cell and the section of exercises, which needs nothing else, in a new kernel."""
    notebook = nbformat.read(path, as_version=4)
    part = solve.solved(solve_section(notebook))
    set_up = next(cell for cell in notebook.cells if cell.cell_type == "code")
    part.cells.insert(0, set_up)
    execute(part, path.parent)
    verdicts = [shown(cell) for cell, *_ in solve.exercise_cells(part)]
    assert [verdict[0] for verdict in verdicts] == ["✓"] * len(EXERCISES[path.name[:2]])
    assert f"{len(verdicts)} of {len(verdicts)} in this notebook" in verdicts[-1]


def test_the_solution_replaces_the_placeholder_and_nothing_else():
    exercise = EXERCISES["08"][0]
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
