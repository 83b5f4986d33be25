"""Checkpoints that are missing, damaged, foreign or hostile are refused."""

import hashlib
import json
import math
import os
import pickle
import struct

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from helpers.models.bigram import Bigram, BigramConfig
from helpers.models.gpt import GPT


def rewrite(folder, weights=None, **settings):
    """Change a checkpoint as its owner could: config.json names the sha256 of the new weights."""
    config = json.loads((folder / "config.json").read_text())
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
        config["sha256"] = hashlib.sha256(weights).hexdigest()
    (folder / "config.json").write_text(json.dumps(config | settings))


def refused(folder, message, file="model.safetensors"):
    """Loading raises a ValueError with this message that names the file."""
    with pytest.raises(ValueError, match=message) as error:
        GPT.load(folder)
    assert str(folder / file) in str(error.value)


def test_a_missing_folder_is_refused_with_the_file_that_is_missing(tmp_path):
    refused(tmp_path / "nowhere", "is not there. Check the path, or save", "config.json")


def test_missing_weights_are_refused(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "is not there")


def test_every_flipped_bit_is_noticed(folder):
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    for at in (0, 9, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        refused(folder, "sha256 differs, so it is damaged or from another model")


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_truncated_file_is_refused(folder, share):
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    refused(folder, "sha256 differs")


def test_weights_of_another_model_are_refused(folder, model, tmp_path):
    GPT(model.config).save(tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").replace(folder / "model.safetensors")
    refused(folder, "sha256 differs")


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({"n_embd": 14}, "token_embedding.weight"),
        ({"n_layer": 3}, "n_layer = 3"),
        ({"n_layer": 1}, "blocks.1.attention.projection.bias"),
        ({"tied": False}, "head.bias"),
        ({"block": "post-norm"}, "final_norm.bias"),
    ],
)
def test_weights_that_do_not_fit_the_config_are_refused_with_the_first_of_them(
    folder, settings, first
):
    rewrite(folder, **settings)
    refused(folder, rf"\d+ differ, the first is '{first}'")


@pytest.mark.parametrize("name", ["vocab_size", "block_size", "n_layer", "n_embd", "n_expert"])
def test_a_config_may_not_ask_for_more_than_the_file_holds(folder, name):
    """Refused before anything of that size is built: memory and time would run out."""
    rewrite(folder, **{name: 10**12})
    refused(folder, f"1 differ, the first is '{name} = 1,000,000,000,000'")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be JSON; it cannot be read"),
        (b"{'block_size': 8}", "must be JSON; it cannot be read"),
        (b"\xff\xfe{}", "must be JSON; it cannot be read"),
        (b"[1, 2]", "must hold a JSON object; got list"),
        (b"[" * 100_000, "must be JSON; it cannot be read: maximum recursion depth"),
    ],
)
def test_a_config_that_is_no_json_object_is_refused(folder, content, message):
    (folder / "config.json").write_bytes(content)
    refused(folder, message, "config.json")


def test_a_config_with_an_unknown_field_is_refused(folder):
    rewrite(folder, n_experts=8)
    refused(folder, "fields of GPTConfig: .*'n_experts'", "config.json")


def test_a_config_without_a_field_is_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    del config["n_head"]
    (folder / "config.json").write_text(json.dumps(config))
    refused(folder, "fields of GPTConfig: .*'n_head'", "config.json")


def test_a_config_with_an_impossible_number_is_refused_with_its_path(folder):
    rewrite(folder, n_layer=-1)
    refused(folder, "n_layer must be a whole number ≥ 0; got -1", "config.json")


def test_a_config_that_does_not_know_its_weights_is_refused(folder):
    rewrite(folder, sha256=None)
    refused(folder, "sha256 differs")


def test_a_checkpoint_of_another_kind_of_model_is_refused(tmp_path):
    settings = {"vocab_size": 11, "block_size": 8}
    weights = save_tensors(Bigram(BigramConfig(**settings)).state_dict())
    tmp_path.joinpath("config.json").write_text(json.dumps(settings))
    rewrite(tmp_path, weights)
    refused(tmp_path, "must hold the fields of GPTConfig", "config.json")


def test_one_full_stop_ends_what_is_wrong_with_a_config(folder):
    rewrite(folder, block=1)
    refused(folder, r"Try block=.pre-norm.\. Try the file", "config.json")


@pytest.mark.parametrize("kind", ["int8", "int64", "bool", "complex64", "float8_e4m3fn"])
def test_weights_that_are_no_real_numbers_are_refused(folder, kind):
    weights = load_tensors((folder / "model.safetensors").read_bytes())
    rewrite(folder, save_tensors({n: t.to(getattr(torch, kind)) for n, t in weights.items()}))
    refused(folder, f"numbers in floating point; got {kind} in 'token_embedding.weight' of ")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_weights_that_are_not_finite_are_refused(folder, value):
    """1e300 is a finite double and an infinite float."""
    weights = load_tensors((folder / "model.safetensors").read_bytes())
    weights = {name: tensor.double() for name, tensor in weights.items()}
    weights["blocks.1.mlp.expand.weight"][3, 2] = value
    rewrite(folder, save_tensors(weights))
    refused(folder, "finite numbers .*; got NaN or infinity in 'blocks.1.mlp.expand.weight' of ")


@pytest.mark.parametrize("settings", [{"n_expert": 300}, {"n_layer": 3_000}])
def test_a_small_file_cannot_ask_for_many_modules(folder, settings):
    """Empty tensors take no room; what they let a config ask for would take long to build."""
    settings = {"n_layer": 300, "n_head": 1, "n_embd": 2} | settings
    empty = {f"blocks.{i}": torch.zeros(0) for i in range(settings["n_layer"])}
    rewrite(folder, save_tensors(empty | {"all": torch.zeros(3_000)}), **settings)
    refused(folder, "1 differ, the first is 'n_")


class Bomb:
    """Whoever unpickles it creates a file."""

    def __reduce__(self):
        return os.mkdir, ("exploded",)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_is_refused_and_never_run(folder, tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    rewrite(folder, pickle.dumps(Bomb(), protocol))
    refused(folder, "must be a safetensors file")
    assert not (tmp_path / "exploded").exists()


def header(about):
    """The beginning of a safetensors file: 8 bytes of length, then JSON."""
    content = about if isinstance(about, bytes) else json.dumps(about).encode()
    return struct.pack("<Q", len(content)) + content


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x08",
        struct.pack("<Q", 2**63) + b"{}",  # a header longer than the disk
        struct.pack("<Q", 10**8) + b"{}",
        header(b"not JSON"),
        header([]),
        header({"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}) + b"1234",
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 80]}}) + b"12345678",
        header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}) + b"1234",
        header({"a": {"dtype": "X99", "shape": [1], "data_offsets": [0, 4]}}) + b"1234",
        header({"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}}) + b"1",
        header({"a": {"dtype": "C64", "shape": [1], "data_offsets": [0, 8]}}) + b"12345678",
    ],
    ids=range(12),
)
def test_a_hostile_file_is_refused(folder, hostile):
    rewrite(folder, hostile)
    refused(folder, "must be a safetensors file|must hold the tensors of the model")
