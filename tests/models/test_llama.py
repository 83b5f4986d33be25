"""Llama and its relatives: the logits and the text of transformers, and nothing half-loaded."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models.gpt import GPT
from tests.models.twin import change, check_logits, greedy, stirred

SIZES = {
    "vocab_size": 37, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 19,
    "bos_token_id": 0, "eos_token_id": None, "pad_token_id": 0, "tie_word_embeddings": False,
}  # fmt: skip


def rope(base):
    return {"rope_parameters": {"rope_type": "default", "rope_theta": base}}


TWINS = {
    "llama": lambda: transformers.LlamaForCausalLM(
        transformers.LlamaConfig(**SIZES, **rope(500.0), rms_norm_eps=1e-3)
    ),
    "llama, tied": lambda: transformers.LlamaForCausalLM(
        transformers.LlamaConfig(**SIZES | {"tie_word_embeddings": True}, **rope(1e4), head_dim=10)
    ),
    "mistral": lambda: transformers.MistralForCausalLM(
        transformers.MistralConfig(**SIZES, **rope(1e4), sliding_window=5)
    ),
    "qwen3": lambda: transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(**SIZES, **rope(1e6), head_dim=8)
    ),
    "mixtral": lambda: transformers.MixtralForCausalLM(
        transformers.MixtralConfig(**SIZES, **rope(1e6), num_local_experts=4)
    ),
}


@pytest.fixture(scope="module", params=TWINS)
def twin(request):
    """A model of transformers with random weights that are all different from their start."""
    torch.manual_seed(0)
    return stirred(TWINS[request.param]())


@pytest.fixture
def saved(twin, tmp_path):
    twin.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    TWINS["llama"]().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_logits_are_those_of_transformers(twin, saved):
    check_logits(saved, twin)


def test_greedy_text_is_that_of_transformers_with_a_cache_and_without(twin, saved):
    idx, model = torch.randint(1, 37, (1, 4)), GPT.from_pretrained(saved)
    theirs = greedy(twin, idx)
    for cached in (True, False):
        ours = sampling.generate(model, idx, 15, temperature=0, use_cache=cached)
        assert ours.tolist() == theirs.tolist()


def test_what_was_read_can_be_saved_and_loaded_as_ours(saved, tmp_path):
    model = GPT.from_pretrained(saved)
    model.save(tmp_path / "ours")
    idx = torch.randint(37, (1, 9))
    assert_close(GPT.load(tmp_path / "ours")(idx)[0], model(idx)[0])


def test_reading_draws_no_number(folder):
    state = torch.get_rng_state()
    GPT.from_pretrained(folder)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_config_of_the_first_llamas_can_be_read(folder):
    """No rope_parameters, the base at the top or not at all."""
    path = folder / "config.json"
    settings = json.loads(path.read_text())
    base = settings.pop("rope_parameters")["rope_theta"]
    path.write_text(json.dumps(settings | {"rope_theta": base, "rope_scaling": None}))
    assert GPT.from_pretrained(folder).config.rotary_base == base
    path.write_text(json.dumps(settings))
    assert GPT.from_pretrained(folder).config.rotary_base == 10_000


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_type": "gemma3"}, "of a make that can be read: .*; got 'gemma3'"),
        ({"hidden_act": "gelu"}, "a plain llama: hidden_act = 'silu'; got 'gelu'"),
        ({"attention_bias": True}, "attention_bias = False; got True"),
        (
            {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}},
            "rope_type must be 'default', .*; got .*yarn",
        ),
        ({"rope_parameters": None, "rope_scaling": {"type": "linear"}}, "got .*linear"),
        ({"num_hidden_layers": 4}, "must hold the tensors of the model"),
        ({"num_key_value_heads": 4}, "must hold the tensors of the model"),
        ({"num_key_value_heads": 3}, "n_head must be a multiple of n_kv_head"),
        ({"hidden_size": None}, "n_embd must be a whole number"),
        ({"intermediate_size": 41}, "must hold the tensors of the model"),
        ({"vocab_size": 10**15}, "must hold the tensors of the model"),
        ({"max_position_embeddings": 10**15}, "must hold the tensors of the model"),
        ({"model_type": "qwen3", "rope_theta": 1e6}, "must hold the tensors of the model"),
        ({"rope_parameters": 3}, "must hold the numbers of a model"),
    ],
)
def test_another_model_is_refused(folder, settings, message):
    change(folder, **settings)
    with pytest.raises(ValueError, match=message):
        GPT.from_pretrained(folder)


def test_mixtral_with_one_expert_of_each_token_is_refused(tmp_path):
    TWINS["mixtral"]().save_pretrained(tmp_path)
    change(tmp_path, num_experts_per_tok=1)
    with pytest.raises(ValueError, match="num_experts_per_tok must be 2 or more"):
        GPT.from_pretrained(tmp_path)


@pytest.mark.parametrize("name", ["model.layers.1.self_attn.k_proj.weight", "model.norm.weight"])
def test_a_missing_tensor_is_refused(folder, name):
    path = folder / "model.safetensors"
    tensors = load_file(path)
    del tensors[name]
    save_file(tensors, path)
    with pytest.raises(ValueError, match="must hold the tensors of the model"):
        GPT.from_pretrained(folder)


def test_a_tensor_too_many_is_refused(folder):
    path = folder / "model.safetensors"
    save_file({**load_file(path), "model.layers.0.extra": torch.ones(1)}, path)
    with pytest.raises(ValueError, match="1 differ, the first is 'blocks.0.extra'"):
        GPT.from_pretrained(folder)
