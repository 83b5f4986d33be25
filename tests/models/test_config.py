"""GPTConfig: what is possible, what is refused, and the sizes of published models."""

import dataclasses
import json

import numpy as np
import pytest

from helpers.models.config import PARTS, PRESETS, GPTConfig


@pytest.fixture
def config():
    return GPTConfig(block_size=8, vocab_size=11, n_layer=2, n_head=2, n_embd=16)


def test_without_further_words_it_is_a_gpt2(config):
    # as in GPT-2: pre-norm, tanh GELU, tied head, biases, no dropout
    assert (config.block, config.activation, config.tied) == ("pre-norm", "gelu", True)
    assert (config.qkv_bias, config.dropout) == (True, 0.0)


def test_a_config_never_changes(config):
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.n_layer = 3


def test_a_changed_copy_is_checked_again(config):
    with pytest.raises(ValueError, match="n_layer must be a whole number ≥ 0; got -1"):
        dataclasses.replace(config, n_layer=-1)


def test_json_keeps_a_config(config):
    changed = dataclasses.replace(
        config, dropout=0.1, block="post-norm", tied=False, qkv_bias=False
    )
    assert GPTConfig(**json.loads(json.dumps(changed.to_dict()))) == changed != config


def test_the_width_is_shared_by_the_heads(config):
    assert config.head_size * config.n_head == config.n_embd


@pytest.mark.parametrize("name", ["block_size", "vocab_size", "n_head", "n_embd"])
@pytest.mark.parametrize("value", [0, -1, 2.0, "4", None, True, float("nan")])
def test_an_impossible_size_is_refused(config, name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number ≥ 1; got {value!r}"):
        dataclasses.replace(config, **{name: value})


@pytest.mark.parametrize("value", [-1, 1.5, True, "2"])
def test_an_impossible_depth_is_refused(config, value):
    with pytest.raises(ValueError, match=f"n_layer must be a whole number ≥ 0; got {value!r}"):
        dataclasses.replace(config, n_layer=value)


@pytest.mark.parametrize("value", [-0.1, 1, 1.0, float("nan"), "0.1", None, False])
def test_an_impossible_dropout_is_refused(config, value):
    with pytest.raises(ValueError, match=r"dropout must be a number in \[0, 1\); got"):
        dataclasses.replace(config, dropout=value)


def test_an_unknown_activation_is_refused_with_those_that_exist(config):
    with pytest.raises(ValueError, match=r"activation must be one of \('.*'\); got 'swish'. Try"):
        dataclasses.replace(config, activation="swish")


@pytest.mark.parametrize("place", ["pre", "post"])
def test_the_place_of_the_norm_is_the_blocks_name(config, place):
    with pytest.raises(ValueError, match=f"got '{place}'.*try block=\"{place}-norm\""):
        dataclasses.replace(config, norm=place)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("value", [None, 1, ["layer"]])
def test_a_part_is_named_by_a_word(config, name, value):
    with pytest.raises(ValueError, match=f"{name} must be the name of a part; got .* Try {name}="):
        dataclasses.replace(config, **{name: value})


def test_numbers_of_numpy_become_plain_ones(config):
    numbers = {"n_layer": np.int64(3), "n_expert": np.int32(4), "n_expert_active": np.int64(1)}
    numbers |= {"dropout": np.float32(0.5), "tied": np.False_}
    changed = dataclasses.replace(config, **numbers).to_dict()
    assert {name: json.loads(json.dumps(changed))[name] for name in numbers} == numbers


@pytest.mark.parametrize("name", ["tied", "qkv_bias"])
@pytest.mark.parametrize("value", ["no", 1, None])
def test_what_is_neither_true_nor_false_is_refused(config, name, value):
    with pytest.raises(ValueError, match=f"{name} must be True or False; got {value!r}. Try"):
        dataclasses.replace(config, **{name: value})


def test_a_number_of_experts_is_whole_even_where_it_is_idle(config):
    with pytest.raises(ValueError, match="n_expert_active must be a whole number ≥ 0; got 'x'"):
        dataclasses.replace(config, n_expert_active="x")


@pytest.mark.parametrize(("n_embd", "n_head", "possible"), [(16, 3, 15), (5140, 40, 5120)])
def test_heads_that_cannot_share_the_width_are_refused_with_a_width_that_works(
    config, n_embd, n_head, possible
):
    with pytest.raises(ValueError, match=f"multiple of n_head.* Try n_embd={possible}") as error:
        dataclasses.replace(config, n_embd=n_embd, n_head=n_head)
    assert f"n_embd={n_embd}, n_head={n_head}" in str(error.value)
    assert dataclasses.replace(config, n_embd=possible, n_head=n_head).n_embd == possible


def test_an_unknown_preset_is_refused_with_all_that_exist():
    with pytest.raises(ValueError, match="preset must be one of .*got 'gpt5'. Try 'gpt2'") as error:
        GPTConfig.preset("gpt5")
    assert all(name in str(error.value) for name in PRESETS)


@pytest.mark.parametrize(
    ("name", "n_layer", "n_embd", "n_head"),
    [  # the papers' tables, with the two slips of GPT-3's repaired
        ("gpt0", 4, 64, 4),
        ("final", 6, 384, 6),
        ("gpt1", 12, 768, 12),
        ("gpt2", 12, 768, 12),
        ("gpt2-medium", 24, 1024, 16),
        ("gpt2-large", 36, 1280, 20),
        ("gpt2-xl", 48, 1600, 25),
        ("gpt3-xl", 24, 2048, 16),
        ("gpt3-13b", 40, 5120, 40),
        ("gpt3-175b", 96, 12288, 96),
    ],
)
def test_a_preset_has_the_published_shape(name, n_layer, n_embd, n_head):
    preset = GPTConfig.preset(name)
    assert (preset.n_layer, preset.n_embd, preset.n_head) == (n_layer, n_embd, n_head)


@pytest.mark.parametrize(
    ("family", "block_size", "vocab_size"),
    [("gpt1", 512, 40_478), ("gpt2", 1024, 50_257), ("gpt3", 2048, 50_257)],
)
def test_the_models_of_a_family_read_the_same_tokens(family, block_size, vocab_size):
    sizes = {(c.block_size, c.vocab_size) for name, c in PRESETS.items() if name.startswith(family)}
    assert sizes == {(block_size, vocab_size)}


def test_heads_of_gpt2_and_of_gpt3_175b_have_their_published_width():
    assert {c.head_size for name, c in PRESETS.items() if name.startswith("gpt2")} == {64}
    assert GPTConfig.preset("gpt3-175b").head_size == 128
