"""Pairs: words are tokens, targets begin and end, what is short is filled up."""

import pytest
import torch

from helpers.text.tasks.pairs import END, PAD, SPECIAL, START, Pairs, WordTokenizer, padded

TOKENIZER = WordTokenizer(["a", "b", "c"])


def test_words_follow_the_special_tokens_and_come_back():
    assert TOKENIZER.tokens == ["<pad>", "<start>", "<end>", "a", "b", "c"]
    assert TOKENIZER.vocab_size == 6 and TOKENIZER.encode("c a  b") == [5, 3, 4]
    assert TOKENIZER.decode(torch.tensor([START, 5, 3, END, PAD])) == "c a"


def test_a_word_named_twice_is_one_token():
    assert WordTokenizer(["a", "b", "a"]).tokens == [*SPECIAL, "a", "b"]


def test_an_unknown_word_is_named():
    with pytest.raises(ValueError, match="one of the 6 tokens; got 'd'. Try words such as 'a b c'"):
        TOKENIZER.encode("a d")


def test_a_target_begins_and_ends_and_short_rows_are_filled_up_by_hand():
    pairs = Pairs.from_texts(["a", "b c a"], ["c c", "b"], TOKENIZER)
    assert pairs.sources.tolist() == [[3, PAD, PAD], [4, 5, 3]]
    assert pairs.targets.tolist() == [[START, 5, 5, END], [START, 4, END, PAD]]
    assert len(pairs) == 2 and pairs[1:].sources.tolist() == [[4, 5, 3]]


def test_a_sample_draws_whole_pairs_again_and_again_the_same():
    pairs = Pairs(torch.arange(10)[:, None], 10 * torch.arange(10)[:, None])
    one, other = (pairs.sample(500, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.sources, other.sources)
    assert torch.equal(one.targets, 10 * one.sources)
    assert set(one.sources.flatten().tolist()) == set(range(10))


def test_rows_of_equal_length_need_no_padding():
    assert padded([[7], [8]]).tolist() == [[7], [8]] and padded([[7]]).dtype == torch.int64


@pytest.mark.parametrize(("sources", "targets"), [(["a"], []), ([], [])])
def test_a_source_without_a_target_is_refused(sources, targets):
    with pytest.raises(ValueError, match="Every source must have its target"):
        Pairs.from_texts(sources, targets, TOKENIZER)
