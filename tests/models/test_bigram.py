"""The bigram: counted, learned, and as good as it can be on a text whose floor is known."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import training
from helpers.learning.evaluation import token_losses
from helpers.models.bigram import Bigram, BigramConfig, count_pairs
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer

TOKENIZER = CharTokenizer(playwright.characters())
FLOOR = playwright.bigram_entropy() * math.log(2)  # nats per character


def ids_of(n_chars, seed):
    return torch.tensor(TOKENIZER.encode(playwright.write(n_chars, seed)))


@pytest.fixture(scope="module")
def counted():
    """The table of 1 MB of text."""
    return Bigram.from_counts(ids_of(1_000_000, seed=1), TOKENIZER.vocab_size)


@pytest.fixture(scope="module")
def fresh_ids():
    return ids_of(300_000, seed=2)


def test_pairs_are_counted_by_hand():
    # a b b a b: ab twice, bb once, ba once
    counts = count_pairs(torch.tensor([0, 1, 1, 0, 1]), vocab_size=3)
    assert counts.tolist() == [[0, 2, 0], [1, 1, 0], [0, 0, 0]]


def test_the_table_is_the_counted_conditional_probability():
    model = Bigram.from_counts(torch.tensor([0, 1, 1, 0, 1]), vocab_size=3, pseudocount=1.0)
    # (n(a, b) + 1) / (n(a) + 3)
    expected = torch.tensor([[1, 3, 1], [2, 2, 1], [1, 1, 1]]) / torch.tensor([[5.0], [5], [3]])
    logits, _ = model(torch.tensor([[0, 1, 2]]))
    assert_close(logits.softmax(-1)[0], expected)
    assert_close(logits.exp().sum(-1), torch.ones(1, 3))  # they are log probabilities already


def test_a_pair_never_seen_stays_possible():
    model = Bigram.from_counts(torch.tensor([0, 1]), vocab_size=3)
    assert torch.isfinite(model.table.weight).all()


def test_the_loss_is_that_of_the_table_by_hand():
    model = Bigram.from_counts(torch.tensor([0, 1, 1, 0, 1]), vocab_size=3, pseudocount=1.0)
    _, loss = model(torch.tensor([[0, 1]]), torch.tensor([[1, 2]]))
    assert loss.item() == pytest.approx(-(math.log(3 / 5) + math.log(1 / 5)) / 2)


def test_only_the_last_token_counts():
    model = Bigram(BigramConfig(5))
    torch.nn.init.normal_(model.table.weight)
    logits, loss = model(torch.tensor([[3, 1, 2], [0, 4, 2]]))
    assert_close(logits[0, 2], logits[1, 2])
    assert loss is None


def test_before_training_every_token_is_equally_likely():
    idx = torch.randint(61, (4, 8))
    loss = Bigram(BigramConfig(61))(idx, idx)[1]
    assert loss.item() == pytest.approx(math.log(61))


def test_the_counted_table_lands_on_the_exact_floor(counted, fresh_ids):
    _, losses = token_losses(counted, fresh_ids)
    # About 760 pairs occur: 700 free parameters cost 700 / 2 / 10⁶ nats, far less than .01. The
    # standard error is that of the mean of thousand parts, since neighbours depend on each other.
    parts = torch.stack([part.mean() for part in losses.flatten().chunk(1_000)])
    error = parts.std().item() / math.sqrt(len(parts))
    assert FLOOR - 4 * error < losses.mean().item() < FLOOR + 0.01
    assert error < 0.0025  # a long text: the lower bound is a sharp one


def test_the_counted_table_is_best_on_its_own_text(counted):
    _, losses = token_losses(counted, ids_of(1_000_000, seed=1))
    assert losses.mean().item() == pytest.approx(FLOOR, abs=0.01)


def test_a_learned_table_approaches_the_counted_one(counted, fresh_ids):
    model = Bigram(BigramConfig(TOKENIZER.vocab_size))
    training.train(
        model,
        ids_of(300_000, seed=3),
        fresh_ids,
        steps=250,
        batch_size=256,
        lr=0.3,
        weight_decay=0.0,
        progress=False,
    )
    counted_loss = token_losses(counted, fresh_ids)[1].mean().item()
    learned_loss = token_losses(model, fresh_ids)[1].mean().item()
    assert counted_loss < learned_loss < counted_loss + 0.02
