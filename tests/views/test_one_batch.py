"""one_batch: what has been read at a place, what must come, and the row of the table."""

import re

import pytest
import torch

from helpers.text.tokenizers import CharTokenizer
from helpers.views.drawing.palette import VERMILLION
from helpers.views.pictures.batch_grid import ASKED, SEEN
from helpers.views.widgets import one_batch
from tests.views.svg_seen import said

TOKENIZER = CharTokenizer.from_text("abcd")
IDS = torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0]])  # abcd, dcba
X, Y = IDS[:, :-1], IDS[:, 1:]
VECTORS = torch.nn.functional.one_hot(X, 4).float()


@pytest.fixture
def explorer():
    return one_batch(X, Y, TOKENIZER, VECTORS)


def test_it_says_what_was_read_and_what_comes(explorer):
    assert "Row 1, position 2: after 'ab' comes 'c'" in explorer.picture.alt
    explorer.at(row=2, place=3)
    assert "Row 2, position 3: after 'dcb' comes 'a'" in explorer.picture.alt


def test_the_vector_is_the_row_of_the_token_that_is_read(explorer):
    explorer.at(row=2, place=1)
    assert "row 3 of the table: the C = 4 numbers of 'd'" in said(explorer.picture.markup)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_as_many_cells_are_tinted_as_have_been_read_and_one_is_asked_for(explorer, place):
    explorer.at(place=place)
    fills = re.findall(r'<rect [^>]*fill="([^"]+)"', explorer.picture.markup)
    assert (fills.count(SEEN), fills.count(ASKED)) == (place, 1)
    assert explorer.picture.markup.count(f'stroke="{VERMILLION}"') == 1


def test_every_control_changes_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_it_refuses_vectors_of_another_batch():
    with pytest.raises(ValueError, match=r"vectors must be a tensor \(B, T, C\).*B = 2"):
        one_batch(X, Y, TOKENIZER, VECTORS[:1])


def test_a_batch_that_is_too_large_to_draw_is_refused():
    with pytest.raises(ValueError, match="room for 9 rows"):
        one_batch(X.repeat(5, 1), Y.repeat(5, 1), TOKENIZER, VECTORS.repeat(5, 1, 1))
