"""Every slip inside a model of *Bugs that still train* runs, and is wrong as is said there."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.models.config import GPTConfig
from helpers.practice import checks
from helpers.practice.bugs import in_the_model as bugs
from tests.practice.small import CONFIG, T, V, small_gpt, with_attention

ATTENTIONS = [bugs.PeekingAttention, bugs.ReshapedAttention, bugs.WideScaleAttention]
ATTENTIONS += [bugs.UnmixedAttention, bugs.SquareMaskAttention, bugs.ShownAfterDropout]


# The model


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_another_attention_keeps_the_weights_and_can_be_trained(kind, idx):
    model, twin = with_attention(kind), small_gpt()
    for name, parameter in twin.named_parameters():
        assert torch.equal(dict(model.named_parameters())[name], parameter)
    assert all(type(block.attention) is kind for block in model.blocks)
    loss = model(idx[:, :-1], idx[:, 1:])[1]
    loss.backward()
    assert loss.isfinite()


def test_peeking_sees_one_token_ahead_and_no_further(idx):
    model, changed = with_attention(bugs.PeekingAttention), idx.clone()
    changed[:, 5] = (idx[:, 5] + 1) % V
    attention = model.blocks[0].attention
    x, y = (model.token_embedding(tokens) for tokens in (idx, changed))
    assert_close(attention(x)[:, :4], attention(y)[:, :4])
    assert not torch.allclose(attention(x)[:, 4], attention(y)[:, 4])


@pytest.mark.parametrize(
    ("kind", "looks_ahead", "equals_twin"),
    [
        (bugs.PeekingAttention, True, False),
        (bugs.ReshapedAttention, True, False),
        (bugs.WideScaleAttention, False, False),
        (bugs.UnmixedAttention, False, False),
        (bugs.SquareMaskAttention, False, True),
        (bugs.ShownAfterDropout, False, True),
    ],
)
def test_the_checks_see_what_is_wrong_with_an_attention(kind, looks_ahead, equals_twin, idx):
    model = with_attention(kind)
    assert (checks.future_effect(model, idx) > checks.ROUNDING) == looks_ahead
    assert (checks.twin_difference(model, idx) < checks.ROUNDING) == equals_twin


def test_the_wide_scale_is_a_softmax_twice_too_warm(idx):
    # √(2 · 6) for √6: the same as scores divided by √2
    q, k, v = torch.randn(3, 1, 2, T, 6).unbind()
    wide = bugs.WideScaleAttention(CONFIG).attend(q, k, v)
    sound = with_attention(bugs.ShownAfterDropout).blocks[0].attention
    assert_close(wide, sound.attend(q / math.sqrt(2), k, v))


def test_a_mask_of_the_batchs_size_is_right_for_large_batches_and_none_for_one(idx):
    model = with_attention(bugs.SquareMaskAttention)
    assert checks.future_effect(model, idx) == 0
    assert checks.future_effect(model, idx[:1]) > checks.ROUNDING
    with pytest.raises(RuntimeError):
        model(idx[: T - 1])


def test_positions_of_the_whole_block_stretch_one_token(idx):
    model = small_gpt(bugs.WholeBlockPositions)
    assert_close(model(idx)[0], small_gpt()(idx)[0])
    assert model(idx[:, :1])[0].shape == (T + 1, T, V)


def test_a_copied_head_starts_as_the_embedding_and_is_another_tensor():
    model = bugs.CopiedHead(CONFIG)
    assert torch.equal(model.head.weight, model.token_embedding.weight)
    assert model.head.weight is not model.token_embedding.weight


def test_without_initialisation_the_first_loss_is_far_above_ln_v(idx):
    start = bugs.NeverInitialised(CONFIG)(idx, idx.roll(1, 0))[1].item()
    assert start > math.log(V) + 1


def test_a_start_by_a_wrong_name_scales_nothing():
    torch.manual_seed(0)
    large = GPTConfig(T, V, n_layer=8, n_head=2, n_embd=64)
    spread = bugs.MisnamedStart(large).blocks[0].mlp.projection.weight.std().item()
    assert spread == pytest.approx(0.02, rel=4 / math.sqrt(2 * 64 * 256))


def test_weights_after_dropout_sum_to_anything_in_training_and_to_one_at_rest(idx):
    model = bugs.with_dropout(small_gpt(), 0.5).with_parts(attention=bugs.ShownAfterDropout)
    x = model.token_embedding(idx)
    rows = [model.train(mode).blocks[0].attention.weights(x).sum(-1) for mode in (True, False)]
    assert rows[0].max() > 1.1
    assert_close(rows[1], torch.ones_like(rows[1]))


def test_with_dropout_nothing_else_changes(idx):
    model = bugs.with_dropout(small_gpt(), 0.5)
    assert model.config.dropout == 0.5
    assert torch.equal(model.eval()(idx)[0], small_gpt()(idx)[0])
    assert not torch.equal(model.train()(idx)[0], small_gpt()(idx)[0])


# The line-up


def test_one_of_the_line_up_is_sound_and_all_start_alike():
    models = bugs.line_up(CONFIG, seed=3)
    assert list(models) == list(bugs.LINE_UP) == list("ABCDEF")
    state = torch.get_rng_state()
    again = bugs.line_up(CONFIG, seed=3)
    assert torch.equal(torch.get_rng_state(), state)
    for name in "ABCDE":  # F was drawn once more
        assert torch.equal(
            again[name].blocks[0].mlp.expand.weight, models["B"].blocks[0].mlp.expand.weight
        )


def test_only_the_sound_one_passes_everything_that_needs_no_training():
    torch.manual_seed(0)
    idx, passing = torch.randint(V, (T + 1, T)), []
    for name, model in bugs.line_up(CONFIG).items():
        start = model(idx, idx.roll(1, 0))[1].item()
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.4)
        verdicts = checks.examine(model, start, torch.randint(V, (200,)), floor=0.0)
        if all(verdicts.values()):
            passing.append(name)
    assert passing == ["B"]
