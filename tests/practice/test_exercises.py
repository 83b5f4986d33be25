"""Every exercise accepts what is right, names what is wrong, and can be solved."""

import pytest
import solve

from helpers.practice.exercise import EXERCISES, Exercise

CHECKS = solve.CHECKS
every_exercise = pytest.mark.parametrize("exercise", CHECKS.values(), ids=CHECKS)
EVERY_SLIP = [
    pytest.param(exercise, words, id=f"{name}: {words}")
    for name, exercise in CHECKS.items()
    for words in exercise.slips
]


def test_every_exercise_is_listed_once_and_named_check():
    listed = [exercise for some in EXERCISES.values() for exercise in some]
    assert sorted(map(id, listed)) == sorted(map(id, CHECKS.values()))
    assert all(name.startswith("check_") for name in CHECKS)


@every_exercise
def test_the_solution_and_two_other_answers_are_right(exercise):
    assert len(exercise.right) >= 2
    for answer in (exercise.function, *exercise.right):
        assert exercise(answer), exercise(answer)


@pytest.mark.parametrize("exercise, words", EVERY_SLIP)
def test_every_slip_is_told_its_own_words(exercise, words):
    assert repr(exercise(exercise.slips[words])) == f"✗ {exercise.title}: {words}"


@every_exercise
def test_there_are_three_slips_or_more(exercise):
    assert len(exercise.slips) >= 3


@every_exercise
def test_an_answer_that_knows_the_first_case_only_is_found_out(exercise):
    known = []

    def learned_by_heart(*inputs):
        known.append(exercise.function(*inputs))
        return known[0]

    assert exercise(learned_by_heart).mark == "✗"


@every_exercise
def test_the_placeholder_is_to_do(exercise):
    assert exercise(lambda *given, **named: ...).mark == "○"


@every_exercise
def test_there_are_hints_in_stages_and_the_task_is_said(exercise):
    assert len(set(exercise.hints)) >= 2
    assert all(hint.endswith((".", "?", "`")) for hint in exercise.hints)
    assert exercise.__doc__ != Exercise.__doc__
