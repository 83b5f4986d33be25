"""What a model's size costs: equal to the model that is built, and to the published numbers."""

import dataclasses
import itertools

import pytest
import torch

from helpers.models.config import PRESETS, GPTConfig
from helpers.models.gpt import GPT
from helpers.theory.scaling import count_parameters


def built(config):
    """The parameters of the model itself, made without memory for them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in GPT(config).parameters())


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_counted_as_it_is_built(name):
    assert count_parameters(GPTConfig.preset(name)) == built(GPTConfig.preset(name))


@pytest.mark.parametrize(
    ("norm", "tied", "qkv_bias"),
    list(itertools.product(["pre", "post"], [True, False], [True, False])),
)
def test_every_variant_is_counted_as_it_is_built(norm, tied, qkv_bias):
    config = GPTConfig(8, 11, 3, 2, 10, norm=norm, tied=tied, qkv_bias=qkv_bias)
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
