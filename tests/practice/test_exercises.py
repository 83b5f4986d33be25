"""Every exercise accepts what is right, names what is wrong, and can be solved."""

import importlib.util
import inspect
import sys

import pytest
from kernel_environment import ROOT

import helpers.practice.exercises as exercises
from helpers.practice.exercise import EXERCISES, Mistake, compare

CHECKS = {name: getattr(exercises, name) for name in exercises.__all__}


def answers(path):
    spec = importlib.util.spec_from_file_location(f"answers_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BOOKS = [answers(path) for path in sorted((ROOT / "tests/practice/answers").glob("*.py"))]
RIGHT = {check: given for book in BOOKS for check, given in book.RIGHT.items()}
WRONG = {check: given for book in BOOKS for check, given in book.WRONG.items()}


def test_every_exercise_is_listed_once_and_named_check():
    listed = [exercise for some in EXERCISES.values() for exercise in some]
    assert sorted(map(id, listed)) == sorted(map(id, CHECKS.values()))
    assert all(name == exercise.check.__name__ for name, exercise in CHECKS.items())
    assert all(name.startswith("check_") for name in CHECKS)


@pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
def test_the_solution_and_two_other_answers_are_right(exercise):
    assert len(RIGHT[exercise]) >= 2
    for answer in (exercise.function, *RIGHT[exercise]):
        assert exercise(answer), exercise(answer)


@pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
def test_three_typical_slips_are_named(exercise):
    assert len({words for _, words in WRONG[exercise]}) >= 3
    for answer, words in WRONG[exercise]:
        verdict = exercise(answer)
        assert verdict.mark == "✗" and words in verdict.words, verdict


@pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
def test_a_wrong_answer_reaches_every_slip_that_a_comparison_names(exercise, monkeypatch):
    known, reached = set(), set()

    def watched(got, wanted, slips=None, **named):
        line = inspect.currentframe().f_back.f_lineno
        known.update((line, words) for words in slips or {})
        try:
            compare(got, wanted, slips, **named)
        except Mistake as mistake:
            reached.add((line, str(mistake)))
            raise

    module = sys.modules[exercise.check.__module__]
    monkeypatch.setattr(module, "compare", watched, raising=False)
    for answer in (*RIGHT[exercise], *(wrong for wrong, _ in WRONG[exercise])):
        exercise(answer)
    assert known <= reached, known - reached


@pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
def test_the_placeholder_is_to_do(exercise):
    assert exercise(lambda *given, **named: ...).mark == "○"


@pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
def test_there_are_hints_in_stages_and_the_task_is_said(exercise):
    assert len(set(exercise.hints)) >= 2
    assert all(hint.endswith((".", "?", "`")) for hint in exercise.hints)
    assert exercise.check.__doc__
