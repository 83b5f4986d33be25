"""Published decoders: their parameters, by parts, are those of models built without memory."""

import pytest
import torch
import transformers

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.theory import scaling
from helpers.theory.decoders import DECODERS, latent_attention_parameters, latent_kept

OURS = {
    "GPT-2": "gpt2",
    "SmolLM2-135M": "smollm2-135m",
    "Qwen3-0.6B": "qwen3-0.6b",
    "Llama 3 8B": "llama3-8b",
}
LAYERS = {"hidden_size": 5376, "intermediate_size": 21_504, "num_hidden_layers": 62}
HEADS = {"num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128}
THEIRS = {
    "Gemma 3 27B": (
        transformers.Gemma3ForCausalLM,
        transformers.Gemma3TextConfig(vocab_size=262_208, sliding_window=1024, **LAYERS, **HEADS),
    ),
    "gpt-oss-120b": (transformers.GptOssForCausalLM, transformers.GptOssConfig()),
    "DeepSeek-V3": (transformers.DeepseekV3ForCausalLM, transformers.DeepseekV3Config()),
}


def built(make, config):
    with torch.device("meta"):
        return make(config)


def size(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", OURS)
def test_a_decoder_of_our_parts_has_as_many_parameters_as_our_model_built_on_meta(name):
    assert DECODERS[name].total == size(built(GPT, GPTConfig.preset(OURS[name])))


@pytest.mark.parametrize("name", THEIRS)
def test_a_decoder_with_parts_of_its_own_has_as_many_as_transformers_built_on_meta(name):
    model = built(*THEIRS[name])
    buffers = [b for n, b in model.named_buffers() if n.endswith("e_score_correction_bias")]
    assert DECODERS[name].total == size(model) + sum(b.numel() for b in buffers)


@pytest.mark.parametrize("name", ["Gemma 3 27B", "gpt-oss-120b"])
def test_its_windows_stand_where_theirs_do(name):
    config = THEIRS[name][1]
    theirs = [kind == "full_attention" for kind in config.layer_types]
    assert [w is None for w in DECODERS[name].windows] == theirs
    assert {*DECODERS[name].windows} == {None, config.sliding_window}


@pytest.mark.parametrize(
    ("name", "total", "active"),
    [  # billions: Jiang et al. 2024; DeepSeek-AI 2024 (V3); OpenAI 2025, which leaves one embedding
        ("Mixtral 8x7B", 46.7, 12.9),
        ("DeepSeek-V3", 671, 37.6),
        ("gpt-oss-120b", 116.8, 5.1 + 0.58),
    ],
)
def test_the_sizes_of_mixtures_are_those_that_were_published(name, total, active):
    decoder = DECODERS[name]
    assert decoder.total / 1e9 == pytest.approx(total, rel=1e-3)
    assert decoder.active / 1e9 == pytest.approx(active, rel=0.01)


@pytest.mark.parametrize("name", OURS)
def test_bytes_per_token_are_those_of_scaling(name):
    config = GPTConfig.preset(OURS[name])
    assert DECODERS[name].bytes_per_token == scaling.kv_cache_bytes_per_token(config)


def test_a_window_keeps_no_more_than_it_is_wide():
    oss = DECODERS["gpt-oss-120b"]  # 18 layers of 128 tokens, 18 that see all; 1,024 numbers each
    assert oss.kept == 2 * 8 * 64
    assert oss.cache_bytes(100) == 100 * oss.bytes_per_token
    assert oss.cache_bytes(1000) == 2 * 1024 * 18 * (128 + 1000)


def test_latent_attention_by_hand():
    # C = 4, 2 heads of 3, latent 5, turned 1, asked 6: down 4·12 + 11, up 2·(6·4 + 5·6), back 24
    assert latent_attention_parameters(4, 2, 5, 1, 6, 3) == 59 + 108 + 24
    assert DECODERS["DeepSeek-V3"].bytes_per_token == 2 * 61 * latent_kept(512, 64) == 70_272
