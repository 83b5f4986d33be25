"""Counting contexts of any length: by hand, by brute force, and against the bigram."""

from collections import Counter

import pytest
import torch

from helpers.models.bigram import Bigram
from helpers.models.ngrams import NGrams
from helpers.text import batches, playwright
from helpers.text.tokenizers import CharTokenizer


@pytest.fixture(scope="module")
def text():
    """Training and fresh tokens of a small Playwright, and the size of the vocabulary."""
    tokenizer = CharTokenizer.from_text(playwright.write(60_000, 0))
    ids = tokenizer.encode(playwright.write(60_000, 0))
    return *batches.split(ids), tokenizer.vocab_size


def test_a_short_text_by_hand():
    # 0 1 0 1 1: after 0 comes 1 (twice); after 1 comes 0 once and 1 once; three ones of five.
    grams = NGrams(torch.tensor([0, 1, 0, 1, 1]), 2, longest=1, weight=1.0)
    alone = (3 + 1 / 2) / (5 + 1)
    after_0, after_1 = (2 + alone) / (2 + 1), (1 + alone) / (2 + 1)
    assert grams.next_probs(torch.tensor([0]))[1].item() == pytest.approx(after_0)
    assert grams.next_probs(torch.tensor([0, 1]))[1].item() == pytest.approx(after_1)
    assert grams.next_probs(torch.tensor([], dtype=torch.long))[1].item() == pytest.approx(alone)


def test_counts_are_those_of_a_walk_through_the_text(text):
    train, _, V = text
    grams = NGrams(train, V, longest=3)
    walk = Counter(tuple(window) for window in train.unfold(0, 4, 1).tolist())
    windows = torch.tensor([sum(t * V ** (3 - i) for i, t in enumerate(w)) for w in walk])
    assert grams.count(3, windows, windows + 1).tolist() == list(walk.values())


def test_every_row_sums_to_one(text):
    train, fresh, V = text
    grams = NGrams(train, V, longest=5)
    for end in (0, 1, 4, 9, 300):
        assert grams.next_probs(fresh[:end]).sum().item() == pytest.approx(1)


def test_one_character_of_context_is_the_bigram(text):
    train, _, V = text
    table = Bigram.from_counts(train, V, pseudocount=1e-9).table.weight.softmax(-1)
    grams = NGrams(train, V, longest=1, weight=1e-9)
    for last in (3, 20, 41):
        row = grams.next_probs(torch.tensor([last])).float()
        torch.testing.assert_close(row, table[last], atol=1e-6, rtol=0)


def test_the_losses_are_those_of_next_probs_and_fall_to_a_point(text):
    train, fresh, V = text
    grams = NGrams(train, V, longest=4)
    paid = [-grams.next_probs(fresh[i - 4 : i])[fresh[i]].log() for i in range(4, 300)]
    losses = grams.losses(fresh[:300])
    assert losses[-1] == pytest.approx(torch.stack(paid).mean().item())
    assert losses[0] > losses[1] + 0.5 > losses[2] + 0.5


def test_its_own_text_is_known_by_heart_with_little_weight(text):
    train, fresh, V = text
    grams = NGrams(train, V, longest=8, weight=0.01)
    assert grams.losses(train[:5000])[8] < 0.3 < grams.losses(fresh)[8] / 3


@pytest.mark.parametrize(("longest", "length"), [(10, 100), (3, 3), (0, 0)])
def test_windows_that_do_not_fit_are_refused(longest, length):
    with pytest.raises(ValueError, match="must (fit into the text.*Try longest=2|be a tensor)"):
        NGrams(torch.zeros(length, dtype=torch.long), 100, longest=longest)
