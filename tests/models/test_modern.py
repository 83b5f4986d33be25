"""Models of the kinds after GPT-2: no leak, the same text with a cache, counted, saved, refused."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import attention
from helpers.models.gpt import GPT
from helpers.practice import checks
from helpers.theory.scaling import count_parameters, kv_cache_bytes_per_token
from tests.models.lively import lively, losses_of

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])
GROUPED = {"attention": "grouped", "n_kv_head": 2}
MODERN = {
    "one head of keys": {"attention": "grouped", "n_kv_head": 1},
    "two heads of keys": GROUPED,
    "wide heads": GROUPED | {"head_width": 10},
    "normalised": {"attention": "qk-norm", "n_kv_head": 2},
    "sliding": {"attention": "sliding", "n_kv_head": 2, "window": 3},
    "in turn": {"attention": "sliding/qk-norm", "n_kv_head": 2, "window": 3},
    "all of it": GROUPED | {"norm": "rms", "feed_forward": "swiglu", "bias": False},
    "experts": GROUPED | {"norm": "rms", "feed_forward": "swiglu", "n_expert": 3},
    "without biases": {"bias": False, "qkv_bias": False, "tied": False},
    "narrow inside": {"n_hidden": 7, "norm_eps": 0.1},
}


@pytest.fixture(params=MODERN)
def modern(config, request):
    """A config of a kind that came after GPT-2, with rotary positions."""
    return dataclasses.replace(config, positions="rotary", **MODERN[request.param])


def test_the_future_never_leaks(modern):
    model = lively(GPT(modern)).eval()
    assert checks.future_effect(model, IDX) < 1e-4


@torch.no_grad()
def test_the_same_text_is_written_with_a_cache_and_without(modern):
    model = lively(GPT(modern)).eval()
    assert checks.cache_effect(model, IDX) < 1e-3
    for temperature in (0, 1.0):
        texts = [
            sampling.generate(
                model,
                IDX[:, :2],
                10,
                use_cache=cached,
                temperature=temperature,
                generator=torch.Generator().manual_seed(1),
            )
            for cached in (True, False)
        ]
        assert torch.equal(*texts)


def test_a_cache_holds_the_heads_of_keys_that_there_are(modern):
    model = GPT(modern).eval()
    cache = model.new_cache(2)
    model(IDX, cache=cache)
    held = [kept.shape for layer in cache for kept in (layer.keys, layer.values)]
    assert {(B, nh, hs) for B, nh, _, hs in held} == {(2, modern.kv_heads, modern.head_size)}
    numbers, places = sum(map(torch.Size.numel, held)), sum(T for _, _, T, _ in held) / len(held)
    assert places <= 8 and (places == 8 or modern.window)  # a window's cache keeps the window
    assert 4 * numbers == 2 * places * kv_cache_bytes_per_token(modern, bytes_per_number=4)


def test_maps_are_the_weights_of_every_head_of_queries(modern):
    maps = attention.maps(lively(GPT(modern)), IDX)
    assert maps.shape == (3, 2, 4, 8, 8)
    assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]))


def test_every_kind_is_counted_as_it_is_built(modern):
    assert count_parameters(modern) == sum(p.numel() for p in GPT(modern).parameters())


def test_every_kind_is_saved_and_comes_back(modern, tmp_path):
    model = lively(GPT(modern)).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == modern
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


def test_a_modern_model_learns(modern):
    losses = losses_of(GPT(modern), IDX)
    assert losses[-1] < losses[0] / 2


def test_values_are_not_turned(modern):
    layer = lively(GPT(modern)).eval().blocks[0].attention
    x = torch.randn(1, 1, 24).expand(1, 8, 24)  # one token in all places
    v = layer.heads(x)[2]
    assert_close(v, v[..., :1, :].expand_as(v))


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attention": "grouped", "n_kv_head": 3}, "n_head must be a multiple of n_kv_head"),
        ({"n_kv_head": 2}, "n_kv_head must be 0 where attention does not read it; .*'grouped'"),
        ({"head_width": 2}, "head_width must be 0 where attention does not read it"),
        ({"window": 2}, "window must be 0 where attention does not read it; .* Try .*'sliding'"),
        ({"n_kv_head": -1}, "n_kv_head must be a whole number ≥ 0; got -1"),
        ({"n_hidden": 1.5}, "n_hidden must be a whole number ≥ 0; got 1.5"),
        ({"rotary_base": 0}, "rotary_base must be a number > 0; got 0"),
        ({"norm_eps": float("nan")}, "norm_eps must be a number > 0; got nan"),
        ({"bias": 1}, "bias must be True or False; got 1"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(config, change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(config, **change)


def test_rotary_positions_need_pairs(config):
    with pytest.raises(ValueError, match="must be even; got 3"):
        GPT(dataclasses.replace(config, n_head=8, positions="rotary"))
