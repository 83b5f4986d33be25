"""Tokenizers: nothing is lost, nothing unknown passes."""

import pytest

from helpers.text import playwright, tokenizers
from helpers.text.tokenizers import CharTokenizer


def test_decoding_undoes_encoding():
    text = playwright.write(20_000, seed=2)
    tokenizer = CharTokenizer.from_text(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_any_character_is_a_token():
    text = "Größe 猫 ♥\0\n\t'\"\\ 😀"
    tokenizer = CharTokenizer.from_text(text)
    assert tokenizer.vocab_size == len(set(text))
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_ids_number_the_sorted_characters_from_0():
    # sorted: " " b e o t
    tokenizer = CharTokenizer.from_text("to be")
    assert tokenizer.encode(" beot") == [0, 1, 2, 3, 4]
    assert tokenizer.vocab_size == 5


def test_the_order_of_the_text_does_not_change_the_ids():
    assert CharTokenizer("abc").encode("cab") == CharTokenizer("ccbba").encode("cab") == [2, 0, 1]


def test_tensors_of_ids_can_be_decoded():
    import torch

    assert CharTokenizer("abc").decode(torch.tensor([2, 0, 1])) == "cab"


def test_no_text_has_no_tokens():
    assert CharTokenizer("abc").encode("") == []
    assert CharTokenizer("abc").decode([]) == ""


def test_an_empty_vocabulary_is_refused():
    with pytest.raises(ValueError, match="at least one character; got an empty text"):
        CharTokenizer.from_text("")


def test_an_unknown_character_is_named_with_its_position():
    with pytest.raises(ValueError, match="vocabulary 'abc'; got 'é' at position 3"):
        CharTokenizer("abc").encode("cabéa?")


@pytest.mark.parametrize(("ids", "range"), [([0, 3], "0 … 3"), ([-1, 2], "-1 … 2")])
def test_an_id_outside_the_vocabulary_is_refused(ids, range):
    with pytest.raises(ValueError, match=f"must lie in 0 … 2; got {range}"):
        CharTokenizer("abc").decode(ids)


def test_a_saved_tokenizer_gives_the_same_ids(tmp_path):
    tokenizer = CharTokenizer.from_text("Größe 猫\n\"\\' to be")
    (tmp_path / "tokenizer.json").write_text(tokenizer.to_json(), encoding="utf-8")
    assert tokenizers.load(tmp_path).characters == tokenizer.characters


def test_a_missing_tokenizer_is_refused_with_its_path(tmp_path):
    with pytest.raises(ValueError, match="Save the model together with its tokenizer") as error:
        tokenizers.load(tmp_path)
    assert str(tmp_path / "tokenizer.json") in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"kind": "characters", "characters": 5}',
        b'{"kind": "bpe", "tokens": ["?"]}',
        b'{"kind": "words"}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_no_tokenizer_is_refused_with_its_path(tmp_path, content):
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(ValueError, match="must be a tokenizer written by model.save") as error:
        tokenizers.load(tmp_path)
    assert str(tmp_path / "tokenizer.json") in str(error.value)
