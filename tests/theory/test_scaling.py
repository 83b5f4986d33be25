"""What a model's size costs: equal to the model that is built, and to the published numbers."""

import dataclasses
import itertools

import pytest
import torch

from helpers.models.config import LATER, PRESETS, GPTConfig
from helpers.models.gpt import GPT
from helpers.theory import scaling
from helpers.theory.scaling import count_parameters


def built(config):
    """The parameters of the model itself, made without memory for them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in GPT(config).parameters())


@pytest.mark.parametrize("name", [*PRESETS, *LATER])
def test_every_preset_is_counted_as_it_is_built(name):
    assert count_parameters(GPTConfig.preset(name)) == built(GPTConfig.preset(name))


@pytest.mark.parametrize(
    ("norm", "tied", "qkv_bias"),
    list(itertools.product(["pre-norm", "post-norm"], [True, False], [True, False])),
)
def test_every_variant_is_counted_as_it_is_built(norm, tied, qkv_bias):
    config = GPTConfig(8, 11, 3, 2, 10, block=norm, tied=tied, qkv_bias=qkv_bias)
    for n_layer in (0, 1, 3):
        config = dataclasses.replace(config, n_layer=n_layer)
        assert count_parameters(config) == built(config)


@pytest.mark.parametrize(
    ("name", "exact"),
    [  # the exact counts of the published architectures
        ("gpt0", 208_961),
        ("final", 10_788_929),
        ("gpt1", 116_534_784),
        ("gpt2", 124_439_808),
        ("gpt2-medium", 354_823_168),
        ("gpt2-large", 774_030_080),
        ("gpt2-xl", 1_557_611_200),
        ("smollm2-135m", 134_515_008),
        ("llama3-8b", 8_030_261_248),
        ("mixtral-8x7b", 46_702_792_704),
        ("qwen3-0.6b", 596_049_920),
    ],
)
def test_a_published_model_has_exactly_its_parameters(name, exact):
    assert count_parameters(GPTConfig.preset(name)) == exact


@pytest.mark.parametrize(
    ("name", "millions"),
    [  # Brown et al. 2020, table 2.1, in millions, computed from its columns
        ("gpt3-small", "125.226"),
        ("gpt3-medium", "355.872"),
        ("gpt3-large", "760.300"),
        ("gpt3-xl", "1315.723"),
        ("gpt3-2.7b", "2651.6"),
        ("gpt3-6.7b", "6658.4"),
        ("gpt3-13b", "12853.4"),
        ("gpt3-175b", "174604.3"),
    ],
)
def test_gpt3_has_the_parameters_computed_for_it(name, millions):
    digits = len(millions.split(".")[1])
    assert f"{count_parameters(GPTConfig.preset(name)) / 1e6:.{digits}f}" == millions


def test_gpt2_with_the_vocabulary_of_gpt1_has_the_sizes_its_paper_prints():
    # Radford et al. 2019: 117, 345, 762 and 1542 million
    names = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")
    configs = [dataclasses.replace(GPTConfig.preset(n), vocab_size=40_478) for n in names]
    assert [round(count_parameters(c) / 1e6) for c in configs] == [117, 345, 762, 1542]


def test_gpt3s_training_by_hand():
    # 6 · 174.6e9 · 3e11 = 3.143e23, in days of 1e15 operations a second 3,637
    flops = scaling.training_flops(count_parameters(GPTConfig.preset("gpt3-175b")), 3e11)
    assert flops == pytest.approx(3.143e23, rel=1e-3)
    assert flops / 1e15 / 86_400 == pytest.approx(3637, abs=1)


def test_attention_is_a_seventh_of_gpt2s_forward_pass():
    gpt2 = GPTConfig.preset("gpt2")
    attention, products = scaling.attention_flops_per_token(gpt2), 2 * count_parameters(gpt2)
    assert attention == 37_748_736
    assert attention / products == pytest.approx(0.15, abs=0.005)


@pytest.mark.parametrize(
    ("name", "gigabytes"), [("gpt2", 1.991), ("gpt2-xl", 24.92), ("gpt3-175b", 2793.7)]
)
def test_memory_of_the_optimizer(name, gigabytes):
    n_params = count_parameters(GPTConfig.preset(name))
    assert scaling.optimizer_bytes(n_params) / 1e9 == pytest.approx(gigabytes, rel=1e-3)


@pytest.mark.parametrize(("name", "count"), [("gpt2", 36_864), ("gpt3-175b", 4_718_592)])
def test_the_cache_is_as_large_as_the_one_that_is_built(name, count):
    config = GPTConfig.preset(name)
    assert scaling.kv_cache_bytes_per_token(config) == count
    with torch.device("meta"):
        model = GPT(dataclasses.replace(config, n_layer=1))
        (cache,) = layers = model.new_cache(1)
        model(torch.zeros(1, 1, dtype=torch.int64), cache=layers)
    numbers = cache.keys.numel() + cache.values.numel()
    assert 2 * config.n_layer * numbers == count * config.block_size


@pytest.mark.parametrize(
    ("n_params", "n_tokens", "loss"),
    [(280e9, 300e9, 1.9933), (70e9, 1.4e12, 1.9366), (175e9, 300e9, 2.0023)],
)
def test_the_published_loss_law_gives_its_papers_values(n_params, n_tokens, loss):
    assert scaling.HOFFMANN.loss(n_params, n_tokens) == pytest.approx(loss, abs=5e-5)


def test_the_best_size_is_better_than_its_neighbours_and_is_not_chinchillas():
    flops, law = 5.76e23, scaling.HOFFMANN
    best = law.best_size(flops)
    losses = [law.loss(n, flops / 6 / n) for n in (best * 0.9, best, best * 1.1)]
    assert min(losses) == losses[1]
    assert best == pytest.approx(32e9, rel=0.02)  # the paper's model has 70e9
    assert flops / 6 / best / best == pytest.approx(93, abs=2)  # tokens per parameter, not 20
    assert law.best_size(100 * flops) / best == pytest.approx(100 ** (0.28 / 0.62))


def test_endless_parameters_and_data_leave_the_entropy():
    assert scaling.HOFFMANN.loss(float("inf"), float("inf")) == 1.69


@pytest.mark.parametrize("name", ["gpt0", "final", "gpt1", "gpt2"])
def test_every_part_is_the_part_of_the_model(name):
    config = GPTConfig.preset(name)
    with torch.device("meta"):
        model = GPT(config)

    def size(*parts):
        return sum(p.numel() for part in parts for p in part.parameters())

    norms = [m for m in model.modules() if isinstance(m, torch.nn.LayerNorm)]
    parts = {
        "token embedding": size(model.token_embedding),
        "positions": size(model.position_embedding),
        "attention": size(*(block.attention for block in model.blocks)),
        "feed-forward": size(*(block.mlp for block in model.blocks)),
        "norms": size(*norms),
    }
    if not config.tied:
        parts["head"] = size(model.head)
    assert scaling.parameter_parts(config) == parts
