"""The trial of five seeds really throws other dice, and notes what fails."""

import json
import subprocess
import sys

import nbformat

from tests.trials import dice, seeds

THROWN = """
import inspect, json
from tests.trials import dice

dice.throw(7)
from helpers.learning import training
from helpers.practice import claim
from helpers.practice.bugs import in_the_model as bugs
from helpers.text.tasks import number_words
from helpers.theory import boosting, em

claim("Two is three.", 2 == 3, {"two": 2, "word": "three"})
functions = training.train, em.fit, boosting.bootstrap, bugs.line_up, number_words.split
seeds = [inspect.signature(f).parameters["seed"].default for f in functions]
others = inspect.signature(em.fit).parameters
print(json.dumps([seeds, others["n_experts"].default, json.loads(dice.told())]))
"""


def test_every_default_seed_moves_and_a_false_claim_is_noted():
    program = [sys.executable, "-c", THROWN]
    told = subprocess.run(program, cwd=seeds.ROOT, capture_output=True, text=True, check=True)
    thrown, experts, noted = json.loads(told.stdout)
    assert thrown == [7] * 5 and experts == 2
    assert noted == [["Two is three.", False, {"two": 2.0}]]


def test_seeds_in_cells_move_but_not_the_text_that_is_talked_about():
    cell = nbformat.v4.new_code_cell
    lines = "torch.manual_seed(0)", "write(200, seed=1)", "train(seed=seed)", "write(9, seed=949)"
    notebook = nbformat.v4.new_notebook(cells=[cell(line) for line in lines])
    seeds.with_other_dice(notebook, 20)
    moved = ["torch.manual_seed(0 + 20)", "write(200, seed=1 + 20)", "train(seed=seed + 20)"]
    assert [c.source for c in notebook.cells[1:-1]] == [*moved, "write(9, seed=949)"]


def test_numbers_are_kept_by_name_and_words_left_out():
    assert dice.numbers(0.5) == {"": 0.5}
    assert dice.numbers({"a": 1, "b": "two", "c": [3]}) == {"a": 1.0}
