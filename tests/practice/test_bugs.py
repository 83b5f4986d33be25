"""Every slip of notebook 15 runs without an error and is wrong in the way that is said there."""

import inspect
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.sampling import generate
from helpers.models import initialise
from helpers.models.balance import balance_loss
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice import bugs, checks, slips
from helpers.text import batches

V, T = 11, 8
CONFIG = GPTConfig(T, V, n_layer=2, n_head=2, n_embd=12)
ATTENTIONS = [bugs.PeekingAttention, bugs.ReshapedAttention, bugs.WideScaleAttention]
ATTENTIONS += [bugs.UnmixedAttention, bugs.SquareMaskAttention, bugs.ShownAfterDropout]


@pytest.fixture
def idx():
    return torch.randint(V, (T + 1, T), generator=torch.Generator().manual_seed(0))


def lively(kind=GPT):
    """A GPT whose every number matters."""
    torch.manual_seed(0)
    return initialise.gpt2(kind(CONFIG), std=0.5).eval()


def with_attention(kind):
    return bugs.with_attention(lively(), kind).eval()


# The model


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_another_attention_keeps_the_weights_and_can_be_trained(kind, idx):
    model, twin = with_attention(kind), lively()
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
    model = lively(bugs.WholeBlockPositions)
    assert_close(model(idx)[0], lively()(idx)[0])
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
    model = bugs.with_attention(bugs.with_dropout(lively(), 0.5), bugs.ShownAfterDropout)
    x = model.token_embedding(idx)
    rows = [model.train(mode).blocks[0].attention.weights(x).sum(-1) for mode in (True, False)]
    assert rows[0].max() > 1.1
    assert_close(rows[1], torch.ones_like(rows[1]))


def test_with_dropout_nothing_else_changes(idx):
    model = bugs.with_dropout(lively(), 0.5)
    assert model.config.dropout == 0.5
    assert torch.equal(model.eval()(idx)[0], lively()(idx)[0])
    assert not torch.equal(model.train()(idx)[0], lively()(idx)[0])


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


# The checks


@pytest.mark.parametrize("check", [checks.future_effect, checks.prefix_effect])
@pytest.mark.parametrize("start", [lively, lambda: GPT(CONFIG)])
def test_a_sound_model_passes_every_check(check, start, idx):
    assert check(start(), idx) < 1e-5


def test_a_sound_model_equals_its_twin_and_itself_with_a_cache(idx):
    model = lively()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)  # biases and norms too
    assert checks.twin_difference(model, idx) < 1e-4
    assert checks.cache_effect(model, idx) < 1e-4


def test_a_twin_without_a_norm_disagrees(idx):
    model = lively()
    model.final_norm = torch.nn.Identity()
    model.blocks[0].attention_norm.bias.data += 1
    twin = checks.twin_difference(model, idx)
    assert twin < 1e-4  # the twin uses the model's own final norm and all of its weights
    model.blocks[0].mlp.activation = torch.nn.GELU()
    assert checks.twin_difference(model, idx) > 1e-4  # the exact GELU is another one


def test_outputs_of_different_shapes_differ_infinitely():
    assert checks.largest_difference(torch.zeros(1, 2), torch.zeros(1, 3)) == math.inf
    assert checks.largest_difference(torch.tensor([1.0, -4.0]), torch.zeros(2)) == 4


def test_examine_names_the_check_that_fails(idx):
    model, ids = lively(), torch.randint(V, (100,))
    good = checks.examine(model, math.log(V), ids, floor=0.0)
    assert len(good) == 6 and all(good.values())
    late = checks.examine(model, math.log(V) + 0.2, ids, floor=100.0)
    failing = [name for name, passed in late.items() if not passed]
    assert failing == ["starts at ln V", "ends above the floor"]


# Around the model


def test_unshifted_targets_are_the_inputs():
    x, y = slips.unshifted_windows(torch.arange(50), torch.tensor([3, 9]), 4)
    assert torch.equal(x, y) and x.tolist() == [[3, 4, 5, 6], [9, 10, 11, 12]]
    assert torch.equal(x, batches.windows(torch.arange(50), torch.tensor([3, 9]), 4)[0])


def test_a_cache_that_slides_is_right_until_it_is_full(idx):
    model = lively()
    text = slips.generate_with_a_sliding_cache(model, idx[:1, :1], 60)
    right = generate(model, idx[:1, :1], 60, temperature=0)
    assert text.shape == right.shape and torch.equal(text[:, :T], right[:, :T])
    assert not torch.equal(text, right)


def test_sampling_in_training_mode_is_another_text_each_time(idx):
    model = bugs.with_dropout(lively(), 0.5).train()
    one, other = (
        slips.generate_as_it_is(model, idx[:1, :1], 40, torch.Generator().manual_seed(0))
        for _ in range(2)
    )
    assert one.shape == (1, 41) and not torch.equal(one, other)


def test_the_nucleus_without_its_last_token_is_too_small_or_empty():
    P = torch.tensor([0.1, 0.4, 0.25, 0.15, 0.1])
    kept = slips.nucleus_without_the_last(P, 0.7)
    assert_close(kept, torch.tensor([0, 0.4, 0.25, 0, 0]) / 0.65)
    assert slips.nucleus_without_the_last(P, 0.3).isnan().all()


def test_the_two_balance_losses_are_constant_and_k_times_too_large():
    logits = torch.randn(30, 8, requires_grad=True)
    assert not slips.constant_balance_loss(logits, 2).requires_grad
    assert_close(slips.balance_loss_times_k(logits, 2), 2 * balance_loss(logits, 2))


def test_decay_on_everything_shrinks_the_norms():
    model = lively()
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    slips.decay_on_everything(model, lr=0.1, weight_decay=0.5).step()
    assert_close(model.final_norm.weight, torch.full((12,), 1 - 0.1 * 0.5))


@pytest.mark.parametrize("module", [bugs, slips])
def test_a_listing_fits_into_a_cell(module):
    members = vars(module).values()
    own = [m for m in members if getattr(m, "__module__", None) == module.__name__]
    assert len(own) >= 7
    assert max(len(inspect.getsource(member).splitlines()) for member in own) <= 20


def test_reading_piece_by_piece_and_reading_less_show_who_looks_ahead(idx):
    model = with_attention(bugs.PeekingAttention)
    assert checks.cache_effect(model, idx) > checks.ROUNDING
    assert checks.prefix_effect(model, idx) > checks.ROUNDING
