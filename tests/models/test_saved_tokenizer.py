"""A tokenizer beside a model: only the one that was saved with it is read."""

import json

import pytest

from helpers.text import tokenizers
from helpers.text.tokenizers import CharTokenizer

LETTERS = CharTokenizer("to be, nrx?\n")


@pytest.fixture
def saved(model, tmp_path):
    """A folder with a model of 11 tokens and its tokenizer."""
    model.save(tmp_path, LETTERS)
    return tmp_path


def change(path, **settings):
    """Write other settings into a JSON file; None takes one away."""
    settings = json.loads(path.read_text()) | settings
    path.write_text(json.dumps({n: v for n, v in settings.items() if v is not None}))


def refused(folder, reason):
    with pytest.raises(ValueError, match="must be a tokenizer written by model.save.*" + reason):
        tokenizers.load(folder)


def test_every_changed_byte_is_noticed(saved):
    path = saved / "tokenizer.json"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 2]) + whole[at + 1 :])
        refused(saved, "cannot be read")
    path.write_bytes(whole)
    assert tokenizers.load(saved).characters == LETTERS.characters


def test_the_tokenizer_of_another_model_is_refused(saved):
    (saved / "tokenizer.json").write_text(CharTokenizer("abcdefghijk").to_json())
    refused(saved, "its sha256 is not the one that .*config.json names")


def test_an_older_model_names_no_sha256_and_must_have_as_many_tokens(saved):
    change(saved / "config.json", tokenizer_sha256=None)
    assert tokenizers.load(saved).characters == LETTERS.characters
    (saved / "tokenizer.json").write_text(CharTokenizer("abcdefghij").to_json())
    refused(saved, "it has 10 tokens, the model 11")


def test_a_tokenizer_alone_needs_no_model(tmp_path):
    (tmp_path / "tokenizer.json").write_text(LETTERS.to_json())
    assert tokenizers.load(tmp_path).characters == LETTERS.characters


@pytest.mark.parametrize("characters", ["aabc", "cab"])
def test_characters_that_come_twice_or_out_of_order_are_refused(tmp_path, characters):
    settings = {"kind": "characters", "characters": characters}
    (tmp_path / "tokenizer.json").write_text(json.dumps(settings))
    refused(tmp_path, "must be sorted, each once")


def test_a_token_that_comes_twice_is_refused(tmp_path):
    settings = {"kind": "bpe", "tokens": ["bG8=", "bG8="]}  # "lo", as older versions wrote it
    (tmp_path / "tokenizer.json").write_text(json.dumps(settings))
    refused(tmp_path, "258 tokens, 257 of them different")


def test_nesting_without_end_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("[" * 100_000)
    refused(tmp_path, "maximum recursion depth")
