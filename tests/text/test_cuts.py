"""Recorded cuts: whole, in the numbering of the published tokenizers, and refused where unknown."""

import pytest
import regex

from helpers.text import cuts
from helpers.text.simple_bpe import SPLIT

NAMES = ["GPT-2", "GPT-4", "GPT-4o"]


def test_the_pieces_of_every_sentence_are_the_sentence():
    assert [*cuts.load()] == NAMES
    for tokenizer in cuts.load().values():
        for text in tokenizer.sentences:
            ids = tokenizer.encode(text)
            assert b"".join(tokenizer.token_bytes(ids)).decode() == text
            assert min(ids) >= 0 and max(ids) < tokenizer.vocab_size


def test_every_tokenizer_knows_the_same_sentences():
    assert len({tuple(tokenizer.sentences) for tokenizer in cuts.load().values()}) == 1


def test_gpt2_cuts_by_its_pattern_and_ends_a_text_with_its_last_token():
    gpt2 = cuts.load()["GPT-2"]
    assert gpt2.encode("Exeunt.<|endoftext|>A wood.").count(50_256) == 1
    for text in gpt2.sentences:
        starts = {0} | {match.end() for match in regex.finditer(SPLIT, text)}
        ends, length = set(), 0
        for token in gpt2.token_bytes(gpt2.encode(text)):
            length += len(token)
            ends.add(length)
        if "<|" not in text:
            assert {len(text[:start].encode()) for start in starts} <= ends | {0}


def test_known_numbers_of_gpt2():
    assert cuts.load()["GPT-2"].pieces("strawberry") == ["st", "raw", "berry"]
    assert cuts.load()["GPT-2"].encode(" strawberry") == [41236]


def test_what_was_not_recorded_is_refused():
    gpt4 = cuts.load()["GPT-4"]
    with pytest.raises(ValueError, match="must be one of the 14 recorded for GPT-4; got 'plum'"):
        gpt4.encode("plum")
    with pytest.raises(ValueError, match="must stand in a sentence recorded for GPT-4; got -1"):
        gpt4.token_bytes([-1])
