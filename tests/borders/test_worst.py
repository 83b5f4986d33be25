"""Slips that once went through in silence, and the right values beside them."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.learning import beam, classifying
from helpers.learning.alignment import policy_gradient, preferences
from helpers.learning.sampling import generate, keep_top_p, next_token_probs
from helpers.models import balance, masks, moe, routing
from helpers.models.bert import with_classes
from helpers.models.bigram import Bigram
from helpers.models.cache import LayerCache
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, playwright
from helpers.theory import em, power_laws, probability
from helpers.theory.expert_losses import expert_losses

CONFIG = GPTConfig(block_size=8, vocab_size=11, n_layer=2, n_head=2, n_embd=8)
IDX = torch.arange(10).view(2, 5)
IDS = torch.arange(30) % 11


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(CONFIG).eval()


@pytest.fixture
def diverged(model):
    with torch.no_grad():
        model.head.weight.fill_(math.nan)
    return model


@pytest.mark.parametrize(
    ("idx", "got"),
    [
        (IDX + 2, "lie in 0 … 10; got .* 2 … 11"),
        (IDX.tolist(), "got list"),
        (IDX.float(), "got torch.float32"),
        (IDX[:, :0], r"got torch.int64 \(2, 0\)"),
        (IDX[0], r"got torch.int64 \(5,\).*unsqueeze"),
    ],
)
def test_a_model_says_what_is_wrong_with_its_tokens(model, idx, got):
    with pytest.raises(ValueError, match=f"^idx must .*{got}"):
        model(idx)


@pytest.mark.parametrize("targets", [IDX.T, IDX[:, :4], IDX.float(), IDX + 2, IDX - 1])
def test_targets_must_be_tokens_and_stand_as_the_tokens_do(model, targets):
    with pytest.raises(ValueError, match="^targets must "):
        model(IDX, targets)


def test_a_target_that_is_not_asked_counts_nothing(model):
    # of two targets one is left out: the loss is that of the other alone
    some = IDX.clone()
    some[0] = -100
    assert_close(model(IDX, some)[1], model(IDX[1:], IDX[1:])[1])
    assert model(IDX, torch.full_like(IDX, -100))[1] == 0


def test_a_cache_for_two_refuses_one_text(model):
    with torch.no_grad(), pytest.raises(ValueError, match="2 texts"):
        model(IDX[:1], cache=model.new_cache(2))


def test_a_failed_call_leaves_the_cache_as_it_was():
    cache, k = LayerCache(CONFIG, 2), torch.ones(2, 2, 3, 4)
    cache.append(k, k)
    for bad in (k[..., :2, :], k[:1], torch.ones(2, 2, 6, 4)):
        with pytest.raises(ValueError, match="after 3 tokens"):
            cache.append(torch.ones(2, 2, 6, 4) if len(bad[0, 0]) == 6 else k, bad)
        assert cache.length == 3


@pytest.mark.parametrize("temperature", [0, 1])
def test_a_model_that_has_diverged_writes_nothing(diverged, temperature):
    with pytest.raises(ValueError, match="got NaN.*smaller lr"):
        generate(diverged, IDX, 2, temperature=temperature)


def test_a_beam_through_nan_is_refused(diverged):
    with pytest.raises(ValueError, match="got NaN"):
        beam.beam_search(diverged, IDX[:1], 2, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: masks.prefix(4, -1),
        lambda: masks.window(4, 0),
        lambda: masks.causal(4, 2),
        lambda: batches.windows(IDS, torch.tensor([-3]), 4),
        lambda: batches.windows(IDS, torch.tensor([30]), 4),
        lambda: batches.split([1.9, 2.9]),
        lambda: batches.split([1], 0.5),
        lambda: batches.sample(IDS, 2, block_size=0),
        lambda: GPTConfig(8, 11, 1, 2, 8, tied="no"),
        lambda: power_laws.fit([1, 2, 3, math.nan], [3.0, 2, 1, 1]),
        lambda: power_laws.fit([1, 2, 3, 4], [3.0, 2, 1, math.nan]),
        lambda: playwright.write(100, None),
        lambda: preferences.count_tokens(IDX, vocab_size=-1),
        lambda: preferences.count_tokens(IDX, vocab_size=5),
        lambda: preferences.compare(torch.tensor([math.nan, 1])),
        lambda: Bigram.from_counts(IDS, 11, pseudocount=-1),
        lambda: next_token_probs(torch.tensor([math.nan, 0])),
        lambda: probability.entropy([]),
    ],
)
def test_what_once_went_through_is_refused(wrong):
    with pytest.raises(ValueError, match=r"(must|needs).*; got .*\. [A-Z]"):
        wrong()


def test_experts_must_be_given_as_many_rows_as_there_are_tokens():
    experts, tokens = [torch.nn.Identity()] * 2, torch.ones(4, 3)
    assert moe.mix(experts, tokens, torch.full((4, 2), 0.5)).eq(1).all()
    with pytest.raises(ValueError, match=r"gates must be a tensor \(N, E\)"):
        moe.mix(experts, tokens, torch.full((2, 2), 0.5))


@pytest.mark.parametrize("wrong", [{"batch_size": 1}, {"beta": -5.0}])
def test_a_policy_needs_answers_to_compare_and_a_price(model, wrong):
    settings = {"beta": 0.1, "steps": 1, "length": 2, "batch_size": 2} | wrong
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name} must"):
        policy_gradient.improve(model, IDX[:1], lambda a: a.sum(1).float(), **settings)


def test_a_closed_gate_has_a_gradient():
    # experts at 0 and 1, target 0, the gate on the second: the loss is -ln(p₁ + p₂ e^-½), and its
    # slope at p₁ = 0 is -1 / e^-½ = -e^½
    gates = torch.tensor([0.0, 1.0], dtype=torch.float64, requires_grad=True)
    expert_losses(target=0.0, outputs=[0.0, 1.0], gates=gates).mixture.backward()
    assert_close(gates.grad, torch.tensor([-math.exp(0.5), -1.0], dtype=torch.float64))


def test_the_gradient_of_a_far_expert_behind_a_closed_gate():
    # the open expert is right (e⁰), the closed one √2 off (e⁻¹): the slope is -e⁻¹ / e⁰
    gates = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    expert_losses(0.0, [0.0, math.sqrt(2)], gates).mixture.backward()
    assert gates.grad[1].item() == pytest.approx(-math.exp(-1))


def test_entropy_has_a_gradient_where_a_token_is_impossible():
    # with a third token at -∞ all is as with two: dH/dlogit = -p (ln p + H)
    three = torch.tensor([1.0, 2.0, -math.inf], requires_grad=True)
    probability.entropy(three.softmax(-1)).backward()
    two = torch.tensor([1.0, 2.0], requires_grad=True)
    probability.entropy(two.softmax(-1)).backward()
    assert_close(three.grad, torch.tensor([*two.grad, 0.0]))


def test_a_share_is_dropped_by_chance_also_of_a_million_tokens():
    exact = balance.expected_dropped(10**6, 6, 1.0)
    assert exact == pytest.approx(0.0008941, abs=5e-8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_eight_of_ten_equal_tokens_are_eight_tenths(dtype):
    kept = keep_top_p(torch.full((10,), 0.1, dtype=dtype), 0.8)
    assert int((kept > 0).sum()) == 8


def test_an_expert_cannot_choose_more_tokens_than_there_are():
    assert routing.ExpertChoice(2.0)(torch.zeros(1, 1)).tolist() == [[1.0]]


def test_even_starts_are_even_in_a_long_text():
    ids = torch.zeros((), dtype=torch.uint8).expand(2**25 + 3)
    starts = batches.even_starts(ids, 1, at_most=2**25)
    assert len(starts) == 2**25 and starts.diff().min() >= 1


def test_all_windows_of_classes_are_judged_and_learned():
    model = with_classes(GPT(CONFIG), 3)
    starts, right = classifying.right(model, IDS[:16], IDS[:16] % 3)
    assert starts.tolist() == [0, 8] and right.shape == (2, 8)
    settings = {"batch_size": 2, "steps": 1, "lr": 1e-3, "progress": False}
    assert len(classifying.train(model, IDS[:8], IDS[:8] % 3, **settings)) == 1


@pytest.mark.parametrize(("scale", "offset"), [(1e9, 0), (1e5, 1.7e9), (1e-9, 3), (1, 1e6)])
def test_em_does_not_depend_on_the_units_of_x(scale, offset):
    random = np.random.default_rng(0)
    x = random.random(60)
    y = np.where(x < 0.5, 2 * x, 1 - x) + 0.05 * random.standard_normal(60)
    plain = em.fit(x, y, steps=100, seed=1)
    other = em.fit(scale * x + offset, y, steps=100, seed=1)
    assert_close(other.log_likelihood, plain.log_likelihood, rtol=0, atol=1e-4)
    assert_close(other.responsibilities, plain.responsibilities, rtol=0, atol=1e-4)
