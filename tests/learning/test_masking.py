"""Masks in training: a leak is a loss below the floor, a lost mask is a loss above its own."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.masking import below, losses_by_position, mask_of, trained_under
from helpers.models import masks
from helpers.models.attention import with_mask
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches

T, V = 4, 6
CONFIG = GPTConfig(T, V, n_layer=1, n_head=2, n_embd=16)
IDS = torch.randint(V, (4_000,), generator=torch.Generator().manual_seed(0))  # a row of dice
FLOOR = math.log(V)


@pytest.fixture(scope="module")
def scored():
    return batches.windows(IDS, torch.arange(0, 3_900, T), T)


@pytest.fixture(scope="module")
def models():
    return {
        name: trained_under(mask, CONFIG, IDS, steps=200)
        for name, mask in {"causal": masks.causal(T), "full": masks.full(T)}.items()
    }


def test_dice_cannot_be_predicted_unless_one_sees_them(models, scored):
    honest, leaky = (losses_by_position(models[n], *scored).mean(0) for n in ("causal", "full"))
    assert (honest > FLOOR - 0.05).all() and (honest < FLOOR + 0.3).all()
    assert (leaky[:-1] < 0.5 * FLOOR).all()
    assert leaky[-1] > FLOOR - 0.05  # what the last position predicts stands outside the window


def test_who_learned_to_copy_is_lost_without_the_answer(models, scored):
    honest = with_mask(models["full"], masks.causal(T))
    assert losses_by_position(honest, *scored)[:, :-1].mean() > FLOOR + 1


def test_losses_are_the_surprise_at_each_place_by_hand(scored):
    model, (x, y) = with_mask(GPT(CONFIG), masks.window(T, 2)).train(), scored
    losses = losses_by_position(model, x, y)
    probs = model.eval()(x)[0].softmax(-1).gather(-1, y[..., None])[..., 0]
    assert_close(losses, -probs.log())


def test_scoring_is_without_dropout_and_restores_the_mode(scored):
    model = GPT(GPTConfig(T, V, 1, 2, 16, dropout=0.5)).train()
    assert torch.equal(losses_by_position(model, *scored), losses_by_position(model, *scored))
    assert model.training


def test_the_mode_comes_back_when_scoring_fails(scored):
    model, (x, y) = GPT(CONFIG).train(), scored
    with pytest.raises(ValueError, match="own tokenizer"):
        losses_by_position(model, x + V, y)  # no such tokens
    assert model.training


def test_a_model_knows_its_mask():
    model = GPT(CONFIG)
    assert torch.equal(mask_of(model), masks.causal(T))
    assert torch.equal(mask_of(with_mask(model, masks.full(T))), masks.full(T))


def test_the_same_seed_is_the_same_model_and_leaves_the_callers_generator_alone():
    before = torch.get_rng_state()
    one, other = (trained_under(masks.causal(T), CONFIG, IDS, steps=3) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    for p, q in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(p, q)


def test_a_mask_that_blinds_a_position_is_refused():
    with pytest.raises(ValueError, match="position 0 sees nobody"):
        trained_under(masks.causal(T).tril(-1), CONFIG, IDS)


def test_too_low_is_what_chance_does_not_explain():
    noise = torch.randn(400, 3, generator=torch.Generator().manual_seed(1))
    losses = 1 + noise + torch.tensor([0.0, -0.1, -0.5])  # a standard error is 0.05
    assert below(losses, torch.ones(400, 3)).tolist() == [False, False, True]


def test_an_honest_model_is_not_called_a_leak_and_a_leaky_one_is(models, scored):
    truth = torch.full_like(scored[0], FLOOR, dtype=torch.float32)
    assert not below(losses_by_position(models["causal"], *scored), truth).any()
    leaky = below(losses_by_position(models["full"], *scored), truth)
    assert leaky.tolist() == [True] * (T - 1) + [False]
