"""A claim holds and says so, or fails and shows what was measured."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from helpers.practice import claim
from helpers.practice.claims import ClaimError


class Point(NamedTuple):
    x: float
    y: int


@pytest.mark.parametrize("holds", [True, np.True_, torch.tensor(True), torch.tensor([3]) > 2])
def test_a_claim_that_holds_prints_its_sentence(capsys, holds):
    claim("Loss falls.", holds)
    assert capsys.readouterr().out == "✓ Loss falls.\n"


@pytest.mark.parametrize(
    ("measured", "shown"),
    [
        (0.12345, "0.123"),
        (torch.tensor(2.5), "2.50"),
        (np.array([1.25, 3.0]), "1.25, 3"),
        ("0.99 < 1.14", "0.99 < 1.14"),
        ({"GPT": 1.5, "RNN": 2}, "GPT 1.50, RNN 2"),
        (Point(0.5, 3), "x 0.500, y 3"),
    ],
)
def test_what_was_measured_follows_the_sentence(capsys, measured, shown):
    claim("Loss falls.", True, measured)
    assert capsys.readouterr().out == f"✓ Loss falls: ≈ {shown}\n"


@pytest.mark.parametrize(
    "measured",
    [None, 3, True, (50257, 768), {"a": 1}, {"B", "F"}, "", [], [0.1] * 7, {"a": (0.1, 0.2)}],
)
def test_what_is_exact_or_too_long_is_not_shown_beside_it(capsys, measured):
    claim("Loss falls.", True, measured)
    assert capsys.readouterr().out == "✓ Loss falls.\n"


@pytest.mark.parametrize("fails", [False, np.False_, torch.tensor(False), torch.tensor(2) > 3])
def test_a_claim_that_fails_shows_what_was_measured(capsys, fails):
    with pytest.raises(ClaimError, match=r"^✗ Loss falls\. Measured: 4\.17$"):
        claim("Loss falls.", fails, measured=4.17)
    assert capsys.readouterr().out == ""


def test_without_a_measured_value_only_the_sentence_is_shown():
    with pytest.raises(ClaimError, match=r"^✗ Loss falls\.$"):
        claim("Loss falls.", False)


def test_a_measured_zero_is_shown():
    with pytest.raises(ClaimError, match="Measured: 0$"):
        claim("Loss is positive.", 0 > 0, measured=0)


def test_a_failed_claim_fails_like_an_assert():
    assert issubclass(ClaimError, AssertionError)


@pytest.mark.parametrize("condition", [torch.ones(3) > 0, np.ones(3) > 0])
def test_many_conditions_at_once_are_no_condition(condition):
    with pytest.raises((RuntimeError, ValueError), match="ambiguous"):
        claim("All are positive.", condition)
