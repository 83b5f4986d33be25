"""What a picture is given is checked, and a refusal says three things."""

import numpy as np
import pytest
import torch

from helpers.views.drawing import given, palette
from helpers.views.drawing.wording import amounts, counted, likeliest, likeliest_of


def test_a_refusal_says_what_must_hold_what_came_and_what_to_try():
    given.must([1], "There must be one", "none", "Try [1].")
    with pytest.raises(ValueError, match=r"^There must be one; got none. Try \[1\].$"):
        given.must([], "There must be one", "none", "Try [1].")


def test_arrays_come_by_name_as_numbers_of_any_kind():
    found = given.arrays({"a": [1, 2], "b": torch.tensor([3.0, 4])}, (2,), "Two each", "Try two.")
    assert {name: each.tolist() for name, each in found.items()} == {"a": [1, 2], "b": [3, 4]}
    assert given.arrays({"a": [[1, 2]]}, (None, 2), "Rows", "Try.")["a"].shape == (1, 2)


@pytest.mark.parametrize("values", [{}, {"a": [1]}, {"a": [[1, 2]]}, {"a": [1, 2], "b": []}])
def test_arrays_of_another_shape_or_none_are_refused(values):
    with pytest.raises(ValueError, match=r"^Two each; got shapes \{.*\}. Try two.$"):
        given.arrays(values, (2,), "Two each", "Try two.")


def test_a_free_length_may_not_be_zero():
    with pytest.raises(ValueError, match="at least one"):
        given.arrays({"a": []}, (None,), "A value, at least one", "Try [1].")


def test_numbers_with_names_are_written_as_a_sentence():
    assert amounts({"a": 1, "b": 2.5, "c": 3000}) == "a 1, b 2.50 and c 3,000"
    assert [counted(n, "token") for n in (0, 1, 1200)] == ["0 tokens", "1 token", "1,200 tokens"]


def test_the_likeliest_come_first_and_the_earlier_of_equals():
    probs = np.array([0.2, 0.5, 0.2, 0.1])
    assert likeliest(probs) == [1, 0, 2] and likeliest(probs, 1) == [1]
    assert likeliest_of("ab\nd", probs) == "'b' 0.50, 'a' 0.20 and newline 0.20"


def test_css_and_matplotlib_mean_the_same_colour():
    assert palette.triple("#D55E00") == "213,94,0"
