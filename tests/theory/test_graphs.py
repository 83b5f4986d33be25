"""The longest chain of operations, counted by hand and on layers."""

import pytest
import torch

from helpers.models.attention import attention_weights
from helpers.models.rnn import GRU, Elman
from helpers.theory.graphs import longest_chain


def test_side_branches_do_not_count():
    x = torch.ones(3, requires_grad=True)
    assert longest_chain(x + 1) == 1
    short, long = x + 1, ((x * 2).exp() + 1).sin()  # one, and four in a row
    assert longest_chain(short * long) == 5
    assert longest_chain(long * short) == 5


def test_a_chain_of_thousands_does_not_exhaust_the_stack():
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y + 1
    assert longest_chain(y) == 5000


def test_one_step_more_adds_a_product_a_sum_and_a_tanh():
    chains = [longest_chain(Elman(4)(torch.randn(1, T, 4))) for T in (3, 4, 9)]
    assert chains[1] - chains[0] == 3 and chains[2] - chains[1] == 15


def test_attention_does_not_wait_longer_for_a_longer_text():
    def attend(x):
        return attention_weights(x, x) @ x

    chains = [longest_chain(attend(torch.randn(1, T, 4, requires_grad=True))) for T in (3, 30)]
    assert chains[0] == chains[1] < longest_chain(GRU(4)(torch.randn(1, 3, 4)))


def test_it_refuses_what_was_not_recorded():
    with pytest.raises(ValueError, match="no grad_fn. Try an input with requires_grad=True"):
        longest_chain(torch.ones(3))
