"""What an exercise says: right, wrong and why, or to do; hints, solution, progress."""

import pytest
import torch

from helpers.practice.exercise import EXERCISES, Exercise, Mistake, compare, require


def double(x):
    return 2 * x


@pytest.fixture
def twice():
    def check_double(answer):
        three = torch.tensor([1.0, 2.0, 3.0])
        compare(answer(three), 2 * three, {"you squared it.": three**2})

    yield Exercise(check_double, "99", "Double", ["First.", "Second."], double)
    del EXERCISES["99"]


def test_a_right_answer_is_true_and_counts(twice):
    other = Exercise(twice.check, "99", "Again", ["Hint."], double)
    verdict = twice(double)
    assert verdict and repr(verdict) == "✓ Double: right. ● ○  1 of 2 in this notebook"
    assert repr(other(lambda x: x + x)) == "✓ Again: right. ● ●  2 of 2 in this notebook"


def unfinished(x):
    scores = ...
    return scores @ x


@pytest.mark.parametrize(
    "dots", [lambda x: ..., lambda x: None, lambda x: (x, ...), unfinished, ...]
)
def test_the_placeholder_is_to_do_and_not_wrong(twice, dots):
    verdict = twice(dots)
    assert verdict.mark == "○" and "Replace the dots" in verdict.words and not verdict
    assert not twice.solved


def test_a_known_slip_is_told_its_name(twice):
    assert repr(twice(lambda x: x**2)) == "✗ Double: you squared it."


def test_any_other_slip_is_told_both_values(twice):
    said = twice(lambda x: x + 1).words
    assert said == "Double: the result should be [2, 4, 6], yours is [2, 3, 4]."


def test_wrong_shapes_and_numbers_that_are_none_are_said(twice):
    assert "must be (3,); yours is (3, 1)" in twice(lambda x: 2 * x[:, None]).words
    assert "holds nan" in twice(lambda x: x * float("nan")).words
    assert "yours is a str" in twice(lambda x: "2, 4, 6").words


def test_code_that_stops_is_told_where_and_why(twice):
    def broken(x):
        return x @ torch.ones(7)

    said = twice(broken)
    assert said.mark == "✗" and "in `return x @ torch.ones(7)` with RuntimeError" in said.words


def test_hints_come_one_after_the_other(twice, capsys):
    for _ in range(3):
        twice.hint()
    assert (
        capsys.readouterr().out
        == "Hint 1 of 2: First.\nHint 2 of 2: Second.\nHint 1 of 2: First.\n"
    )


def test_the_solution_is_its_real_source(twice, capsys):
    twice.solution()
    assert capsys.readouterr().out == "def double(x):\n    return 2 * x\n"


def test_compare_goes_by_shape_and_value():
    compare(torch.ones(2), [1, 1])
    compare(3, torch.tensor(3.0))
    with pytest.raises(Mistake, match="should be 1.5, yours is 1.25"):
        compare(1.25, 1.5)
    with pytest.raises(Mistake, match="must hold"):
        require(False, "it must hold")


def test_a_large_tensor_is_shown_where_it_differs():
    wanted = torch.arange(20.0).view(4, 5)
    got = wanted.clone()
    got[2, 3] = -0.00001
    with pytest.raises(Mistake, match=r"the result at \[2, 3\] should be 13, yours is 0\."):
        compare(got, wanted)


def test_a_slip_that_cannot_be_told_from_the_truth_is_not_named():
    compare(torch.ones(2), torch.ones(2), {"you never added.": torch.ones(2)})


def test_stopping_the_kernel_is_no_mistake(twice):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        twice(stopped)
