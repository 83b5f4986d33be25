"""Every notebook from top to bottom with the solutions of its exercises put in.

    pytest tests/trials/trial_solutions.py

At every change only the sections of exercises run so (tests/notebooks/test_exercises.py).
"""

import nbformat
import pytest
import solve
from execute_notebooks import execute
from kernel_environment import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_solved_notebook_runs_and_every_check_says_right(path):
    notebook = solve.solved(nbformat.read(path, as_version=4))
    execute(notebook, path.parent)
    for cell, exercise, _ in solve.exercise_cells(notebook):
        (output,) = cell.outputs
        assert output["data"]["text/plain"].startswith("✓"), exercise.title
