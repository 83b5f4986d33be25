"""Speculative decoding: what comes out is the large model's, whatever the small one proposes."""

import itertools
from collections import Counter

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import sampling, speculative
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.models.lively import lively

V = 3
PROMPT = torch.tensor([[0, 2]])


def chances(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64).log().mul(3).softmax(-1)


@pytest.fixture(scope="module")
def pair():
    """A model and a draft with three tokens that disagree: half of the drafts are refused."""
    torch.manual_seed(1)
    both = [lively(GPT(GPTConfig(8, V, 1, 1, width, tied=False))).eval() for width in (8, 4)]
    with torch.no_grad():
        for one in both:
            one.head.weight.mul_(2)
    return both


@pytest.mark.parametrize("seed", range(20))
def test_over_all_drafts_and_decisions_a_checked_token_has_the_large_models_distribution(seed):
    p, q = chances(2, 7, seed=seed)
    assert_close(speculative.after_a_check(p, q), p, rtol=0, atol=1e-12)


def test_acceptance_and_leftover_by_hand():
    p, q = torch.tensor([0.5, 0.3, 0.2, 0.0]), torch.tensor([0.2, 0.5, 0.2, 0.1])
    # min(p, q) = .2 + .3 + .2 + 0; p has .3 more of the first token than q, and of no other
    assert speculative.acceptance(p, q).item() == pytest.approx(0.7)
    assert_close(speculative.leftover(p, q), torch.tensor([1.0, 0.0, 0.0, 0.0]))
    assert_close(speculative.leftover(p, p), p)  # nothing is ever refused


def test_acceptance_is_one_less_the_total_variation():
    p, q = chances(2, 5, 7, seed=0)
    assert_close(speculative.acceptance(p, q), 1 - (p - q).abs().sum(-1) / 2)


def test_tokens_per_call_by_hand():
    assert speculative.tokens_per_call(0.5, 2) == 1.75  # 1 + .5 + .25
    assert speculative.tokens_per_call(1.0, 4) == 5 and speculative.tokens_per_call(0.0, 4) == 1
    formula = (1 - 0.9**5) / (1 - 0.9)
    assert speculative.tokens_per_call(0.9, 4) == pytest.approx(formula)


@pytest.mark.parametrize("drafted", [1, 4])
def test_texts_come_as_often_as_the_large_model_writes_them(pair, drafted):
    """All 27 continuations of three tokens, against their exact probabilities."""
    model, draft = pair
    draws, generator, found = 500, torch.Generator().manual_seed(drafted), Counter()
    for _ in range(draws):
        ids = speculative.speculate(model, draft, PROMPT, 3, drafted, generator=generator).ids
        found[tuple(ids[0, 2:].tolist())] += 1
    squares = 0.0
    for text in itertools.product(range(V), repeat=3):
        expected = draws * probability(model, text)
        squares += (found[text] - expected) ** 2 / expected
    assert squares < 60  # χ² with 26 degrees of freedom: above 54 once in a thousand


class Forgetful(torch.nn.Module):
    """A model that expects the same after every text."""

    def __init__(self, *probs):
        super().__init__()
        self.config, self.logits = GPTConfig(8, len(probs), 0, 1, 4), torch.tensor(probs).log()

    def forward(self, idx):
        return self.logits.expand(*idx.shape, -1), None


def test_tokens_come_as_often_as_the_large_model_says_where_the_small_one_says_otherwise():
    model, draft = Forgetful(0.5, 0.3, 0.15, 0.05), Forgetful(0.2, 0.5, 0.2, 0.1)
    generator, found = torch.Generator().manual_seed(0), torch.zeros(4)
    for _ in range(500):
        ids = speculative.speculate(model, draft, PROMPT, 5, 2, generator=generator).ids
        found += ids[0, 2:].bincount(minlength=4)
    expected = 2500 * torch.tensor([0.5, 0.3, 0.15, 0.05])
    assert ((found - expected) ** 2 / expected).sum() < 16  # χ², 3 degrees: once in a thousand


@torch.no_grad()
def probability(model, text):
    ids = torch.cat([PROMPT, torch.tensor([text])], dim=1)
    probs = model(ids)[0][0].softmax(-1)
    return torch.stack([probs[1 + i, token] for i, token in enumerate(text)]).prod().item()


def test_a_model_that_drafts_for_itself_is_always_right(pair):
    done = speculative.speculate(pair[0], pair[0], PROMPT, 6, 2)
    assert (done.calls, done.kept) == (2, 4) and done.ids.shape == (1, 8)  # twice 2 kept and 1


def test_greedy_text_is_the_large_models_own(pair):
    greedy = sampling.generate(pair[0], PROMPT, 6, temperature=0)
    assert torch.equal(speculative.speculate(*pair, PROMPT, 6, 3, temperature=0).ids, greedy)


def test_the_count_of_tokens_is_kept_and_calls_and_kept_drafts_add_up(pair):
    for seed in range(8):
        generator = torch.Generator().manual_seed(seed)
        done = speculative.speculate(*pair, PROMPT, 5, 2, generator=generator)
        assert done.ids.shape == (1, 7) and done.calls + done.kept == 5


def test_what_cannot_be_continued_is_refused(pair):
    model, draft = pair
    other = GPT(GPTConfig(8, 5, 1, 1, 4))
    with pytest.raises(ValueError, match="same tokens; got 3 and 5"):
        speculative.speculate(model, other, PROMPT, 2)
    with pytest.raises(ValueError, match=r"One prompt .* got shape \(2, 2\)"):
        speculative.speculate(model, draft, PROMPT.repeat(2, 1), 2)
    with pytest.raises(ValueError, match="within the model's context, 8 tokens; got 2 and 7"):
        speculative.speculate(model, draft, PROMPT, 7)
    with pytest.raises(ValueError, match="drafted"):
        speculative.speculate(model, draft, PROMPT, 2, 0)
