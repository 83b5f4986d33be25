"""Counting: the child's answers are what its fingers say, and the questions have right answers."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.text.tasks import counting


def test_the_child_is_right_if_no_finger_is_counted_twice():
    for total in range(2, 11):
        assert counting.counted(total)[total - 1] == pytest.approx(0.88**total)


def test_what_the_child_says_is_what_it_counts():
    """By hand for 2: nothing twice, one finger twice, both."""
    said = counting.counted(2, twice=0.5)
    assert_close(said[1:4], torch.tensor([0.25, 0.5, 0.25]).double())
    # 9 fingers: ten if one is counted twice, and many if more are
    said, once = counting.counted(9), 9 * 0.12 * 0.88**8
    assert said[9] == pytest.approx(once)
    assert said[counting.MANY] == pytest.approx(1 - 0.88**9 - once)


def test_every_row_sums_to_1_and_eleven_and_twelve_are_never_said():
    child = counting.child()
    assert_close(child.sum(1), torch.ones(36).double())
    assert (child[:, 10:12] == 0).all()


def test_the_right_answer_is_the_sum():
    for (a, b), row in zip(counting.PAIRS, counting.right(), strict=True):
        assert counting.ANSWERS[row.argmax()] == counting.NUMERALS[a + b - 1] and row.sum() == 1


def test_with_a_sum_its_mirror_is_held_out():
    assert all((b, a) in counting.HELD_OUT for a, b in counting.HELD_OUT)
    assert (~counting.rewarded()).sum() == len(counting.HELD_OUT) == 9
    assert {*counting.SHOWN} <= {*counting.PAIRS}


def test_what_is_overheard_follows_the_child():
    heard = counting.overhear(40_000, torch.Generator().manual_seed(0))
    counts = counting.tally(heard)
    assert counts.sum() == 40_000
    shares = counts / counts.sum(1, keepdim=True)
    # some 1,100 answers to each question: a share's deviation is at most .015
    assert_close(shares.double(), counting.child(), atol=5 * 0.015, rtol=0)


def test_a_question_reads_as_it_is_said():
    words = counting.tokenizer()
    assert words.decode(counting.questions()[8]) == counting.wording(2, 3)
    assert words.decode(counting.answer_tokens()) == " ".join(counting.ANSWERS)


@pytest.mark.parametrize("total, twice", [(1, 0.1), (13, 0.1), (5, 1.5), (5, math.nan)])
def test_it_refuses_what_no_child_counts(total, twice):
    with pytest.raises(ValueError, match="must be"):
        counting.counted(total, twice)
