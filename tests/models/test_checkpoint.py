"""Checkpoints: what was saved comes back, and a file is written whole or not at all."""

import copy
import dataclasses
import math
import os
import shutil

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from safetensors.torch import save_model
from torch import nn
from torch.testing import assert_close

from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.text.tokenizers import CharTokenizer
from tests.models.test_refused_checkpoint import rewrite

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


def test_the_tokenizer_of_the_old_model_goes_with_it(model, tmp_path):
    model.save(tmp_path, CharTokenizer("to be or not?\n"))
    model.save(tmp_path)
    with pytest.raises(ValueError, match="must be a tokenizer written by model.save"):
        tokenizers.load(tmp_path)


def test_a_model_must_have_all_tokens_of_its_tokenizer(model, tmp_path):
    with pytest.raises(ValueError, match="got vocab_size=11 for 12 tokens. Pass the tokenizer"):
        model.save(tmp_path, CharTokenizer("abcdefghijkl"))
    assert not any(tmp_path.iterdir())


def test_the_config_can_be_read_by_a_person(folder):
    lines = (folder / "config.json").read_text().splitlines()
    assert ' "block_size": 8,' in lines and ' "norm": "layer",' in lines


# Whole or not at all


def test_a_kill_while_saving_leaves_one_model_with_its_own_tokenizer(model, tmp_path, monkeypatch):
    """Every state of the folder on the way is copied: what a kill at that moment would leave."""
    old, new = CharTokenizer("to be or n?"), CharTokenizer("to be or N!")
    folder, copies = tmp_path / "saved", tmp_path / "copies"
    model.save(folder, old)
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.head.weight += 1

    def watched(*arguments, replace=os.replace):
        shutil.copytree(folder, copies / str(len(list(copies.iterdir()))))
        replace(*arguments)

    copies.mkdir()
    monkeypatch.setattr(os, "replace", watched)
    other.save(folder, new)
    monkeypatch.undo()
    found = []
    for left in copies.iterdir():
        tokenizer, weight = tokenizers.load(left), GPT.load(left).head.weight
        whole, characters = (model, old) if torch.equal(weight, model.head.weight) else (other, new)
        assert torch.equal(weight, whole.head.weight)
        assert tokenizer.characters == characters.characters
        found.append(whole)
    assert len(found) == 4 and model in found and other in found


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_not_saved_and_the_good_one_stays(folder, model, value):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with torch.no_grad():
        model.blocks[1].mlp.expand.bias[3] = value
    with pytest.raises(ValueError, match="finite weights; .* first is 'blocks.1.mlp.expand.bias'"):
        model.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# What `save` accepts, `load` takes

CONFIGS = [
    {"n_layer": 0, "n_expert": 8},
    {"n_layer": 0, "positions": "none", "norm": "none", "block_size": 10**6},
    {"positions": "sinusoidal", "block_size": 10**6},
    {"n_layer": 1, "n_expert": 3, "n_expert_active": 3},
    {"n_layer": 0, "n_expert": 10**6, "n_expert_active": 10**5},
    {"n_head": 12, "n_layer": 0, "n_embd": 12, "vocab_size": 1, "block_size": 1},
]


@pytest.mark.parametrize("change", CONFIGS, ids=str)
def test_every_model_that_is_saved_can_be_loaded(model, tmp_path, change):
    model = GPT(dataclasses.replace(model.config, **change)).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == model.config
    assert_close(loaded(IDX[:, :1] * 0)[0], model(IDX[:, :1] * 0)[0], rtol=0, atol=0)


def untied(model):
    model.head.weight = nn.Parameter(model.head.weight.detach().clone())


def tied(model):
    model.head.weight = model.token_embedding.weight


def pruned(model):
    del model.blocks[1]


def cut(model):
    model.blocks[0].mlp.expand.weight = nn.Parameter(torch.zeros(5, 12))


def frozen_buffer(model):
    model.register_buffer("bias", torch.zeros(3))


@pytest.mark.parametrize("change", [untied, tied, pruned, cut, frozen_buffer])
def test_what_could_not_be_loaded_is_not_saved(model, tmp_path, change):
    model = GPT(dataclasses.replace(model.config, tied=change is not tied))
    change(model)
    with pytest.raises(ValueError, match="has other parts, the first is .* Try to name them"):
        model.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize("kept", ["token_embedding.weight", "head.weight"])
def test_a_tied_head_may_be_stored_under_either_of_its_names(folder, model, tmp_path, kept):
    """As safetensors' own `save_model` does: it keeps one of the names of a tensor."""
    save_model(model, str(tmp_path / "theirs"))
    tensors = load_tensors((tmp_path / "theirs").read_bytes())
    tensors = {name.replace("head.weight", kept): t for name, t in tensors.items()}
    rewrite(folder, save_tensors(tensors))
    loaded = GPT.load(folder)
    assert loaded.head.weight is loaded.token_embedding.weight
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


def test_a_tied_head_stored_under_both_names_must_be_one(folder, model):
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rewrite(folder, save_tensors(tensors))
    assert torch.equal(GPT.load(folder)(IDX)[0], model(IDX)[0])
    rewrite(folder, save_tensors(tensors | {"head.weight": tensors["head.weight"] + 1}))
    with pytest.raises(ValueError, match="1 differ, the first is 'head.weight'"):
        GPT.load(folder)


# As any other file


def test_others_may_read_a_checkpoint_as_they_may_read_any_new_file(folder, tmp_path):
    (tmp_path / "plain").touch()
    for path in folder.iterdir():
        assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
