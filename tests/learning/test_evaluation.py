"""Evaluation: the same windows every time, and a measure that is 0 for the truth itself."""

import math
import re

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning import evaluation
from helpers.learning.evaluation import evaluate, excess, token_losses
from helpers.models.bigram import Bigram, BigramConfig
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.bpe import BPETokenizer
from helpers.text.tokenizers import CharTokenizer

TOKENIZER = CharTokenizer(playwright.characters())
BLOCK = 8


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(BLOCK, 11, n_layer=1, n_head=2, n_embd=12, dropout=0.5))


@pytest.fixture
def ids():
    """Five windows of 8 and their last target."""
    return torch.randint(11, (41,), generator=torch.Generator().manual_seed(0))


class Oracle(nn.Module):
    """A model that finds its window in the text it knows and gives P(next) from a function."""

    def __init__(self, text, next_probs, block_size=32):
        super().__init__()
        self.text, self.next_probs, self.config = text, next_probs, BigramConfig(61, block_size)
        self.device_marker = nn.Parameter(torch.zeros(1))

    def forward(self, idx):
        return torch.stack([self.window_logits(TOKENIZER.decode(row)) for row in idx]), None

    def window_logits(self, window):
        start = self.text.index(window)
        logits = torch.full((len(window), TOKENIZER.vocab_size), -math.inf)
        for t, row in enumerate(logits, start=start + 1):
            for character, p in self.next_probs(self.text, t).items():
                row[TOKENIZER.encode(character)] = math.log(p)
        return logits


# The loss


def test_the_loss_is_the_mean_over_all_windows_side_by_side(model, ids):
    x, y = ids[:-1].view(5, BLOCK), ids[1:].view(5, BLOCK)
    expected = model.eval()(x, y)[1].item()
    assert evaluate(model, ids) == pytest.approx(expected, rel=1e-6)


def test_every_loss_belongs_to_the_token_after_its_place(model, ids):
    starts, losses = token_losses(model.eval(), ids)
    assert starts.tolist() == [0, 8, 16, 24, 32] and losses.shape == (5, BLOCK)
    # Window 2, place 3: read tokens 16 … 19, judge token 20.
    probs = model(ids[None, 16:20])[0][0, -1].softmax(-1)
    assert_close(losses[2, 3], -probs[ids[20]].log())


def test_the_loss_is_the_same_every_time_whatever_the_seed(model, ids):
    model.train()
    losses = []
    for seed in range(3):
        torch.manual_seed(seed)
        losses.append(evaluate(model, ids))
    assert losses[0] == losses[1] == losses[2]


@pytest.mark.parametrize("training", [True, False])
def test_dropout_rests_while_evaluating_and_the_mode_comes_back(model, ids, training):
    expected = evaluate(model.eval(), ids)
    assert evaluate(model.train(training), ids) == expected
    assert model.training == training


def test_the_mode_comes_back_when_evaluation_fails(model):
    with pytest.raises(ValueError, match="own tokenizer"):
        evaluate(model.train(), torch.full((41,), 11))  # no such token
    assert model.training


def test_no_gradient_is_kept(model, ids):
    assert not token_losses(model, ids)[1].requires_grad


def test_fewer_tokens_are_fewer_windows_from_start_to_end(model, ids):
    starts, losses = token_losses(model, ids, at_most=3)
    assert starts.tolist() == [0, 16, 32]
    assert evaluate(model, ids, tokens=3 * BLOCK) == losses.mean().item()
    assert evaluate(model, ids, tokens=1) == token_losses(model, ids, at_most=1)[1].mean().item()


def test_many_windows_are_read_in_parts_without_a_difference(model, ids, monkeypatch):
    whole = token_losses(model, ids)
    monkeypatch.setattr(evaluation, "TOKENS_AT_ONCE", 2 * BLOCK)
    assert_close(token_losses(model, ids), whole)


def test_a_text_without_a_whole_window_is_refused(model):
    with pytest.raises(ValueError, match="longer than block_size = 8 .* got 8 tokens"):
        evaluate(model, torch.zeros(BLOCK, dtype=torch.int64))


# The excess over the truth


@pytest.fixture(scope="module")
def short_text():
    return playwright.write(600, seed=4)


def test_the_truth_itself_has_no_excess(short_text):
    def truth(text, t):
        return playwright.next_char_probs(text[:t])

    mean, error = excess(Oracle(short_text, truth), TOKENIZER, short_text)
    assert mean == pytest.approx(0, abs=1e-6) and error == pytest.approx(0, abs=1e-6)


