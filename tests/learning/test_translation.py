"""Translation: a small Transformer learns pairs by heart, and is judged word for word."""

import pytest
import torch

from helpers.learning import translation
from helpers.models.transformer import Transformer, TransformerConfig
from helpers.text.tasks import number_words
from helpers.text.tasks.pairs import END, PAD, START, Pairs


def new_model():
    torch.manual_seed(0)
    V = number_words.tokenizer().vocab_size
    return Transformer(TransformerConfig(V, 1, 2, 32, dropout=0.0))


@pytest.fixture(scope="module")
def learned():
    """A model that has learned forty numbers by heart."""
    model, pairs = new_model(), number_words.pairs(range(0, 4_000, 100))
    losses = translation.train(
        model, pairs, steps=150, batch_size=40, lr=1e-2, seed=1, progress=False
    )
    return model, pairs, losses


def test_it_learns_forty_numbers_by_heart(learned):
    model, pairs, losses = learned
    assert losses[0] > 3 and losses[-1] < 0.1
    assert translation.exact_match(model, pairs) > 0.9


def test_the_decoder_is_given_the_words_before_and_asked_for_the_next(monkeypatch):
    model, asked = new_model(), []
    monkeypatch.setattr(
        model, "forward", lambda *args: asked.append(args) or Transformer.forward(model, *args)
    )
    pairs = number_words.pairs([21])
    translation.train(model, pairs, steps=1, batch_size=2, lr=1e-3, progress=False)
    ((source, idx, targets),) = asked
    twenty, one = number_words.tokenizer().encode("twenty one")
    assert source.tolist() == [pairs.sources[0].tolist()] * 2
    assert idx.tolist() == [[START, twenty, one]] * 2
    assert targets.tolist() == [[twenty, one, END]] * 2


class Parrot(torch.nn.Module):
    """Writes for every source the target that a table gives it."""

    def __init__(self, pairs):
        super().__init__()
        self.targets = pairs.targets

    def encode(self, source):
        return source, None

    def decode(self, idx, memory, visible):
        wanted = self.targets[: len(idx), idx.shape[1]].clamp(min=0)
        return torch.nn.functional.one_hot(wanted, 10).float()[:, None].expand(-1, idx.shape[1], -1)


def test_exact_match_counts_the_rows_without_any_mistake():
    truth = torch.tensor(
        [[START, 5, END, PAD], [START, 5, 6, END], [START, 7, 8, END], [START, 7, END, PAD]]
    )
    written = truth.clone()
    written[1, 2] = 9  # a wrong word
    written[3] = torch.tensor([START, 7, 7, END])  # a word too many
    pairs, model = Pairs(torch.ones(4, 1).long(), truth), Parrot(Pairs(truth, written))
    assert translation.right(model, pairs).tolist() == [True, False, True, False]
    assert translation.exact_match(model, pairs) == 0.5


def test_a_target_that_ends_too_early_is_wrong():
    truth = torch.tensor([[START, 5, 6, END], [START, 5, 6, END]])
    written = torch.tensor([[START, 5, END, PAD]] * 2)
    pairs, model = Pairs(torch.ones(2, 1).long(), truth), Parrot(Pairs(truth, written))
    assert translation.exact_match(model, pairs) == 0
