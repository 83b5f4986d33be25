"""Beam search: greedy at width 1, everything at full width, and honest in between."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning.beam import Hypothesis, beam_search, search
from helpers.learning.sampling import generate
from helpers.models.bigram import Bigram
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, BLOCK = 5, 6


@pytest.fixture(scope="module")
def model():
    """A GPT that is sure of its guesses, and dropout that would show."""
    torch.manual_seed(1)
    config = GPTConfig(BLOCK, V, n_layer=2, n_head=2, n_embd=8, dropout=0.9, tied=False)
    model = GPT(config).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    return model


def score(model, tokens, start):
    """ln P(tokens[start:] | tokens[:start]), one whole reading per token."""
    total = 0.0
    for t in range(start, len(tokens)):
        with torch.no_grad():
            logits = model(torch.tensor([tokens[max(0, t - BLOCK) : t]]))[0][0, -1]
        total += logits.double().log_softmax(-1)[tokens[t]].item()
    return total


# The two steps of notebook *Generate*: a .6, then four of .25 each; b .4, then one thing for sure.
A, B, END = 0, 1, 4


def two_steps(texts):
    """ln P(next): (n, S) -> (n, 5)."""
    table = {None: [0.6, 0.4, 0, 0, 0], A: [0.25, 0.25, 0.25, 0.25, 0], B: [0, 0, 0, 0, 1.0]}
    rows = [table[None if len(text) == 1 else text[1]] for text in texts.tolist()]
    return torch.tensor(rows, dtype=torch.float64).log()


def test_width_1_falls_for_the_likelier_beginning_and_width_2_does_not():
    (greedy,) = search(two_steps, [2], width=1, max_new_tokens=2)
    assert greedy.tokens[:2] == [2, A] and math.exp(greedy.log_prob) == pytest.approx(0.15)
    best, *_ = search(two_steps, [2], width=2, max_new_tokens=2)
    assert best.tokens == [2, B, END] and math.exp(best.log_prob) == pytest.approx(0.4)


def test_a_wide_beam_leaves_out_what_is_impossible():
    found = search(two_steps, [2], width=100, max_new_tokens=2)
    assert len(found) == 4 + 1
    assert sum(math.exp(h.log_prob) for h in found) == pytest.approx(1)


@pytest.mark.parametrize("length", [1, 3, BLOCK, BLOCK + 2])
def test_width_1_is_greedy_also_past_the_window(model, length):
    prompt = torch.randint(V, (1, length), generator=torch.Generator().manual_seed(length))
    (found,) = beam_search(model, prompt, 2 * BLOCK, width=1)
    assert found.tokens == generate(model, prompt, 2 * BLOCK, temperature=0)[0].tolist()
    assert found.log_prob == pytest.approx(score(model, found.tokens, length), abs=1e-5)


def test_full_width_finds_every_text_in_order(model):
    start, n = [3, 1], 3
    found = beam_search(model, torch.tensor([start]), n, width=V**n)
    every = [[*start, *text] for text in itertools.product(range(V), repeat=n)]
    expected = {tuple(tokens): score(model, tokens, 2) for tokens in every}
    assert {tuple(h.tokens) for h in found} == expected.keys()
    for h in found:
        assert h.log_prob == pytest.approx(expected[tuple(h.tokens)], abs=1e-5)
    assert_close(sum(math.exp(h.log_prob) for h in found), 1.0)
    assert [h.log_prob for h in found] == sorted((h.log_prob for h in found), reverse=True)


@pytest.mark.parametrize("width", [2, 3, 7])
@pytest.mark.parametrize("length", [2, BLOCK - 1])
def test_the_cache_follows_the_texts_that_stay(model, width, length):
    """With the cache as without, also when beams swap places and when the window slides."""
    prompt = torch.randint(V, (1, length), generator=torch.Generator().manual_seed(0))

    def whole(texts):
        return model(texts[:, -BLOCK:])[0][:, -1].log_softmax(-1)

    found = beam_search(model, prompt, 8, width)
    with torch.no_grad():
        expected = search(whole, prompt[0].tolist(), width, 8)
    assert [h.tokens for h in found] == [h.tokens for h in expected]
    for h in found:
        assert h.log_prob == pytest.approx(score(model, h.tokens, length), abs=1e-5)


def test_the_beams_do_swap_places(model):
    """So the test above means something: the best text does not always grow from the best."""
    swaps = 0
    for start in range(V):
        prompt = torch.tensor([[start, 2]])
        best = [beam_search(model, prompt, n, 3)[0].tokens for n in range(1, BLOCK)]
        swaps += sum(longer[:-1] != shorter for shorter, longer in itertools.pairwise(best))
    assert swaps > 0


# Ends and lengths


def coin(texts):
    """Three tokens: 0 goes on (.6), 1 goes on (.1), 2 ends (.3), whatever came before."""
    return torch.tensor([0.6, 0.1, 0.3], dtype=torch.float64).log().expand(len(texts), 3)


def test_a_finished_text_stays_in_the_race_and_is_not_continued():
    found = search(coin, [0], width=3, max_new_tokens=3, end=2)
    # .6·.6·.6 = .216 < .3; .6·.3 = .18 (ends); .6·.6·.3 = .108
    assert [h.tokens for h in found] == [[0, 2], [0, 0, 0, 0], [0, 0, 2]]
    assert [math.exp(h.log_prob) for h in found] == pytest.approx([0.3, 0.216, 0.18])


def test_a_prompt_that_holds_the_end_is_continued():
    assert search(coin, [2], width=1, max_new_tokens=2, end=2)[0].tokens == [2, 0, 0]


def test_the_search_stops_when_every_text_has_ended():
    calls = []

    def always_end(texts):
        calls.append(len(texts))
        return torch.tensor([[0.0, -math.inf]]).expand(len(texts), 2)

    assert search(always_end, [1], width=4, max_new_tokens=50, end=0) == [Hypothesis([1, 0], 0.0)]
    assert calls == [1]


def test_ranking_by_the_mean_favours_longer_texts():
    # ln .3 = -1.204 per token against ln .6 = -.511
    assert search(coin, [0], width=2, max_new_tokens=4, end=2)[0].tokens == [0, 2]
    found = search(coin, [0], width=2, max_new_tokens=4, end=2, length_power=1.0)
    assert found[0].tokens == [0, 0, 0, 0, 0]
    assert found[0].log_prob == pytest.approx(4 * math.log(0.6))  # the sum, whatever the rank


def test_only_what_was_written_counts_for_the_mean():
    # Ends at once: ln .45 = -.80 a token; goes on: ln .55 = -.60 a token, and wins. If the ten
    # tokens of the prompt counted, -.80 / 11 would beat -1.20 / 12.
    def odds(texts):
        return torch.tensor([[0.55, 0, 0.45]]).log().expand(len(texts), 3)

    best, *_ = search(odds, [0] * 10, width=3, max_new_tokens=2, end=2, length_power=1.0)
    assert best.tokens[10:] == [0, 0]


def test_no_new_tokens_give_the_prompt(model):
    prompt = torch.tensor([[1, 2]])
    assert beam_search(model, prompt, 0, width=3) == [Hypothesis([1, 2], 0.0)]


def test_a_bigram_can_be_searched_too():
    bigram = Bigram.from_counts(torch.tensor([0, 1, 2] * 100), vocab_size=3, pseudocount=1e-9)
    assert beam_search(bigram, torch.tensor([[0]]), 4, width=2)[0].tokens == [0, 1, 2, 0, 1]


@pytest.mark.parametrize("training", [True, False])
def test_dropout_rests_and_the_mode_comes_back(model, training):
    expected = beam_search(model.eval(), torch.tensor([[1]]), 6, 2)
    model.train(training)
    assert beam_search(model, torch.tensor([[1]]), 6, 2) == expected
    assert model.training == training
    model.eval()


def test_bad_input_is_refused(model):
    for width in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match=f"width must be a whole number ≥ 1; got {width!r}"):
            beam_search(model, torch.tensor([[1]]), 3, width)
    with pytest.raises(ValueError, match="max_new_tokens must be a whole number ≥ 0; got -1"):
        search(coin, [0], 1, -1)
    with pytest.raises(ValueError, match="A beam starts from one prompt; got 2"):
        beam_search(model, torch.tensor([[1], [2]]), 3, 2)
    with pytest.raises(ValueError, match="Prompt tokens must lie in 0 … 4"):
        beam_search(model, torch.tensor([[5]]), 3, 2)
