"""Whole numbers and numbers in any dress."""

import numpy as np
import pytest
import torch

from helpers.basics.numbers import array, checked, real, whole


@pytest.mark.parametrize("value", [8, np.int64(8), np.uint8(8), torch.tensor(8)])
def test_whatever_python_takes_as_an_index_is_a_whole_number(value):
    number = whole("steps", value)
    assert number == 8 and type(number) is int


@pytest.mark.parametrize("value", [True, np.True_, 8.0, "8", None, [8], np.ones(2, int), 0, -3])
def test_what_is_none_is_refused_with_what_came(value):
    with pytest.raises(ValueError, match=r"^steps must be a whole number ≥ 1; got .*\. Try"):
        whole("steps", value)


def test_a_number_out_of_its_range_is_refused_with_the_range():
    assert whole("k", 4, 1, 4) == 4
    with pytest.raises(ValueError, match=r"k must be a whole number in 1 … 4; got 5\. Ask fewer\."):
        whole("k", 5, 1, 4, "Ask fewer.")


def share(value):
    return real("share", value, lambda x: x <= 1, "be at most 1", "Try 0.5.")


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), torch.tensor(0.5), 0])
def test_one_number_in_any_dress_becomes_a_plain_float(value):
    assert share(value) == float(value) and type(share(value)) is float


WRONG = [True, np.True_, "0.5", None, [0.5], np.ones(1), torch.tensor(True), 2, np.nan, -np.inf]


@pytest.mark.parametrize("value", WRONG)
def test_what_is_not_one_finite_number_is_refused_with_what_came(value):
    with pytest.raises(ValueError, match=r"^share must be at most 1; got .*\. Try 0\.5\."):
        share(value)


def test_numbers_come_in_any_dress():
    mixed = [torch.tensor([1.0, 2.0], requires_grad=True), np.array([3, 4]), [5, 6.5]]
    assert array(mixed).tolist() == [[1, 2], [3, 4], [5, 6.5]] and array(mixed).dtype == float


def test_the_first_number_that_breaks_the_rule_is_named():
    with pytest.raises(ValueError, match=r"rates must be positive; got -2\. Try 1\."):
        checked("rates", [1, -2, -3], lambda x: x > 0, "be positive", "Try 1.")
