"""Members of an ensemble: what each reads, and what all of them expect of the same characters."""

import math

import pytest
import torch

from helpers.learning.evaluation import token_losses
from helpers.learning.members import SCENE_END, held_out, log_probs
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright

TEXT = "".join(f"scene {i}.\n{SCENE_END}" for i in range(12))


def scenes(text):
    return text.split(SCENE_END)[:-1]


def test_whole_scenes_are_held_out_and_the_others_keep_their_order():
    kept = scenes(held_out(TEXT, 0.25, seed=0))
    assert len(kept) == 9 and set(kept) < set(scenes(TEXT))
    assert kept == [scene for scene in scenes(TEXT) if scene in kept]


def test_nothing_held_out_is_the_whole_text_whatever_the_seed():
    text = playwright.write(3000, seed=0)
    assert held_out(text, 0, seed=0) == held_out(text, 0, seed=1) == text


def test_what_is_left_of_a_playwright_text_is_one():
    text = held_out(playwright.write(3000, seed=0), 0.5, seed=3)
    assert playwright.writable_length(text) == len(text) > 500


def test_the_seed_decides_and_every_scene_has_the_same_chance():
    assert held_out(TEXT, 0.5, 1) == held_out(TEXT, 0.5, 1) != held_out(TEXT, 0.5, 2)
    kept = [held_out(TEXT, 0.25, seed) for seed in range(400)]
    for scene in scenes(TEXT):  # 400 draws of 3/4: four standard errors are 0.087
        share = sum(scene in scenes(text) for text in kept) / 400
        assert share == pytest.approx(0.75, abs=0.087)


@pytest.mark.parametrize(("text", "c"), [(TEXT, 1), (TEXT, -0.1), (TEXT, 0.99), ("no scene", 0.5)])
def test_a_share_that_leaves_nothing_is_refused(text, c):
    with pytest.raises(ValueError, match=r"c must lie in \[0, 1\) and leave a whole scene"):
        held_out(text, c, seed=0)


@pytest.fixture
def models():
    torch.manual_seed(0)
    return [GPT(GPTConfig(8, 11, 1, 2, 8, dropout=0.5)).train() for _ in range(3)]


def test_log_probabilities_are_those_of_the_second_halves_of_the_windows(models):
    ids = torch.randint(0, 11, (50,), generator=torch.Generator().manual_seed(1))
    places, tokens, expected = log_probs(models, ids)
    starts, losses = token_losses(models[1], ids)
    assert expected.shape == (6 * 4, 3, 11) and torch.equal(tokens, ids[places])
    assert places[:5].tolist() == [5, 6, 7, 8, 13]
    torch.testing.assert_close(
        -expected[:, 1].gather(-1, tokens[:, None])[:, 0], losses[:, 4:].flatten()
    )
    torch.testing.assert_close(expected.logsumexp(-1), torch.zeros(24, 3))


def test_members_are_asked_in_eval_mode_and_keep_their_own(models):
    ids = torch.arange(11).repeat(3)
    assert torch.equal(log_probs(models, ids)[2], log_probs(models, ids)[2])
    assert all(model.training for model in models) and not log_probs(models, ids)[2].requires_grad


def test_the_members_stand_next_to_last_in_their_order(models):
    ids = torch.arange(11).repeat(3)
    assert torch.equal(log_probs(models[::-1], ids)[2], log_probs(models, ids)[2].flip(-2))
    assert math.isfinite(log_probs(models, ids)[2].sum())
