"""Serving: published sizes to the digit, and traffic that agrees with a simulation."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch

from helpers.models.config import PRESETS, GPTConfig
from helpers.models.gpt import GPT
from helpers.theory import serving
from helpers.theory.scaling import count_parameters
from helpers.theory.serving import (
    MIXTRAL_8X7B,
    active_parameters,
    all_to_all_bytes,
    experts_hit,
)

GB, KIB = 1e9, 2**10


# Sizes


def test_mixtral_has_its_published_sizes():
    assert MIXTRAL_8X7B.total == 46_702_792_704 and MIXTRAL_8X7B.active == 12_879_925_248


def test_nearly_all_of_mixtral_is_experts_and_eight_times_seven_is_too_much():
    experts = 8 * 32 * MIXTRAL_8X7B.expert_parameters
    assert experts / MIXTRAL_8X7B.total == pytest.approx(0.9656, abs=5e-5)
    one = MIXTRAL_8X7B.parameters(1)  # as a dense model, "7B"
    assert 8 * one / 1e9 == pytest.approx(57.9, abs=0.05)  # 7.24 B each: attention counted 8 times


def test_mixtral_equals_hugging_faces_count():
    from transformers import MixtralConfig, MixtralForCausalLM

    ours = serving.SparseModel(16, 24, 2, 8, 50, 4, 2)
    sizes = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "vocab_size": 50}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "num_local_experts": 4}
    with torch.device("meta"):
        twin = MixtralForCausalLM(MixtralConfig(**sizes, **heads))
    assert ours.total == sum(p.numel() for p in twin.parameters())


@pytest.mark.parametrize(("n_expert", "k"), [(1, 1), (4, 1), (4, 2), (8, 8)])
@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_a_mixture_is_counted_as_it_is_built(n_expert, k, block):
    config = GPTConfig(8, 11, 3, 2, 10, block=block, n_expert=n_expert, n_expert_active=k)
    with torch.device("meta"):
        model = GPT(config)
    assert count_parameters(config) == sum(p.numel() for p in model.parameters())
    idle = sum(
        p.numel() for b in model.blocks for expert in b.mlp.experts[k:] for p in expert.parameters()
    )
    assert active_parameters(config) == count_parameters(config) - idle


@pytest.mark.parametrize("name", ["gpt0", "gpt2"])
def test_a_dense_model_uses_all_it_has(name):
    assert active_parameters(PRESETS[name]) == count_parameters(PRESETS[name])


def test_mixtral_is_counted_alike_as_sizes_and_as_a_preset():
    config = GPTConfig.preset("mixtral-8x7b")
    assert count_parameters(config) == MIXTRAL_8X7B.total
    assert active_parameters(config) == MIXTRAL_8X7B.active


def test_active_work_does_not_grow_with_the_number_of_experts_but_for_the_router():
    config = GPTConfig(8, 11, 3, 2, 10, n_expert=4)
    more = dataclasses.replace(config, n_expert=16)
    assert active_parameters(more) - active_parameters(config) == 3 * 12 * 10


# Reading weights


@pytest.mark.parametrize(("batch", "gigabytes"), [(1, 25.8), (4, 64.9), (8, 84.4), (16, 92.5)])
def test_mixtral_reads_most_of_its_weights_for_a_few_texts(batch, gigabytes):
    assert MIXTRAL_8X7B.bytes_per_step(batch) / GB == pytest.approx(gigabytes, abs=0.05)


def test_memory_holds_all_experts_and_a_step_for_one_text_reads_the_active_ones():
    assert 2 * MIXTRAL_8X7B.total / GB == pytest.approx(93.4, abs=0.05)
    assert MIXTRAL_8X7B.bytes_per_step(1) == pytest.approx(2 * MIXTRAL_8X7B.active)
    assert MIXTRAL_8X7B.bytes_per_step(10_000) == pytest.approx(2 * MIXTRAL_8X7B.total)


def test_uneven_shares_hit_fewer_experts():
    uniform, skewed = [2 / 8] * 8, [0.9, 0.5, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05]
    assert sum(skewed) == pytest.approx(2)
    for n in (2, 4, 8, 16):
        assert experts_hit(skewed, n) < experts_hit(uniform, n)
    assert experts_hit(uniform, 4) == pytest.approx(5.46875)  # 8 (1 - .75^4)
    assert experts_hit(skewed, 1) == pytest.approx(2)


def test_uneven_hits_agree_with_a_simulation():
    runs, n, shares = 4000, 6, torch.tensor([0.6, 0.2, 0.1, 0.1])
    generator = torch.Generator().manual_seed(0)
    picks = torch.multinomial(shares, runs * n, replacement=True, generator=generator)
    hit = torch.nn.functional.one_hot(picks.view(runs, n), 4).amax(1).sum(-1).double()
    error = hit.std().item() / math.sqrt(runs)
    assert abs(hit.mean().item() - experts_hit(shares.tolist(), n)) < 4 * error


@pytest.mark.parametrize("shares", [[], [0.5, 1.5], [-0.1], [math.nan]])
def test_impossible_shares_are_refused(shares):
    with pytest.raises(ValueError, match=r"A share of tokens must lie in \[0, 1\]; got"):
        experts_hit(shares, 4)


# Traffic


def test_vectors_travel_to_k_experts_and_back():
    # 2 ways · 2 experts · 4096 numbers · 2 bytes = 32 KiB when nearly all experts are elsewhere
    assert all_to_all_bytes(4096, 2, 10**6) == pytest.approx(32 * KIB, rel=1e-5)
    assert all_to_all_bytes(4096, 2, 8) == all_to_all_bytes(4096, 2, np.int64(8)) == 28 * KIB
    assert all_to_all_bytes(4096, 2, 1) == 0
    assert all_to_all_bytes(7168, 8, 10**6) == pytest.approx(224 * KIB, rel=1e-5)
    assert 32 * all_to_all_bytes(4096, 2, 10**6) == pytest.approx(2**20, rel=1e-5)


@pytest.mark.parametrize("devices", [0, -1, 1.5, True])
def test_an_impossible_number_of_devices_is_refused(devices):
    with pytest.raises(ValueError, match=f"devices must be a whole number ≥ 1; got {devices}"):
        all_to_all_bytes(4096, 2, devices)


def test_a_larger_batch_reads_more_in_all_and_less_per_token():
    steps = [MIXTRAL_8X7B.bytes_per_step(b) for b in (1, 2, 4, 8, 16, 32)]
    assert all(a < b for a, b in itertools.pairwise(steps))
    each = [bytes_ / b for bytes_, b in zip(steps, (1, 2, 4, 8, 16, 32), strict=True)]
    assert all(a > b for a, b in itertools.pairwise(each))
