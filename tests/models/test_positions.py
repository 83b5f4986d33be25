"""Sinusoidal positions."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.models.positions import sinusoidal


def test_by_hand():
    # C = 4: wave numbers 1 and 10,000^(-2/4) = 1/100.
    expected = [[0, 1, 0, 1], [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]]
    assert_close(sinusoidal(2, 4), torch.tensor(expected))


def test_a_scalar_product_depends_on_the_distance_only():
    rows = sinusoidal(50, 32).double()
    products = rows @ rows.T
    for distance in (0, 1, 7):
        along = products.diagonal(distance)
        assert_close(along, along[:1].expand_as(along), rtol=0, atol=1e-4)
    assert_close(products.diagonal(), torch.full((50,), 16.0).double(), rtol=0, atol=1e-4)


def test_every_place_is_different():
    rows = sinusoidal(1000, 64)
    assert (torch.cdist(rows, rows) + 9 * torch.eye(1000)).min() > 0.1


def test_it_refuses_an_odd_width():
    with pytest.raises(ValueError, match="C must be even; got 5. Try 6"):
        sinusoidal(3, 5)
