"""Byte-pair encoding: by hand, as tiktoken has it, on any text, and without losing anything."""

import itertools
import json
import random

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from helpers.text import playwright, tokenizers
from helpers.text.bpe import BYTES, BPETokenizer

HARD = [
    "", " ", "  \n\n  x", "don't we'll I'D", "naïve Ångström", "猫が好き", "😀👩‍👩‍👧", "a" * 3000,
    "\0\x7f\r\n\t", "١٢٣ 123", "<|endoftext|>", "e\u0301", "\u202eabc", "\ufeff", "'s's",
    "\x85 \u3000y",
]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer.train(playwright.write(60_000, seed=1), 600)


def random_strings(count, seed=0):
    rng = random.Random(seed)
    planes = [(0, 0x80), (0, 0x800), (0x800, 0xD800), (0xE000, 0x110000)]
    for _ in range(count):
        yield "".join(chr(rng.randrange(*rng.choice(planes))) for _ in range(rng.randrange(24)))


def test_by_hand():
    # "ab" stands in "ab ab abc bc" three times, "bc" twice, " a" twice. After the merge of "ab":
    # " ab" twice (" a" is gone), "abc" once, " b" once, "bc" once.
    tokenizer = BPETokenizer.train("ab ab abc bc", 258)
    assert tokenizer.tokens[256:] == [b"ab", b" ab"]
    assert tokenizer.encode("ab abc") == [256, 257, ord("c")]


def test_among_equals_the_first_in_byte_order_is_merged():
    assert BPETokenizer.train("zy ba", 257).tokens[256] == b" b"
    assert BPETokenizer.train("zy.ba", 257).tokens[256] == b"ba"


def test_no_merge_reaches_across_words():
    tokens = BPETokenizer.train("the cat the cat the cat", 300).tokens[256:]
    assert set(tokens) >= {b"the", b" the", b" cat"}
    assert not any(b"e c" in token for token in tokens)


def test_the_library_compresses_exactly_as_well():
    """tokenizers breaks ties in another way, so the length is compared, not the tokens."""
    text = playwright.write(60_000, seed=1)
    twin = Tokenizer(models.BPE())
    twin.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    twin.train_from_iterator([text], trainer)
    ours, theirs = BPETokenizer.train(text, 600).encode(text), twin.encode(text).ids
    assert abs(len(ours) / len(theirs) - 1) < 0.005


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_come_back_and_equal_tiktoken(tokenizer, text):
    ids = tokenizer.encode(text)
    assert ids == tokenizer.to_tiktoken().encode(text, disallowed_special=())
    assert tokenizer.decode(ids) == text


def test_random_unicode_comes_back_and_equals_tiktoken(tokenizer):
    twin = tokenizer.to_tiktoken()
    for text in random_strings(20_000):
        ids = tokenizer.encode(text)
        assert ids == twin.encode(text), text
        assert tokenizer.decode(ids) == text


def test_two_letters_only_equal_tiktoken():
    """The hardest case: long words in which every merge competes with every other."""
    rng = random.Random(0)
    for _ in range(30):
        text = "".join(rng.choice("ab") for _ in range(rng.randrange(20, 400)))
        tokenizer = BPETokenizer.train(text, 256 + rng.randrange(1, 60))
        twin = tokenizer.to_tiktoken()
        for _ in range(100):
            text = "".join(rng.choice("ab") for _ in range(rng.randrange(1, 200)))
            assert tokenizer.encode(text) == twin.encode(text)


def test_letters_that_only_one_engine_knows_are_cut_alike():
    """The `regex` package knows letters (U+0558) that tiktoken's Rust does not, and digits."""
    tokens = dict.fromkeys(BYTES)
    for lead, character in itertools.product(b"a1!", UNEQUAL):
        written = character.encode()
        tokens |= dict.fromkeys(bytes([lead]) + written[: i + 1] for i in range(len(written)))
    tokenizer = BPETokenizer(tokens)  # "a" and a letter behind it are one token, if one piece
    twin = tokenizer.to_tiktoken()
    for lead, character in itertools.product("a1!", UNEQUAL):
        assert tokenizer.encode(lead + character) == twin.encode(lead + character), character
    words = [character for character in UNEQUAL if len(tokenizer.encode("a" + character)) == 1]
    assert {"é", "猫"} <= {*words} and "٣" not in words


UNEQUAL = [*"\u0558\u058b\u088f\u0c5c\U000191a0é猫٣½!", *map(chr, range(0x10D40, 0x10D8F))]


