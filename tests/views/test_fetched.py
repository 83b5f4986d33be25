"""The picture of where something waits: its way, its numbers, and what it refuses."""

import re

import pytest

from helpers.views.pictures.fetched import fetched

EFFECT = [[0.9, 0.0, 0.0], [0.8, 0.0, 0.1], [0.1, 0.0, 0.7]]


def test_its_way_goes_through_the_strongest_cell_of_each_layer():
    picture = fetched(EFFECT, "a b", "YORK")
    assert "layer 0 'a' (0) 0.90, layer 1 'a' (0) 0.80 and layer 2 'b' (2) 0.70" in picture.alt
    assert "block 2 fetches it" in picture.markup and "block 1" not in picture.markup


def test_what_does_nothing_is_a_dot_and_the_rest_a_number():
    numbers = re.findall(r">(\.\d\d)<", fetched(EFFECT, "a b", "YORK").markup)
    assert numbers == [".90", ".80", ".10", ".10", ".70"]


@pytest.mark.parametrize("effect", [[[0.5, 0.5]], [[0.1, 0.2], [0.3, 0.4]], [0.1, 0.2, 0.3]])
def test_effects_that_do_not_fit_the_text_are_refused(effect):
    with pytest.raises(ValueError, match="one for each character"):
        fetched(effect, "a b", "YORK")


def test_an_effect_above_one_is_refused():
    with pytest.raises(ValueError, match="0 … 1"):
        fetched([[2.0, 0, 0], [1, 0, 0]], "a b", "YORK")
