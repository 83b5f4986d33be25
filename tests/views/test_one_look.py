"""one_look: what a word receives is worked out by hand, and every step of it is drawn."""

import pytest
import torch

from helpers.views.pictures.one_look import Look, one_look_picture
from helpers.views.widgets.one_look import look, one_look
from tests.views.svg_seen import said

X = torch.tensor([[2.0, 1.0], [0.0, 3.0], [2.0, -1.0]])  # dog, bites, man: living, else
W_Q, W_K = torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0, 0.0]])  # the verb asks for the living
NAMES = ["living"], ["living", "dog or man"]
SENTENCES = {"dog bites man": X, "man bites dog": X.flip(0)}


@pytest.fixture
def explorer():
    return one_look(SENTENCES, W_Q, W_K, *NAMES, asks=1)


def test_a_look_is_the_softmax_of_query_times_key_over_the_values():
    seen = look(["dog", "bites", "man"], X, W_Q, W_K, asks=1, early=0.0)
    assert seen.scores == [6.0, 0.0, 6.0]  # 3 · 2, 3 · 0, 3 · 2
    assert seen.weights == pytest.approx([0.4994, 0.0012, 0.4994], abs=1e-4)
    assert seen.total == pytest.approx([1.998, 0.004], abs=1e-3)


def test_who_prefers_earlier_words_loses_one_point_for_each_place():
    seen = look(["dog", "bites", "man"], X, W_Q, W_K, asks=1, early=1.0)
    assert seen.query == [3.0, -1.0] and seen.scores == [6.0, -1.0, 4.0]


def test_the_biter_changes_with_the_order_of_the_words(explorer):
    explorer.controls["early"].value = 2.0
    assert "receives living 2 and dog or man 0.96" in explorer.picture.alt
    explorer.controls["sentence"].value = "man bites dog"
    assert "receives living 2 and dog or man -0.96" in explorer.picture.alt


def test_the_picture_shows_words_scores_and_weights(explorer):
    written = said(explorer.picture.markup)
    assert {"dog", "bites", "man", "6.0", "0.50", "living", "dog or man"} <= {*written}


def test_every_control_changes_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_it_refuses_matrices_of_another_width():
    with pytest.raises(ValueError, match=r"two matrices \(d, C\)"):
        one_look(SENTENCES, W_Q[:, :1], W_K, *NAMES)


def test_the_picture_refuses_numbers_without_a_name():
    seen = Look(["a"], 0, [1.0], [[1.0]], [1.0], [1.0], [[1.0]], [1.0])
    with pytest.raises(ValueError, match="each named"):
        one_look_picture(seen, ["x"], [])
