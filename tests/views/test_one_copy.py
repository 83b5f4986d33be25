"""one_copy: three steps, each drawn from the maps that were given."""

import pytest
import torch

from helpers.views.pictures.text_arcs import text_arcs
from helpers.views.widgets import one_copy

TOKENS = list("ABCAB")
BEFORE = torch.tensor([0, 0, 1, 2, 3])  # where the first head of each place looks
FINDING = torch.tensor([0, 0, 0, 1, 2])  # A at 3 looks at 1, which was told A


def maps(places):
    return torch.nn.functional.one_hot(places, len(TOKENS)).double()


@pytest.fixture
def explorer():
    probs = torch.full((5, 5), 0.1)
    probs[3, 1] = 0.97
    return one_copy(TOKENS, maps(BEFORE), maps(FINDING), probs)


def moved(explorer, step, place):
    explorer.controls["step"].value, explorer.controls["place"].value = step, place
    return explorer.picture


def test_step_one_shows_what_the_first_head_brings_to_every_place(explorer):
    said = "Layer 0: the previous-token head brings each place the symbol before it."
    arcs = [(1, 0, 1.0), (2, 1, 1.0), (3, 2, 1.0)]
    expected = text_arcs(TOKENS, arcs, "1  The note", ["", "A", "B", "C", ""], [3], said)
    assert moved(explorer, 1, 3) == expected


def test_step_two_shows_where_the_second_head_looks(explorer):
    assert "'A' (3) looks at 'B' (1) with 1.00" in moved(explorer, 2, 3).alt


def test_step_three_says_what_is_read_and_how_probable_it_is_next(explorer):
    said = "It reads 'B' there. As the next, 'B' has probability 0.97."
    assert moved(explorer, 3, 3).alt.endswith(said)


def test_every_control_changes_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_it_refuses_maps_of_another_size(explorer):
    with pytest.raises(ValueError, match="two maps and the probabilities"):
        one_copy(TOKENS[:3], maps(BEFORE), maps(FINDING), torch.ones(5, 5))
