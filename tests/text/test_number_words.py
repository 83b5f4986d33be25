"""Numbers in words: every one of them right, checked by reading it back another way."""

import pytest

from helpers.text.tasks import number_words

VALUES = {word: i for i, word in enumerate(number_words.UNITS)}
VALUES |= {word: 10 * i for i, word in enumerate(number_words.TENS, start=2)}


def value(words):
    """The number that words say: small ones add up, "hundred" and "thousand" multiply."""
    total = part = 0
    for word in words.split():
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = 1000 * part, 0
        else:
            part += VALUES[word]
    return total + part


def test_every_number_reads_back():
    assert all(value(number_words.in_words(n)) == n for n in range(10_000))


def test_no_two_numbers_are_spoken_alike():
    assert len({number_words.in_words(n) for n in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "zero"),
        (10, "ten"),
        (19, "nineteen"),
        (20, "twenty"),
        (100, "one hundred"),
        (1_000, "one thousand"),
        (1_010, "one thousand ten"),
        (4_096, "four thousand ninety six"),
        (9_999, "nine thousand nine hundred ninety nine"),
    ],
)
def test_words_by_hand(n, words):
    assert number_words.in_words(n) == words


@pytest.mark.parametrize("n", [7, 13, 40, 305, 2_000, 7_214, 9_086])
def test_a_word_comes_from_the_digits_that_it_says(n):
    digits = str(n)
    named = [(word, places) for word, places in number_words.spelled(n) if word in VALUES]
    assert {w for w, places in number_words.spelled(n) if not places} <= {"hundred", "thousand"}
    for word, places in named:
        said = int("".join(digits[place] for place in places))
        assert VALUES[word] in (said, 10 * said)


def test_the_digits_that_each_word_says_by_hand():
    spoken = number_words.spoken_digits([4_015, 7])
    assert spoken.shape == (2, 3, 4)
    assert spoken[0].int().tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1]]
    assert spoken[1].int().tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_digits_are_words_of_their_own():
    assert number_words.in_digits(4_096) == "4 0 9 6" and number_words.in_digits(0) == "0"


def test_the_vocabulary_has_just_the_words_that_are_needed():
    words = {word for n in range(10_000) for word in number_words.in_words(n).split()}
    needed = words | set("0123456789")
    assert set(number_words.tokenizer().tokens[3:]) == needed and len(needed) == 40


def test_pairs_are_the_numbers_in_digits_and_in_words():
    pairs, tokenizer = number_words.pairs([4_096, 7]), number_words.tokenizer()
    assert [tokenizer.decode(row) for row in pairs.sources] == ["4 0 9 6", "7"]
    assert [tokenizer.decode(row) for row in pairs.targets] == ["four thousand ninety six", "seven"]


def test_what_is_held_out_is_not_learned_and_nothing_is_lost():
    learned, asked = number_words.split(held_out=0.1)
    assert len(asked) == 1_000 and min(asked) >= 100
    assert sorted(learned + asked) == list(range(10_000))
    assert number_words.split(0.1)[1] == asked != number_words.split(0.1, seed=1)[1]


@pytest.mark.parametrize("n", [-1, 10_000, 4.0, "7", True])
def test_other_numbers_are_refused(n):
    with pytest.raises(ValueError, match="whole number in 0 … 9999; got .*Try 4096"):
        number_words.in_words(n)


@pytest.mark.parametrize("share", [0, 0.995, -1])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(ValueError, match="share between 0 and 0.98"):
        number_words.split(share)
