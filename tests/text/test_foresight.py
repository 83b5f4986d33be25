"""Foresight: one reading gives the exact distribution before every character."""

import pytest
import torch
from torch.testing import assert_close

from helpers.text import playwright
from helpers.text.playwright.foresight import next_probs
from helpers.text.tokenizers import CharTokenizer

TOKENIZER = CharTokenizer(playwright.characters())
TEXT = playwright.write(3000, seed=5)[:1500]


def test_it_is_the_distribution_after_every_beginning():
    probs = next_probs(TEXT, TOKENIZER)
    for n in [*range(0, 1500, 83), 1499]:
        expected = torch.zeros(TOKENIZER.vocab_size, dtype=torch.float64)
        for character, p in playwright.next_char_probs(TEXT[:n]).items():
            expected[TOKENIZER.encode(character)] = p
        assert_close(probs[n], expected)


@pytest.mark.parametrize("length", [1, 40, 41, 42, 300, 1500])
def test_what_stands_there_has_its_surprisal_wherever_the_text_stops(length):
    probs, ids = next_probs(TEXT[:length], TOKENIZER), torch.tensor(TOKENIZER.encode(TEXT[:length]))
    bits = -probs[torch.arange(length), ids].log2()
    assert_close(bits, torch.tensor(playwright.surprisals(TEXT[:length]), dtype=torch.float64))
    assert_close(probs.sum(1), torch.ones(length, dtype=torch.float64))


def test_a_text_that_the_playwright_cannot_write_is_refused():
    with pytest.raises(ValueError, match="must be the beginning"):
        next_probs("To be, or not to be", TOKENIZER)
