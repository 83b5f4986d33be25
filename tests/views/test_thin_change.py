"""The picture of LoRA is to scale, and says how many numbers there are."""

import re

import pytest

from helpers.views.pictures.thin_change import SCALE, thin_change


def test_the_numbers_are_said():
    assert "576 × 192 numbers, 110,592" in thin_change(192, 576, 16).alt
    assert "together 12,288 numbers" in thin_change(192, 576, 16).alt


def test_areas_are_numbers():
    markup = thin_change(192, 576, 4).markup
    sizes = re.findall(r'width="([\d.]+)" height="([\d.]+)" fill="#', markup)
    areas = [float(width) * float(height) / SCALE**2 for width, height in sizes]
    assert areas == pytest.approx([192 * 576, 576 * 4, 4 * 192], rel=1e-2)


def test_an_impossible_rank_is_refused():
    with pytest.raises(ValueError, match="rank"):
        thin_change(192, 576, 0)
