"""Checkpoints: what was saved comes back; what is damaged, foreign or hostile is refused."""

import dataclasses
import hashlib
import json
import os
import pickle
import struct

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch.testing import assert_close

from helpers.models import checkpoint
from helpers.models.bigram import Bigram, BigramConfig
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.text.tokenizers import CharTokenizer

IDX = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=12, dropout=0.5)).eval()


@pytest.fixture
def folder(model, tmp_path):
    """A folder with a saved model."""
    model.save(tmp_path / "saved")
    return tmp_path / "saved"


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


# What comes back


@pytest.mark.parametrize("change", [{}, {"tied": False}, {"norm": "post"}, {"qkv_bias": False}])
def test_a_loaded_model_computes_what_the_saved_one_did(model, tmp_path, change):
    model = GPT(dataclasses.replace(model.config, **change)).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


def test_a_loaded_model_is_ready_to_speak_and_to_learn(folder):
    loaded = GPT.load(folder)
    assert not loaded.training
    loaded(IDX, IDX)[1].backward()
    assert all(parameter.grad is not None for parameter in loaded.parameters())


def test_a_tied_head_stays_tied_and_is_stored_once(folder):
    loaded = GPT.load(folder)
    assert loaded.head.weight is loaded.token_embedding.weight
    assert "head.weight" not in load_tensors((folder / "model.safetensors").read_bytes())


def test_a_path_may_be_a_string(folder, model):
    assert_close(GPT.load(str(folder))(IDX)[0], model(IDX)[0])


def test_the_tokenizer_comes_back_with_its_model(model, tmp_path):
    tokenizer = CharTokenizer("to be or not?\n")
    model.save(tmp_path, tokenizer)
    assert tokenizers.load(tmp_path).characters == tokenizer.characters


def test_saving_again_replaces_the_old_model(folder, model):
    with torch.no_grad():
        model.head.weight += 1
    model.save(folder)
    assert torch.equal(GPT.load(folder)(IDX)[0], model(IDX)[0])
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}


def test_the_config_can_be_read_by_a_person(folder):
    lines = (folder / "config.json").read_text().splitlines()
    assert ' "block_size": 8,' in lines and ' "norm": "pre",' in lines


# What is refused


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
        ({"n_layer": 3}, "blocks.2.attention.projection.bias"),
        ({"n_layer": 1}, "blocks.1.attention.projection.bias"),
        ({"tied": False}, "head.bias"),
        ({"norm": "post"}, "final_norm.bias"),
    ],
)
def test_weights_that_do_not_fit_the_config_are_refused_with_the_first_of_them(
    folder, settings, first
):
    rewrite(folder, **settings)
    refused(folder, rf"\d+ differ, the first is '{first}'")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be JSON; it cannot be read"),
        (b"{'block_size': 8}", "must be JSON; it cannot be read"),
        (b"\xff\xfe{}", "must be JSON; it cannot be read"),
        (b"[1, 2]", "must hold a JSON object; got list"),
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


# Whole or not at all


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch, step):
    path = tmp_path / "notes.txt"
    checkpoint.write_atomically(path, b"old")

    def full(*arguments):
        raise OSError("No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, step, full)
        checkpoint.write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    checkpoint.write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"new and longer"


def test_an_interrupt_while_writing_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.write_atomically(tmp_path / "notes.txt", b"new")
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_a_checkpoint_as_they_may_read_any_new_file(folder, tmp_path):
    (tmp_path / "plain").touch()
    for path in folder.iterdir():
        assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
