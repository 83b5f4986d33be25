"""The simple byte-pair encoding: by hand, and equal to the fast one in every merge and every id."""

import itertools
import random
from collections import Counter

import pytest
import regex

from helpers.text import merges, playwright, simple_bpe
from helpers.text.bpe import SPLIT, BPETokenizer


def random_text(rng, longest):
    """A row of few letters: long words, in which every merge competes with every other."""
    letters = rng.choice(["a", "ab", "abc", "ab ", "aé ", "ab\n猫"])
    return "".join(rng.choice(letters) for _ in range(rng.randrange(2, longest)))


def test_by_hand():
    # "ab" stands in "ab ab abc bc" three times, "bc" twice, " a" twice. After the merge of "ab":
    # " ab" twice (" a" is gone), "abc" once, " b" once, "bc" once; " ab" is next.
    learned = simple_bpe.train("ab ab abc bc", 2)
    assert learned == [(b"a", b"b"), (b" ", b"ab")]
    assert simple_bpe.vocabulary(learned)[256:] == [b"ab", b" ab"]
    assert simple_bpe.encode("ab abc", learned) == [256, 257, ord("c")]
    assert simple_bpe.decode([256, 257, ord("c")], learned) == "ab abc"


def test_among_equals_the_first_in_byte_order_is_merged():
    assert simple_bpe.train("zy.ba", 1) == [(b"b", b"a")]


def test_a_text_with_nothing_left_to_merge_gives_fewer_merges():
    assert simple_bpe.train("ab", 10) == [(b"a", b"b")] and simple_bpe.train("", 10) == []


@pytest.mark.parametrize("seed", range(3))
def test_corrected_counts_give_the_merges_of_counting_anew(seed):
    text = playwright.write(3000, seed) + random_text(random.Random(seed), 2000)
    words = Counter(piece.encode() for piece in regex.findall(SPLIT, text))
    assert list(itertools.islice(merges.learn(words), 150)) == simple_bpe.train(text, 150)


@pytest.mark.parametrize("seed", range(100))
def test_the_fast_one_has_the_same_tokens_and_the_same_ids(seed):
    rng = random.Random(seed)
    learned = simple_bpe.train(random_text(rng, 300), rng.randrange(1, 60))
    tokens = simple_bpe.vocabulary(learned)
    fast = BPETokenizer(tokens)
    for _ in range(20):
        text = random_text(rng, 60)
        ids = simple_bpe.encode(text, learned)
        assert ids == fast.encode(text)
        assert simple_bpe.decode(ids, learned) == fast.decode(ids) == text


@pytest.mark.parametrize("seed", range(20))
def test_a_training_to_as_many_tokens_gives_the_same_vocabulary(seed):
    rng = random.Random(seed)
    text = random_text(rng, 300) + playwright.write(500, seed)
    tokens = simple_bpe.vocabulary(simple_bpe.train(text, rng.randrange(1, 60)))
    assert BPETokenizer.train(text, len(tokens)).tokens == tokens


def test_bytes_that_are_no_character_show_as_such():
    assert simple_bpe.decode("é".encode()[:1], []) == "�"


def test_what_merges_touch_grows_as_the_length_of_a_word_does():
    def touched(length):
        word = bytes(random.Random(0).choices(b"abcd", k=length))
        chain = merges.Chain({word: 1})
        return sum(len([*chain.merge(p)]) for p in itertools.islice(merges.learn({word: 1}), 64))

    assert touched(40_000) < 2.2 * touched(20_000) < 2.2 * 5 * 20_000  # five pairs for each join
