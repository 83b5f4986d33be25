"""Checkpoints: what was saved comes back, and a file is written whole or not at all."""

import dataclasses

import pytest
import torch
from safetensors.torch import load as load_tensors
from torch.testing import assert_close

from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.text.tokenizers import CharTokenizer

IDX = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])


# What comes back


@pytest.mark.parametrize(
    "change", [{}, {"tied": False}, {"block": "post-norm"}, {"qkv_bias": False}]
)
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
    assert ' "block_size": 8,' in lines and ' "norm": "layer",' in lines


# Whole or not at all


def test_others_may_read_a_checkpoint_as_they_may_read_any_new_file(folder, tmp_path):
    (tmp_path / "plain").touch()
    for path in folder.iterdir():
        assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
