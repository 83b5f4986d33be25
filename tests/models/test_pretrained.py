"""GPT-2's weights: the same logits as transformers, the same text, and nothing half-loaded."""

import os
import shutil
import struct
import subprocess
import sys

import pytest
import torch
import transformers
from kernel_environment import ROOT
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import pretrained
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.models.twin import change, check_logits, greedy, stirred

SIZES = {"vocab_size": 37, "n_positions": 19, "n_embd": 12, "n_layer": 3, "n_head": 3}


@pytest.fixture(scope="module")
def twin():
    """Hugging Face's GPT-2 with random weights that are all different from their start."""
    torch.manual_seed(0)
    config = transformers.GPT2Config(**SIZES, bos_token_id=0, eos_token_id=0)
    return stirred(transformers.GPT2LMHeadModel(config))


@pytest.fixture
def folder(twin, tmp_path):
    twin.save_pretrained(tmp_path / "gpt2")
    return tmp_path / "gpt2"


def test_logits_are_those_of_transformers(twin, folder):
    check_logits(folder, twin)


def test_greedy_text_is_that_of_transformers(twin, folder):
    idx = torch.randint(1, 37, (1, 4))
    theirs = greedy(twin, idx)
    ours = sampling.generate(GPT.from_pretrained(folder), idx, 15, temperature=0)
    assert ours.tolist() == theirs.tolist()


def test_the_config_is_the_published_ones_and_the_head_is_tied(folder):
    model = GPT.from_pretrained(folder)
    assert model.config == GPTConfig(19, 37, n_layer=3, n_head=3, n_embd=12, dropout=0.1)
    assert model.head.weight is model.token_embedding.weight and not model.training


def test_files_of_the_first_days_can_be_read(twin, folder):
    """No prefix, the masks stored beside the weights, the head left out."""
    tensors = load_file(folder / "model.safetensors")
    old = {name.removeprefix("transformer."): t for name, t in tensors.items()}
    old |= {f"h.{i}.attn.bias": torch.ones(1, 1, 19, 19).tril() for i in range(3)}
    old.pop("lm_head.weight", None)
    save_file(old, folder / "model.safetensors")
    idx = torch.randint(37, (1, 7))
    with torch.no_grad():
        assert_close(GPT.from_pretrained(folder)(idx)[0], twin(idx).logits, atol=1e-4, rtol=0)


def test_half_precision_files_become_ordinary_numbers(folder):
    path = folder / "model.safetensors"
    before = GPT.from_pretrained(folder).blocks[1].mlp.expand.weight
    save_file({name: t.half() for name, t in load_file(path).items()}, path)
    after = GPT.from_pretrained(folder).blocks[1].mlp.expand.weight
    assert after.dtype == torch.float32
    assert_close(after, before, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("name", pretrained.PUBLISHED)
def test_every_tensor_of_a_published_model_has_its_place(name):
    config = transformers.GPT2Config(
        n_embd=GPTConfig.preset(name).n_embd,
        n_layer=GPTConfig.preset(name).n_layer,
        n_head=GPTConfig.preset(name).n_head,
    )
    with torch.device("meta"):
        theirs = pretrained.translated(transformers.GPT2LMHeadModel(config).state_dict())
        ours = dict(GPT(GPTConfig.preset(name)).named_parameters())
    assert {n: t.shape for n, t in theirs.items()} == {n: p.shape for n, p in ours.items()}


def test_a_published_name_offline_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConnectionError, match=r"weights of gpt2-xl are not at hand.*download=True"):
        GPT.from_pretrained("gpt2-xl")


# Run by itself: what the library has asked once in a process it does not ask again.
ALONE = """
import socket

asked = []
def refuse(*address, **options):
    asked.append(address)
    raise OSError("no network here")

socket.getaddrinfo = socket.socket.connect = socket.socket.sendto = refuse
from helpers.models.gpt import GPT
try:
    print(GPT.from_pretrained("gpt2").config.n_embd, asked)
except ConnectionError as error:
    print(error, asked)
"""


def alone(home):
    """What from_pretrained("gpt2") says in a new process with this home, and whom it asked."""
    without = ("HF_", "TRANSFORMERS_", "DO_NOT_TRACK", "DISABLE_TELEMETRY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    command, settings = [sys.executable, "-c", ALONE], kept | {"HF_HOME": str(home)}
    return subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True).stdout


def in_cache(folder, cache):
    """The files of a folder where Hugging Face's cache would keep them for gpt2."""
    place = cache / "models--openai-community--gpt2"
    shutil.copytree(folder, place / "snapshots" / "abc")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("abc")


def test_a_look_into_the_cache_asks_nobody(tmp_path, folder):
    said = alone(tmp_path / "home")
    assert "weights of gpt2 are not at hand" in said and said.endswith(" []\n")
    in_cache(folder, tmp_path / "home" / "hub")
    assert alone(tmp_path / "home") == f"{SIZES['n_embd']} []\n"


def test_what_is_asked_for_is_fetched(monkeypatch, folder):
    asked = []

    def stand_in(repository, file):
        asked.append((repository, file))
        return str(folder / file)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", stand_in)
    GPT.from_pretrained("gpt2", download=True)
    assert asked == [("openai-community/gpt2", file) for file in pretrained.FILES]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_type": "bert"}, "model_type = gpt2, .*; got 'bert'"),
        ({"activation_function": "relu"}, "activation_function = 'gelu_new'; got 'relu'"),
        ({"scale_attn_by_inverse_layer_idx": True}, "inverse_layer_idx = False; got True"),
        ({"layer_norm_epsilon": 1e-6}, "layer_norm_epsilon = 1e-05; got 1e-06"),
        ({"n_inner": 17}, "n_inner must be 4 · n_embd; got 17"),
        ({"n_head": 5}, "n_embd must be a multiple of n_head"),
        ({"n_layer": None}, "n_layer must be a whole number"),
        ({"n_embd": None}, "n_embd must be a whole number ≥ 1; got None"),
        ({"n_layer": 4}, "must hold the tensors of the model"),
        ({"n_positions": 18}, "must hold the tensors of the model"),
    ],
)
def test_another_model_is_refused(folder, settings, message):
    change(folder, **settings)
    with pytest.raises(ValueError, match=message):
        GPT.from_pretrained(folder)


def test_a_tensor_too_many_is_refused(folder):
    path = folder / "model.safetensors"
    save_file({**load_file(path), "transformer.h.0.extra": torch.ones(1)}, path)
    with pytest.raises(ValueError, match=r"1 differ, the first is 'blocks.0.extra'"):
        GPT.from_pretrained(folder)


def test_a_matrix_of_another_shape_is_refused(folder):
    path = folder / "model.safetensors"
    name = "transformer.h.0.attn.c_attn.weight"
    save_file({**load_file(path), name: torch.zeros(1, 12, 36)}, path)
    with pytest.raises(ValueError, match=r"1 differ, the first is 'blocks.0.attention.qkv.weight'"):
        GPT.from_pretrained(folder)


def test_a_missing_or_damaged_file_is_one_clear_error(folder):
    path = folder / "model.safetensors"
    content = path.read_bytes()
    for damaged in (content[:-5], content[:20], b"", b"<html>", struct.pack("<Q", 2**60) + b"{}"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="must be a safetensors file"):
            GPT.from_pretrained(folder)
    path.unlink()
    with pytest.raises(ValueError, match="must hold model.safetensors and config.json"):
        GPT.from_pretrained(folder)
