"""causal_mask: masks by name or cell by cell, and what every model pays under them."""

import re
from itertools import pairwise

import pytest
import torch

from helpers.learning.masking import losses_by_position, mask_of, trained_under
from helpers.models import masks
from helpers.models.attention import with_mask
from helpers.models.config import GPTConfig
from helpers.text import batches
from helpers.text.tokenizers import CharTokenizer
from helpers.views.drawing.wording import number
from helpers.views.pictures.mask_grid import unpacked
from helpers.views.widgets import causal_mask
from helpers.views.widgets.causal_mask import NOT_YET, TRAIN
from helpers.views.widgets.mask_lab import OWN, MaskLab, presets
from tests.learning import ring

T = 8
IDS = ring.text(3_000, seed=0)
TOKENIZER = CharTokenizer("abcdefghijkl")
TEXT = TOKENIZER.decode(IDS)
TRUTH = [ring.FLOOR] * len(TEXT)
CONFIG = GPTConfig(T, ring.V, n_layer=1, n_head=2, n_embd=16)


def train(visible, steps=150):
    return trained_under(visible, CONFIG, IDS, steps=steps)


@pytest.fixture(scope="module")
def models():
    return {"causal": train(masks.causal(T)), "full": train(masks.full(T))}


def explore(models, **options):
    return causal_mask(models, TOKENIZER, TEXT, TRUTH, **options)


def shown(explorer):
    """The mask that the picture shows, (T, T)."""
    return unpacked(explorer.controls["cells"].value)


def touch(explorer, row, column):
    """What touching this cell of the picture does."""
    asked = re.findall("cells&quot;: &quot;([01]+)", explorer.picture.markup)
    explorer.bring({"cells": asked[row * T + column]})


def test_the_presets_are_five_different_masks_that_can_be_used():
    found = [masks.check(mask) for mask in presets(T).values()]
    assert len(found) == 5
    assert not any(torch.equal(a, b) for a in found for b in found if a is not b)


def test_a_model_trained_without_the_mask_falls_below_the_floor_and_is_called_a_leak(models):
    explorer = explore(models, mask="full")
    assert explorer.controls["model"].value == "full"
    assert "A leak: positions 0 to 6 pay less than the author" in explorer.picture.alt
    assert explorer.picture.markup.count("leak</b>") == T - 1


def test_a_model_that_loses_its_mask_pays_what_it_pays_and_is_not_called_a_leak(models):
    explorer = explore(models, mask="full")
    explorer.controls["model"].value = "causal"
    lost = losses_by_position(with_mask(models["causal"], masks.full(T)), *windows()).mean()
    said = f"has never learned to use it: {number(lost)} nats"
    assert said in explorer.picture.alt and f"Mean loss {number(lost)} nats" in explorer.picture.alt


def windows():
    return batches.windows(IDS, batches.even_starts(IDS, T, 250), T)


@pytest.mark.parametrize(
    ("model", "mask", "said"),
    [
        ("causal", "causal", "an honest loss"),
        ("causal", "diagonal", "trained with another mask"),
        ("full", "causal", "to copy it is all this model has learned"),
    ],
)
def test_the_verdict_on_a_mask_without_a_leak(models, model, mask, said):
    explorer = explore(models, mask=mask)
    explorer.controls["model"].value = model
    assert said in explorer.picture.alt and "A leak" not in explorer.picture.alt


def test_a_mean_below_the_floor_is_said_and_one_that_hides_the_leak_too(models):
    lab = MaskLab(models, TOKENIZER, TEXT, TRUTH)
    low, high, split = (torch.full((250, T), nats) for nats in (0.1, 9.0, 9.0))
    high[:, 0], split[:, [0, 2]] = 0.1, 0.1
    assert "0.100 nats on average, is below the exact floor" in lab.verdict(
        "full", masks.full(T), low
    )
    assert "position 0 pays less" in lab.verdict("full", masks.full(T), high)
    assert "hides it" in lab.verdict("full", masks.full(T), high)
    assert "positions 0 and 2 pay" in lab.verdict("full", masks.full(T), split)


def test_without_a_known_truth_a_leak_is_told_from_the_mask_alone(models):
    explorer = causal_mask(models, TOKENIZER, TEXT, mask="full")
    assert "is not honest" in explorer.picture.alt and "truth" not in explorer.picture.markup


def test_the_floor_is_that_of_the_characters_that_are_predicted(models):
    truth = torch.arange(len(TEXT)) / 100.0
    lab = MaskLab(models, TOKENIZER, TEXT, truth)
    starts = batches.even_starts(IDS, T, 250)
    expected = torch.stack([truth[starts + t + 1] for t in range(T)], dim=1)
    assert torch.equal(lab.truth, expected)


