"""Decoding: a beam of width 1 is greedy, a beam as wide as the world finds everything."""

import itertools

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning.decoding import beam, greedy
from helpers.models.transformer import Transformer, TransformerConfig
from helpers.text.tasks.pairs import END, PAD, START

V, LONGEST = 5, 3


@pytest.fixture
def model():
    torch.manual_seed(2)  # its targets have lengths from 1 to 3
    model = Transformer(TransformerConfig(V, n_layer=1, n_head=2, n_embd=16))
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    return model  # in training mode, with dropout


@pytest.fixture
def sources():
    return torch.randint(3, V, (40, 4), generator=torch.Generator().manual_seed(0))


def all_targets():
    """Every sequence of at most 3 tokens that ends with END, or has not ended by then."""
    for n in range(LONGEST):
        for tokens in itertools.product([t for t in range(V) if t != END], repeat=n):
            yield [START, *tokens, END]
    for tokens in itertools.product([t for t in range(V) if t != END], repeat=LONGEST):
        yield [START, *tokens]


@torch.no_grad()
def log_prob(model, source, tokens):
    idx = torch.tensor([tokens])
    log_probs = model.eval()(source, idx[:, :-1])[0].log_softmax(-1)
    return log_probs.gather(-1, idx[:, 1:, None]).sum().item()


def by_hand(model, source):
    """Greedy as a loop over one source that computes everything anew."""
    tokens = [START]
    while tokens[-1] != END and len(tokens) <= LONGEST:
        tokens.append(model.eval()(source, torch.tensor([tokens]))[0][0, -1].argmax().item())
    return tokens


def test_greedy_takes_the_likeliest_token_each_time(model, sources):
    written = greedy(model, sources, LONGEST)
    rows = [by_hand(model, source[None]) for source in sources]
    for row, expected in zip(written.tolist(), rows, strict=True):
        assert row == expected + [PAD] * (written.shape[1] - len(expected))
    assert len(set(map(len, rows))) > 1  # some end early, and are filled up


def test_greedy_stops_when_all_have_ended(model, sources):
    rows = greedy(model, sources, LONGEST)
    ended = (rows == END).any(1) & ((rows == END).float().argmax(1) == 1)
    assert ended.any() and greedy(model, sources[ended], 50).shape[1] == 2


def test_a_beam_of_width_1_is_greedy(model, sources):
    for source in sources.split(1):
        (only,) = beam(model, source, width=1, max_new_tokens=LONGEST)
        assert only.tokens == by_hand(model, source)
        assert only.log_prob == pytest.approx(log_prob(model, source, only.tokens), abs=1e-5)


def test_a_beam_as_wide_as_there_are_targets_finds_them_all(model, sources):
    source = sources[:1]
    expected = {tuple(t): log_prob(model, source, t) for t in all_targets()}
    found = beam(model, source, width=len(expected), max_new_tokens=LONGEST)
    assert {tuple(h.tokens) for h in found} == set(expected)
    assert_close(
        torch.tensor([h.log_prob for h in found]),
        torch.tensor(sorted(expected.values(), reverse=True)),
    )
    assert sum(2.718281828459045**h.log_prob for h in found) == pytest.approx(1, abs=1e-4)


def test_a_beam_finds_what_greedy_overlooks():
    # P(a) = .6, then four continuations with .25 each; P(b) = .4, then END for sure: greedy begins
    # with a and gets .15, the likeliest target is b with .4.
    toy = Toy({(): {3: 0.6, 4: 0.4}, (4,): {END: 1.0}, (3,): {5: 0.25, 6: 0.25, 7: 0.25, 8: 0.25}})
    assert greedy(toy, torch.zeros(1, 1, dtype=torch.int64), 3)[0, :3].tolist() == [START, 3, 5]
    best = beam(toy, torch.zeros(1, 1, dtype=torch.int64), width=2, max_new_tokens=3)[0]
    assert best.tokens == [START, 4, END] and best.log_prob == pytest.approx(-0.916291)


class Toy(nn.Module):
    """A decoder from a table: written tokens -> P(next); what is not in the table ends."""

    def __init__(self, table):
        super().__init__()
        self.table = table

    def encode(self, source):
        return source[..., None], None

    def decode(self, idx, memory, visible):
        logits = torch.full((*idx.shape, 9), float("-inf"))
        for b, row in enumerate(idx.tolist()):
            for token, p in self.table.get(tuple(row[1:]), {END: 1.0}).items():
                logits[b, -1, token] = torch.tensor(p).log()
        return logits


def test_an_ended_hypothesis_stays_as_it_is(model, sources):
    for h in beam(model, sources[:1], width=20, max_new_tokens=6):
        assert h.tokens.count(END) == (h.tokens[-1] == END) and (
            h.tokens[-1] == END or len(h.tokens) == 7
        )


def test_the_source_is_read_once(model, sources):
    calls = []
    model.encoder.register_forward_hook(lambda *_: calls.append(1))
    greedy(model, sources, LONGEST)
    beam(model, sources[:1], 4, LONGEST)
    assert len(calls) == 2


@pytest.mark.parametrize("training", [True, False])
def test_decoding_is_without_dropout_and_restores_the_mode(model, sources, training):
    model.train(training)
    assert torch.equal(greedy(model, sources, 3), greedy(model, sources, 3))
    assert beam(model, sources[:1], 3, 3) == beam(model, sources[:1], 3, 3)
    assert model.training == training


def test_several_sources_or_an_empty_beam_are_refused(model, sources):
    with pytest.raises(ValueError, match=r"one source \(1, S\) at a time; got shape \(2, 4\)"):
        beam(model, sources[:2], 2, 3)
    with pytest.raises(ValueError, match="width must be a whole number ≥ 1; got 0"):
        beam(model, sources[:1], 0, 3)
