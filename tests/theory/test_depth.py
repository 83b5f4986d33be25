"""What depth does to a signal and to its gradient, before training."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.models import initialise, ladder
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.theory import depth

# ‖∂loss/∂W₂‖ of the last layer at 2, 4, 8, 16 and 32 layers: C = 64, T = 32, Xavier's start. Known
# from an independent computation with draws of its own, whose number is not known.
DEPTHS = (2, 4, 8, 16, 32)
LAST = {"pre": (0.693, 0.565, 0.446, 0.294, 0.229), "post": (0.892, 1.112, 1.260, 1.300, 1.287)}
TOLERANCE = 0.15  # one draw alone scatters by 5 to 20 % around the mean


def gpt(n_layer=3, **changes):
    torch.manual_seed(0)
    return GPT(GPTConfig(8, 11, n_layer, n_head=4, n_embd=24, **{"tied": False} | changes))


def window(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(11, (2, 2, 8), generator=generator)


def config(norm, n_layer):
    return GPTConfig(32, 64, n_layer, n_head=4, n_embd=64, block=f"{norm}-norm", tied=False)


@pytest.fixture(scope="module")
def profiles():
    """By the norm's place, the gradients of all layers at each depth, Xavier's start."""
    return {
        norm: [depth.start_gradients(config(norm, L), initialise.xavier) for L in DEPTHS]
        for norm in LAST
    }


@pytest.mark.parametrize("norm", LAST)
def test_the_last_layers_gradient_at_the_start_is_the_known_one(profiles, norm):
    measured = [layers[-1].item() for layers in profiles[norm]]
    assert measured == pytest.approx(LAST[norm], rel=TOLERANCE)


def test_with_pre_norm_the_last_layers_gradient_falls_with_the_depth_and_the_firsts_does_not(
    profiles,
):
    first, last = ([layers[i].item() for layers in profiles["pre"]] for i in (0, -1))
    assert all(deeper < shallower for shallower, deeper in zip(last, last[1:], strict=False))
    assert last[0] > 2 * last[-1] and max(first) < 1.5 * min(first)


def test_gpt2s_start_keeps_the_last_gradient_whatever_the_depth():
    last = [depth.start_gradients(config("pre", L))[-1].item() for L in (2, 16)]
    assert max(last) < 1.1 * min(last)


def test_the_gradient_norms_are_those_that_backward_leaves():
    model, (idx, targets) = gpt(), window()
    norms = depth.gradient_norms(model, idx, targets)
    assert all(p.grad is None for p in model.parameters())
    model(idx, targets)[1].backward()
    by_hand = [block.mlp.projection.weight.grad.square().sum().sqrt() for block in model.blocks]
    assert_close(norms, torch.stack(by_hand))


def test_start_gradients_are_the_geometric_mean_of_the_draws():
    small = gpt().config
    draws = torch.stack([depth.start_gradients(small, seeds=[seed]) for seed in range(3)])
    assert_close(depth.start_gradients(small, seeds=range(3)), draws.prod(0) ** (1 / 3))
    assert not torch.equal(draws[0], draws[1])


def test_start_gradients_leave_the_callers_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    depth.start_gradients(gpt().config)
    torch.manual_seed(5)
    depth.start_gradients(GPTConfig(8, 11, 1, 1, 4), seeds=[1])
    assert torch.equal(torch.rand(3), expected)


class Double(nn.Module):
    def forward(self, x, cache=None):
        return 2 * x


def test_a_stream_that_doubles_in_every_block_doubles_in_size():
    model = gpt(n_layer=3)
    model.blocks = nn.ModuleList(Double() for _ in range(3))
    sizes = depth.stream_sizes(model, window()[0])
    assert_close(sizes / sizes[0], torch.tensor([1.0, 2, 4, 8]))


def test_the_stream_begins_with_what_the_embedding_hands_over():
    model, (idx, _) = gpt(), window()
    x = model.token_embedding(idx) + model.position_embedding.weight
    assert_close(depth.stream_sizes(model, idx)[0], x.square().mean().sqrt())


def test_stream_sizes_takes_its_hooks_away_even_after_an_error():
    model = gpt()
    with pytest.raises(ValueError, match="block_size"):
        depth.stream_sizes(model, torch.zeros(1, 99, dtype=torch.int64))
    assert not any(part._forward_hooks for part in model.modules())


def test_after_post_norm_the_stream_has_size_one():
    sizes = depth.stream_sizes(gpt(block="post-norm"), window()[0])
    assert_close(sizes[1:], torch.ones(3), atol=1e-2, rtol=0)  # LayerNorm's eps


def test_without_residuals_the_first_layers_gradient_is_gone():
    torch.manual_seed(0)
    deep = GPTConfig(8, 11, n_layer=12, n_head=4, n_embd=24, tied=False)
    gone, kept = (
        depth.gradient_norms(ladder.step(name, deep), *window())
        for name in ("blocks, no residuals", "blocks")
    )
    assert gone[0] < 1e-6 * gone[-1] and kept[0] > 0.3 * kept[-1]