def test_the_cells_are_those_of_the_chosen_mask_and_a_row_can_be_looked_at(models):
    explorer = explore(models)
    assert torch.equal(shown(explorer), masks.causal(T))
    for row in (0, 2, 7):
        explorer.bring({"row": str(row)})
        assert explorer.picture.alt.startswith(f"Position {row} ")
    explorer.bring({"mask": "full"})
    assert shown(explorer).all()


def test_a_touched_cell_is_turned_round_and_the_mask_is_then_called_edited(models):
    explorer = explore(models)
    touch(explorer, 2, 5)
    expected = masks.causal(T)
    expected[2, 5] = True
    assert explorer.controls["mask"].value == "edited" and torch.equal(shown(explorer), expected)
    assert explorer.picture.markup.count("solid rgb") == 1
    touch(explorer, 2, 5)
    assert torch.equal(shown(explorer), masks.causal(T))
    assert explorer.controls["mask"].value == "edited"


def test_an_edit_leaves_the_preset_as_it_was_and_comes_back_by_its_name(models):
    explorer = explore(models)
    touch(explorer, 4, 5)
    edited = explorer.picture
    explorer.controls["mask"].value = "causal"
    assert torch.equal(shown(explorer), masks.causal(T))
    explorer.controls["mask"].value = "edited"
    assert explorer.picture == edited


def test_a_position_that_sees_nobody_is_told_in_the_picture_and_nothing_breaks(models):
    explorer = explore(models)
    explorer.controls["model"].value = "causal"
    touch(explorer, 0, 0)
    assert "position 0 sees nobody. Try to let it look at itself" in explorer.picture.alt
    touch(explorer, 0, 0)
    assert "Nobody sees the future: an honest loss" in explorer.picture.alt


def test_the_button_trains_a_model_of_ones_own_with_the_mask_and_shows_it(models):
    trained = []
    explorer = explore(models, train=lambda visible: trained.append(visible) or train(visible, 5))
    explorer.controls["model"].value = OWN
    assert NOT_YET in explorer.picture.alt and "height:12px" not in explorer.picture.markup
    explorer.controls["model"].value = "causal"
    explorer.controls["mask"].value = "diagonal"
    explorer.click(TRAIN)
    assert explorer.controls["model"].value == OWN and torch.equal(*trained, masks.diagonal(T))
    assert "an honest loss" in explorer.picture.alt
    assert set(models) == {"causal", "full"}  # the caller's models are the caller's


def test_a_second_model_of_ones_own_takes_the_place_of_the_first(models):
    steps = iter([1, 80])
    explorer = explore(models, train=lambda visible: train(visible, next(steps)))
    explorer.click(TRAIN)
    first = explorer.picture
    explorer.click(TRAIN)
    assert explorer.picture != first and explorer.front.scene["html"] == explorer.picture.inline


def test_without_training_there_is_no_button_and_no_model_of_ones_own(models):
    explorer = explore(models)
    assert not explorer.actions and OWN not in explorer.controls["model"].options


def test_the_button_refuses_a_mask_that_blinds_somebody(models):
    explorer = explore(models, train=train)
    touch(explorer, 0, 0)
    with pytest.raises(ValueError, match="position 0 sees nobody"):
        explorer.click(TRAIN)


def test_the_grid_shows_the_mean_weights_of_the_model_under_the_mask(models):
    lab = MaskLab(models, TOKENIZER, TEXT)
    _, weights = lab.measured("causal", masks.window(T, 2), TOKENIZER.encode(TEXT[:T]))
    assert torch.allclose(weights.sum(-1), torch.ones(T))
    assert torch.equal(weights > 0, masks.window(T, 2))
    assert mask_of(models["causal"]).equal(masks.causal(T))


def test_every_place_a_sweep_visits_shows_something_and_it_ends_where_it_began(models):
    explorer = explore(models, train=lambda visible: train(visible, 2), mask="prefix of 4")
    before, state = explorer.picture, explorer.state
    lines = explorer.sweep()
    assert (explorer.picture, explorer.state) == (before, state)
    assert len(set(lines)) > 10 and any("nobody" in line for line in lines) is False


def test_models_of_different_width_are_refused(models):
    other = trained_under(masks.causal(3), GPTConfig(3, ring.V, 1, 2, 16), IDS, steps=1)
    with pytest.raises(ValueError, match="must have one block_size.*'other': 3"):
        explore({**models, "other": other})
    with pytest.raises(ValueError, match="one at least; got {}"):
        explore({})


def test_every_row_of_the_picture_is_one_position(models):
    names = [line for line in explore(models, position=7).picture.markup.split("<tr")[2:]]
    text = TEXT[7 : 7 + T + 1]
    assert len(names) == T
    for t, (line, (now, coming)) in enumerate(zip(names, pairwise(text), strict=True)):
        assert f"{t} {now}" in line and f'text-align:center">{coming}</td>' in line