def test_a_model_that_sees_the_answer_falls_below_the_floor(short_text):
    def leak(text, t):
        return {text[t]: 1.0}

    mean, error = excess(Oracle(short_text, leak), TOKENIZER, short_text)
    # What it saves is all that the truth pays: ln 2 times the bits of the second halves.
    bits = playwright.surprisals(short_text)
    n_windows = (len(short_text) - 1) // 32
    scored = [bits[32 * w + t + 1] for w in range(n_windows) for t in range(16, 32)]
    assert mean == pytest.approx(-math.log(2) * sum(scored) / len(scored), rel=1e-5)
    assert mean < -4 * error


def test_guessing_has_an_excess_of_ln_v_minus_the_entropy():
    text = playwright.write(100_000, seed=5)
    uniform = Bigram(BigramConfig(TOKENIZER.vocab_size, block_size=32))
    mean, error = excess(uniform, TOKENIZER, text)
    expected = math.log(TOKENIZER.vocab_size) - math.log(2) * playwright.entropy_rate()
    assert abs(mean - expected) < 4 * error
    assert error < 0.01


def test_the_excess_of_the_bigram_is_its_floor_minus_the_entropy():
    learned_from, text = playwright.write(1_000_000, seed=6), playwright.write(100_000, seed=7)
    counted = Bigram.from_counts(torch.tensor(TOKENIZER.encode(learned_from)), 60)
    mean, error = excess(counted, TOKENIZER, text)
    expected = math.log(2) * (playwright.bigram_entropy() - playwright.entropy_rate())
    # A table counted on 1 MB lies at most .01 nats above its floor.
    assert expected - 4 * error < mean < expected + 0.01 + 4 * error


def test_the_excess_of_a_foreign_text_is_refused():
    text = "To be, or not to be, that is the question." * 10
    with pytest.raises(ValueError, match="something the grammar can write; at position"):
        excess(Bigram(BigramConfig(60)), TOKENIZER, text)


def test_one_window_has_no_standard_error(short_text):
    uniform = Bigram(BigramConfig(TOKENIZER.vocab_size, block_size=len(short_text) - 1))
    with pytest.raises(ValueError, match="at least two windows"):
        excess(uniform, TOKENIZER, short_text)


class Pairs:
    """A tokenizer of three tokens: "a", "ab", " "."""

    texts, vocab_size = ("a", "ab", " "), 3

    def encode(self, text):
        return [self.texts.index(piece) for piece in re.findall("ab|a| ", text)]

    def decode(self, ids):
        return "".join(self.texts[i] for i in ids)


def test_a_token_pays_for_all_its_characters(monkeypatch):
    # Thirteen tokens; the truth pays 1 bit for every character.
    text = "ab" + "a" + "ab" * 3 + "a" * 4 + "ab" * 4
    monkeypatch.setattr(playwright, "surprisals", lambda text: [1.0] * len(text))
    uniform = Bigram(BigramConfig(3, block_size=4))
    nn.init.zeros_(uniform.table.weight)
    mean, error = excess(uniform, Pairs(), text)
    # Of windows of 4 the last two targets are judged: tokens 3 and 4, 7 and 8, 11 and 12, which
    # are ab ab, a a, ab ab: 10 characters, six times ln 3.
    assert mean == pytest.approx(6 * math.log(3) / 10 - math.log(2))
    left = [2 * math.log(3) - n * math.log(2) - mean * n for n in (4, 2, 4)]
    spread = math.sqrt(sum(value**2 for value in left) / 2)  # their mean is 0
    assert error == pytest.approx(spread / (10 / 3) / math.sqrt(3))


def test_the_excess_of_a_token_model_is_that_of_the_characters_it_spells():
    # A model of single characters and a tokenizer without merges are the same thing.
    text = playwright.write(3_000, seed=1)
    bpe = BPETokenizer.train(text, 256)
    uniform = Bigram(BigramConfig(256, block_size=16))
    nn.init.zeros_(uniform.table.weight)
    chars = Bigram(BigramConfig(TOKENIZER.vocab_size, block_size=16))
    nn.init.zeros_(chars.table.weight)
    more = math.log(256) - math.log(TOKENIZER.vocab_size)
    bytes_, letters = excess(uniform, bpe, text), excess(chars, TOKENIZER, text)
    assert bytes_[0] == pytest.approx(letters[0] + more) and bytes_[1] == pytest.approx(letters[1])
