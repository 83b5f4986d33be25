"""What an exercise says: right, wrong and why, or to do; hints, solution, progress."""

import pytest
import torch

from helpers.practice.answers import Mistake, gradient, require, same, what_differs
from helpers.practice.exercise import EXERCISES, Exercise


def double(x):
    return 2 * x


def exercise(title="Double", function=double, **changed):
    """An exercise of a notebook that is none, and what of it is changed."""
    described = {
        "cases": {
            "the result": [torch.tensor([1.0, 2.0, 3.0])],
            "the answer for a table": [torch.tensor([[4.0, 0.0]])],
        },
        "slips": {
            "you squared it.": lambda x: x**2,
            "a table must be doubled as well.": lambda x: 2 * x if x.ndim == 1 else x**2,
            "you stopped.": lambda x: x.nothing,
        },
        "right": [],
        "hints": ["First.", "Second."],
    }
    return Exercise(f"99 {title}", "x -> 2x", function, **described | changed)


@pytest.fixture
def twice():
    yield exercise()
    del EXERCISES["99"]


def test_a_right_answer_is_true_and_counts(twice):
    other = exercise("Again")
    verdict = twice(double)
    assert verdict and repr(verdict) == "✓ Double: right. ● ○  1 of 2 in this notebook"
    assert repr(other(lambda x: x + x)) == "✓ Again: right. ● ●  2 of 2 in this notebook"


def unfinished(x):
    scores = ...
    return scores @ x


def untouched(x): ...


@pytest.mark.parametrize("dots", [lambda x: ..., lambda x: (x, ...), untouched, unfinished, ...])
def test_the_placeholder_is_to_do_and_not_wrong(twice, dots):
    verdict = twice(dots)
    assert verdict.mark == "○" and "Replace the dots" in verdict.words and not verdict
    assert not twice.solved


def without_return(x):
    2 * x  # noqa: B018


def with_half_a_return(x):
    if x.ndim == 1:
        return 2 * x


@pytest.mark.parametrize("answer", [without_return, with_half_a_return])
def test_a_forgotten_return_is_told(twice, answer):
    words = "✗ Double: your function returns nothing; is a `return` missing?"
    assert repr(twice(answer)) == words


def test_a_known_slip_is_told_its_name(twice):
    assert repr(twice(lambda x: x**2)) == "✗ Double: you squared it."


def test_a_slip_that_fails_elsewhere_first_is_not_named(twice):
    """For the table both give the square, and the first slip is wrong for the row already."""
    said = twice(lambda x: torch.where(torch.tensor(x.ndim == 1), 2 * x, x * x))
    assert said.words == "Double: a table must be doubled as well."


def test_any_other_slip_is_told_both_values(twice):
    said = twice(lambda x: x + 1).words
    assert said == "Double: the result should be [2, 4, 6], yours is [2, 3, 4]."


def test_an_answer_for_one_case_only_is_told_the_other(twice):
    said = twice(lambda x: 2 * x if x.ndim == 1 else x).words
    assert said == "Double: the answer for a table should be [8, 0], yours is [4, 0]."


def test_wrong_shapes_kinds_and_numbers_that_are_none_are_said(twice):
    assert "must be (3,); yours is (3, 1)" in twice(lambda x: 2 * x[:, None]).words
    assert "holds nan" in twice(lambda x: x * float("nan")).words
    assert "yours is a str" in twice(lambda x: "2, 4, 6").words
    assert "yours holds True and False" in twice(lambda x: x > 1).words
    assert "numbers are asked for; yours holds whole numbers" in twice(lambda x: 2 * x.int()).words
    assert "yours holds complex ones" in twice(lambda x: 2 * x + 0j).words


def test_whole_numbers_are_not_told_a_slip_that_has_others(twice):
    assert "yours holds whole numbers" in twice(lambda x: x.int() ** 2).words