def test_eighty_thousand_letters_in_a_row_are_merged_at_once_as_piece_by_piece():
    rng = random.Random(0)
    word = "".join(rng.choice("abcd") for _ in range(80_000))
    tokenizer = BPETokenizer.train(word, 320)
    ids = tokenizer.encode(word)
    assert ids == tokenizer.to_tiktoken().encode(word) and tokenizer.decode(ids) == word


def test_bytes_may_come_in_any_order():
    mixed = [*BYTES, b"ab", b"abc"]
    random.Random(0).shuffle(mixed)
    mixed.sort(key=len)  # a merge comes behind what it merges, say GPT-2's order of bytes
    tokenizer = BPETokenizer(mixed)
    assert tokenizer.token_bytes(tokenizer.encode("abcabä")) == [b"abc", b"ab", b"\xc3", b"\xa4"]
    assert tokenizer.encode("abcab b") == tokenizer.to_tiktoken().encode("abcab b")
    again = BPETokenizer.from_settings(json.loads(tokenizer.to_json()))
    assert again.tokens == tokenizer.tokens


def test_a_full_memory_of_pieces_is_emptied_and_nothing_changes(tokenizer, monkeypatch):
    monkeypatch.setattr("helpers.text.bpe.REMEMBERED", 3)
    text = playwright.write(2000, seed=3)
    assert tokenizer.first(500).encode(text) == tokenizer.first(500).to_tiktoken().encode(text)


def test_the_first_tokens_are_those_of_a_shorter_training(tokenizer):
    text = playwright.write(60_000, seed=1)
    assert tokenizer.first(300).tokens == BPETokenizer.train(text, 300).tokens
    assert tokenizer.first(256).encode("Hé") == list("Hé".encode())


def test_more_tokens_never_make_a_text_longer(tokenizer):
    text = playwright.write(5000, seed=2)
    lengths = [len(tokenizer.first(size).encode(text)) for size in range(256, 601, 43)]
    assert lengths[0] == len(text)
    assert all(a > b for a, b in zip(lengths, lengths[1:], strict=False))


def test_a_text_with_nothing_left_to_merge_gives_fewer_tokens():
    assert BPETokenizer.train("ab", 1000).tokens == [*BYTES, b"ab"]


def test_a_broken_character_shows_as_such_and_not_as_an_error(tokenizer):
    assert tokenizer.decode("é".encode()[:1]) == "�"
    assert tokenizer.token_bytes("é".encode()) == [b"\xc3", b"\xa9"]


def test_a_saved_tokenizer_gives_the_same_ids(tokenizer, tmp_path):
    (tmp_path / "tokenizer.json").write_text(tokenizer.to_json(), encoding="utf-8")
    assert tokenizers.load(tmp_path).tokens == tokenizer.tokens


def test_a_numpy_number_of_tokens_is_a_number():
    assert BPETokenizer.train("ab ab", np.int64(257)).first(np.int64(257)).vocab_size == 257


@pytest.mark.parametrize("vocab_size", [255, 0, -1, 300.0, None, True])
def test_a_vocabulary_that_lacks_bytes_is_refused(vocab_size):
    with pytest.raises(ValueError, match="vocab_size must be a whole number ≥ 256; got .*Try 1024"):
        BPETokenizer.train("some text", vocab_size)
    with pytest.raises(ValueError, match="vocab_size must be a whole number ≥ 256; got .*Try 1024"):
        BPETokenizer(BYTES).first(vocab_size)


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="must not be empty"):
        BPETokenizer.train("", 300)


@pytest.mark.parametrize("tokens", [[], BYTES[1:], [*BYTES, b"ab", b"ab"]])
def test_tokens_that_lack_a_byte_or_repeat_are_refused(tokens):
    with pytest.raises(ValueError, match="256 single bytes and others.*Try BPETokenizer.train"):
        BPETokenizer(tokens)


def test_half_a_character_is_refused_with_its_position(tokenizer):
    with pytest.raises(ValueError, match=r"half a surrogate pair, '\\ud83d', at position 2"):
        tokenizer.encode("ab\ud83d")


@pytest.mark.parametrize(("ids", "range"), [([600], "600 … 600"), ([-1, 5], "-1 … 5")])
def test_an_id_outside_the_vocabulary_is_refused(tokenizer, ids, range):
    with pytest.raises(ValueError, match=f"must lie in 0 … 599; got {range}"):
        tokenizer.decode(ids)
