"""A claim holds and says so, or fails and shows what was measured."""

import numpy as np
import pytest
import torch

from helpers.practice import claim
from helpers.practice.claims import ClaimError


@pytest.mark.parametrize("holds", [True, np.True_, torch.tensor(True), torch.tensor([3]) > 2])
def test_a_claim_that_holds_prints_its_sentence(capsys, holds):
    claim("Loss falls.", holds, measured=0.123)
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