def test_true_and_false_are_asked_for_where_they_are(twice):
    positive = exercise("Positive", lambda x: x > 0, slips={"wrong.": lambda x: x > 2})
    assert "yours holds numbers" in positive(lambda x: (x > 0).float()).words
    assert positive(lambda x: [[each > 0 for each in row] for row in x] if x.ndim > 1 else x > 0)


def test_lists_floats_and_doubles_are_right_as_well(twice):
    assert twice(lambda x: (2 * x.double()).tolist())
    assert twice(lambda x: [2 * row for row in x])
    assert twice(lambda x: (2 * x).numpy())
    assert twice(lambda x: (2 * x).to_sparse())


def test_rows_of_whole_numbers_are_shown_whatever_their_length(twice):
    odd = exercise("Odd", lambda ids: [i for i in ids if i % 2], cases={"the odd": [[1, 2, 3]]})
    assert odd(lambda ids: ids).words == "Odd: the odd should be [1, 3], yours is [1, 2, 3]."


def test_an_answer_that_changes_its_input_is_told_so(twice):
    assert "your function changes what it was given" in twice(lambda x: x.mul_(2)).words
    listed = exercise("Sorted", sorted, cases={"the row": [[3, 1, 2]]})
    assert "changes what it was given" in listed(lambda ids: ids.sort() or ids).words


def test_an_answer_that_is_drawn_is_told_so(twice):
    assert "a second call" in twice(lambda x: 2 * x + torch.rand(len(x))).words


def test_several_results_are_counted_and_named(twice):
    both = exercise("Both", lambda x: (x, -x), parts=("x", "its negative"), slips={})
    assert both(lambda x: x).words == "Both: two things are asked for: x and its negative."
    said = both(lambda x: [x, x]).words
    assert said == "Both: its negative the result should be [-1, -2, -3], yours is [1, 2, 3]."


def test_what_an_exercise_asks_may_be_more_than_the_result(twice):
    def first(answer, x):
        require(len(x) < 3, "it is too long.")
        return answer(x)

    assert exercise("First", ask=first)(double).words == "First: it is too long."


def test_code_that_stops_is_told_where_and_why(twice):
    def broken(x):
        return x @ torch.ones(7)

    said = twice(broken)
    assert said.mark == "✗" and "in `return x @ torch.ones(7)` with RuntimeError" in said.words


def test_of_a_long_error_the_first_line_is_told(twice):
    def wordy(x):
        raise RuntimeError("A cause.\nA page about it.")

    assert twice(wordy).words.endswith("RuntimeError: A cause.")


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


def test_a_requirement_is_a_mistake():
    with pytest.raises(Mistake, match="must hold"):
        require(False, "it must hold")


def test_results_are_the_same_by_shape_kind_and_value():
    assert same(torch.ones(2), torch.ones(2, dtype=torch.int64))
    assert same(torch.tensor(3), torch.tensor(3.000001, dtype=torch.float64))
    assert not same(torch.ones(2), torch.ones(2, 1))
    assert not same(torch.ones(2), torch.ones(2, dtype=torch.bool))
    assert not same(torch.tensor(3.0), torch.tensor(3.001))


def test_a_large_tensor_is_shown_where_it_differs():
    wanted = torch.arange(20.0).view(4, 5)
    got = wanted.clone()
    got[2, 3] = -0.00001
    said = what_differs(got, wanted, "the result")
    assert said == "the result at [2, 3] should be 13, yours is 0."


def test_no_gradient_is_a_gradient_of_zeros():
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    assert gradient(leaf * 2, leaf).tolist() == [24.0, 96.0]  # of (2x)³: 3 · (2x)² · 2
    assert gradient(leaf.detach() * 2, leaf).tolist() == [0.0, 0.0]
    assert gradient(3.0, leaf).tolist() == [0.0, 0.0]
    copy = leaf.detach().clone().requires_grad_()
    assert gradient(copy * 2, leaf).tolist() == [0.0, 0.0]


def test_stopping_the_kernel_is_no_mistake(twice):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        twice(stopped)
