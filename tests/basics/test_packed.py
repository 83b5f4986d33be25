"""Packed numbers come back with three digits, and damage is told."""

import json

import numpy as np
import pytest

from helpers.basics.packed import KEY, pack, unpack


def test_numbers_come_back_through_json_in_their_shape():
    numbers = np.random.default_rng(0).normal(size=(3, 4, 5)) * 30
    back = unpack(json.loads(json.dumps(pack(numbers))))
    assert back.shape == (3, 4, 5)
    np.testing.assert_allclose(back, numbers, rtol=5e-4, atol=1e-7)


def test_thousands_of_zeros_take_a_line():
    assert len(pack(np.zeros(10_000))[KEY]) < 100


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e6])
def test_what_16_bits_cannot_hold_is_refused(number):
    with pytest.raises(ValueError, match="must be finite and below 65,504"):
        pack(np.array([number]))


@pytest.mark.parametrize("packed", [{}, {KEY: "x", "shape": [1]}, {KEY: "", "shape": [1]}, 3])
def test_damage_is_told(packed):
    with pytest.raises(ValueError, match="must be what `pack` wrote"):
        unpack(packed)


def test_another_shape_is_told():
    with pytest.raises(ValueError, match="Make the record again"):
        unpack(pack(np.ones(3)) | {"shape": [2]})
