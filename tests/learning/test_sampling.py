"""Sampling: temperature, top-k, min-p and top-p give what is worked out by hand."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.learning.sampling import Sampling, draw, next_token_probs
from helpers.theory.probability import entropy

Z = torch.tensor([2.0, 1.0, 0.0])
P = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04]
LOGITS = torch.tensor(P).log()


def kept(probs):
    return [round(p, 4) for p in probs.tolist() if p > 0]


def test_without_settings_it_is_the_softmax():
    logits = torch.randn(2, 3, 5)
    assert_close(next_token_probs(logits), logits.softmax(-1))


@pytest.mark.parametrize(
    ("temperature", "nats"),
    [
        (0.25, 0.093035),
        (0.5, 0.441057),
        (1, 0.832396),
        (2, 1.020191),
        (5, 1.085411),
    ],  # ln Z - <z> / T
)
def test_temperature_gives_the_entropies_by_hand(temperature, nats):
    assert entropy(next_token_probs(Z, temperature)).item() == pytest.approx(nats, abs=1e-6)


def test_entropy_rises_with_temperature_as_the_variance_of_the_logits_says():
    # dH/dT = Var_p(z) / T³; the central difference is off by the order of step².
    step, z = 1e-3, Z.double()
    for temperature in (0.25, 0.5, 1.0, 2.0, 5.0):
        p = next_token_probs(z, temperature)
        variance = (p * z**2).sum() - (p * z).sum() ** 2
        above, below = (entropy(next_token_probs(z, temperature + d)) for d in (step, -step))
        assert_close((above - below) / (2 * step), variance / temperature**3, rtol=1e-3, atol=0)


def test_temperature_0_is_arg_max():
    assert_close(next_token_probs(Z, temperature=0), torch.tensor([1.0, 0, 0]))


def test_a_tiny_temperature_comes_close_to_arg_max_and_not_to_nan():
    for temperature in (1e-3, 1e-10, 1e-30):
        assert_close(next_token_probs(100 * Z, temperature), torch.tensor([1.0, 0, 0]))


def test_a_huge_temperature_comes_close_to_even_chances():
    assert_close(next_token_probs(Z, temperature=1e6), torch.full((3,), 1 / 3))


def test_a_tie_is_drawn_evenly_unless_arg_max_must_decide():
    tie = torch.tensor([1.0, 3.0, 3.0, 0.0])
    assert_close(next_token_probs(tie, temperature=0.01), torch.tensor([0, 0.5, 0.5, 0]))
    assert kept(next_token_probs(tie, temperature=0)) == [1.0]
    assert next_token_probs(tie, temperature=0)[1:3].sum() == 1


def test_top_k_keeps_the_likeliest_and_renormalises():
    # .4, .25, .15 of .8
    assert_close(next_token_probs(LOGITS, top_k=3), torch.tensor([0.5, 0.3125, 0.1875, 0, 0, 0]))


def heaviest(probs, subsets):
    return max(subsets, key=lambda tokens: sum(probs[i] for i in tokens))


def by_subsets(probs, temperature, top_k, min_p, top_p):
    """The same from the definitions, by a search through all subsets of the vocabulary."""
    p = normalised([q ** (1 / temperature) for q in probs])
    subsets = [s for n in range(1, len(p) + 1) for s in itertools.combinations(range(len(p)), n)]
    # top-k: of the subsets with k tokens, the one with the largest mass.
    kept = heaviest(p, [s for s in subsets if len(s) == min(top_k, len(p))])
    p = normalised([q if i in kept else 0.0 for i, q in enumerate(p)])
    # min-p: the largest subset without a token that is less than min_p times the likeliest.
    kept = max([s for s in subsets if min(p[i] for i in s) >= min_p * max(p)], key=len)
    p = normalised([q if i in kept else 0.0 for i, q in enumerate(p)])
    # top-p: the smallest subsets that reach the mass, and of these the heaviest.
    enough = [s for s in subsets if sum(p[i] for i in s) >= top_p - 1e-12]
    kept = heaviest(p, [s for s in enough if len(s) == len(enough[0])])
    return normalised([q if i in kept else 0.0 for i, q in enumerate(p)])


def normalised(values):
    return [value / sum(values) for value in values]


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 3.0, 1e6])
@pytest.mark.parametrize("min_p", [0.0, 0.12, 0.3, 0.7, 1.0])
def test_all_settings_together_equal_the_search_through_all_subsets(temperature, min_p):
    probs = [P[3], P[0], P[5], P[1], P[4], P[2]]
    logits = torch.tensor(probs, dtype=torch.float64).log().expand(2, 3, 6)  # batches alike
    for top_k, top_p in itertools.product([1, 2, 5, 6, 9], [0.05, 0.5, 0.93, 1.0]):
        expected = by_subsets(probs, temperature, top_k, min_p, top_p)
        found = next_token_probs(logits, temperature, top_k, top_p, min_p)
        assert_close(found, torch.tensor(expected, dtype=torch.float64).expand(2, 3, 6))


def test_top_k_of_1_is_arg_max():
    logits = torch.randn(50, 11, generator=torch.Generator().manual_seed(0))
    assert_close(next_token_probs(logits, top_k=1), next_token_probs(logits, temperature=0))


@pytest.mark.parametrize("k", [6, 7, 1000])
def test_top_k_beyond_the_vocabulary_keeps_everything(k):
    assert_close(next_token_probs(LOGITS, top_k=k), torch.tensor(P))


def test_top_k_keeps_k_even_of_equals():
    assert kept(next_token_probs(torch.zeros(5), top_k=2)) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("top_p", "expected"),
    [  # by adding up
        (0.01, [1.0]),
        (0.39, [1.0]),
        (0.41, [0.6154, 0.3846]),  # .4, .25 of .65: the second one crosses
        (0.79, [0.5, 0.3125, 0.1875]),
        (0.8, [0.5, 0.3125, 0.1875]),
        (0.81, [0.4444, 0.2778, 0.1667, 0.1111]),
        (0.9, [0.4444, 0.2778, 0.1667, 0.1111]),
        (1.0, P),
    ],
)
def test_top_p_keeps_the_fewest_that_reach_it(top_p, expected):
    assert kept(next_token_probs(LOGITS, top_p=top_p)) == expected


def test_top_p_of_1_keeps_every_token_of_a_large_vocabulary():
    logits = 4 * torch.randn(50_257, generator=torch.Generator().manual_seed(0))
    assert_close(next_token_probs(logits, top_p=1.0), logits.softmax(-1), rtol=1e-4, atol=0)


@pytest.mark.parametrize(("temperature", "n_kept"), [(0.5, 2), (1, 3), (2, 4)])
def test_a_higher_temperature_widens_the_nucleus(temperature, n_kept):
    assert len(kept(next_token_probs(LOGITS, temperature, top_p=0.8))) == n_kept


def test_temperature_comes_before_top_p():
    # The other order would keep three, (.4162, .3290, .2548)
    assert kept(next_token_probs(LOGITS, 2.0, top_p=0.8)) == [0.3445, 0.2723, 0.2109, 0.1722]


def test_top_k_comes_before_top_p():
    # Of the three kept, (.5, .3125, .1875), the first two reach .8. Top-p first would keep three.
    assert kept(next_token_probs(LOGITS, top_k=3, top_p=0.8)) == [0.6154, 0.3846]


@pytest.mark.parametrize(
    ("min_p", "n_kept"),
    [(0, 6), (0.09, 6), (0.11, 5), (0.2, 4), (0.3, 3), (0.6, 2), (0.7, 1), (1, 1)],
)
def test_min_p_is_a_share_of_the_largest_probability(min_p, n_kept):
    # .4 is the largest; the others are .625, .375, .25, .15 and .1 of it.
    mass = sum(P[:n_kept])
    expected = [round(p / mass, 4) for p in P[:n_kept]]
    assert kept(next_token_probs(LOGITS, min_p=min_p)) == expected


def test_min_p_of_1_keeps_all_of_the_largest():
    tie = torch.tensor([2.0, 1.0, 2.0])
    assert kept(next_token_probs(tie, min_p=1)) == [0.5, 0.5]


def test_min_p_adapts_to_how_sure_the_model_is():
    sure = torch.tensor([0.9, 0.05, 0.03, 0.02]).log()
    assert len(kept(next_token_probs(sure, min_p=0.1))) == 1
    assert len(kept(next_token_probs(torch.zeros(4), min_p=0.1))) == 4


def test_temperature_comes_before_min_p():
    # At T = 2 the square roots count: 1, .79, .61, .5, .39, .32 of the largest. The other order
    # would keep two.
    assert len(kept(next_token_probs(LOGITS, 2.0, min_p=0.38))) == 5


def test_min_p_comes_before_top_p():
    # Of the three kept, (.5, .3125, .1875), the first two reach .8. Top-p first would keep three.
    assert kept(next_token_probs(LOGITS, min_p=0.3, top_p=0.8)) == [0.6154, 0.3846]


def test_settings_are_one_thing_that_is_checked_once_and_never_changes():
    settings = Sampling(0.5, top_k=np.int64(3), min_p=0.1)
    assert_close(settings.probs(LOGITS), next_token_probs(LOGITS, 0.5, top_k=3, min_p=0.1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.temperature = 2.0
    with pytest.raises(ValueError, match="min_p"):
        dataclasses.replace(settings, min_p=2)


def test_settings_of_numpy_and_torch_become_plain_ones():
    settings = Sampling(np.float32(0.5), np.int64(3), torch.tensor(0.25), np.float64(0.5))
    kept = dataclasses.astuple(settings)
    assert kept == (0.5, 3, 0.25, 0.5) and {type(value) for value in kept} == {float, int}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"temperature": 0},
        {"top_k": 2},
        {"top_p": 0.7},
        {"min_p": 0.4},
        {"top_k": 4, "top_p": 0.7, "min_p": 0.2},
    ],
)
def test_every_row_is_treated_alone_and_in_its_own_order(settings):
    logits = torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(0))
    probs = next_token_probs(logits, **settings)
    assert probs.shape == logits.shape
    assert_close(probs.sum(-1), torch.ones(2, 3))
    for b in range(2):
        for t in range(3):
            assert_close(probs[b, t], next_token_probs(logits[b, t], **settings))
    shuffled = torch.randperm(6, generator=torch.Generator().manual_seed(1))
    assert_close(next_token_probs(logits[..., shuffled], **settings), probs[..., shuffled])


def test_a_forbidden_token_stays_forbidden():
    logits = torch.tensor([1.0, -math.inf, 0.0])
    for settings in ({}, {"temperature": 100.0}, {"top_p": 1.0}, {"top_k": 2}, {"min_p": 0}):
        assert next_token_probs(logits, **settings)[1] == 0


def test_the_logits_are_left_as_they_were():
    logits = LOGITS.clone()
    next_token_probs(logits, 0.5, top_k=3, top_p=0.5, min_p=0.1)
    assert torch.equal(logits, LOGITS)


def test_tokens_are_drawn_as_often_as_their_probability_says():
    n, p = 20_000, torch.tensor(P)
    drawn = draw(p.expand(n, 6), torch.Generator().manual_seed(0))
    assert drawn.shape == (n, 1)
    counts = torch.bincount(drawn.flatten(), minlength=6)
    assert ((counts - n * p).abs() < 4 * (n * p * (1 - p)).sqrt()).all()


@pytest.mark.parametrize("temperature", [1e-45, 1e-38, 1e-20, 1e-5])
def test_a_temperature_near_zero_is_arg_max_and_never_nan(temperature):
    probs = next_token_probs(torch.tensor([1.0, 3.0, 2.0]), temperature)
    assert probs.tolist() == [0, 1, 0]
