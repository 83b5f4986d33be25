"""next_word: the bars and the line below them, by hand."""

import pytest
import torch

from helpers.views.pictures.word_bars import word_bars
from helpers.views.widgets import next_word
from tests.views.svg_seen import said

NAMES = [f" w{i}" for i in range(12)]
# one token with probability 1/2, 31 others that share the rest evenly
LOGITS = torch.tensor([31.0, *[1.0] * 31]).log()


@pytest.fixture
def explorer():
    return next_word({"Go": (LOGITS, NAMES), "Stay": (torch.zeros(20), NAMES)})


def test_the_first_word_and_all_others_by_hand(explorer):
    assert "' w0' 0.500" in explorer.picture.alt
    assert "20 others together 0.323" in explorer.picture.alt  # 20 / 62
    # H = 1/2 · 1 + 1/2 · log2 62 bits
    assert "32 of 32 tokens can be drawn. H = 3.48 bits" in explorer.picture.alt


def test_settings_change_what_is_drawn_and_the_mark_stays(explorer):
    explorer.at(min_p=0.1)
    assert "1 of 32 tokens can be drawn. H = 0 bits: like 1 equal" in explorer.picture.alt
    assert "0 (cut)" in said(explorer.picture.markup)
    explorer.at(min_p=0, temperature=0)
    assert "' w0' 1.000" in explorer.picture.alt


def test_every_control_changes_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_the_picture_fits_a_screen(explorer):
    assert int(explorer.picture.markup.split('height="')[1].split('"')[0]) < 700


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="names of its 12 likeliest"):
        next_word({"Go": (LOGITS, NAMES[:3])})
    with pytest.raises(ValueError, match="names of its 12 likeliest"):
        next_word({})
    with pytest.raises(ValueError, match="a probability for each of 2 words"):
        word_bars(["a", "b"], [0.5], [0.5, 0.5], (1, 0.0, 0.0), "after")
