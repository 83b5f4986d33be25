"""Entropy, divergence and perplexity, in nats, by hand and by law."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.theory.probability import BITS_PER_NAT, cross_entropy, entropy, kl, perplexity

P, UNIFORM = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 4] * 4


@pytest.fixture
def pairs():
    """Many pairs of random distributions over 7 tokens."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 500, 7, generator=generator, dtype=torch.float64).softmax(-1)


def bits(nats):
    return nats.item() * BITS_PER_NAT


def test_the_values_of_the_textbook_in_bits():
    # H = 1.75 bits, cross-entropy 2, divergence .25
    assert bits(entropy(P)) == pytest.approx(1.75)
    assert bits(cross_entropy(P, UNIFORM)) == pytest.approx(2)
    assert bits(kl(P, UNIFORM)) == pytest.approx(0.25)
    assert perplexity(entropy(P).item()) == pytest.approx(3.363586)  # 2^1.75


def test_kl_has_a_direction():
    # 1/2 · ln(2/3) + 1/2 · ln 2 = 1/2 · ln(4/3), and 3/4 · ln(3/2) + 1/4 · ln(1/2)
    fair, biased = [1 / 2, 1 / 2], [3 / 4, 1 / 4]
    assert kl(fair, biased).item() == pytest.approx(math.log(4 / 3) / 2)
    assert kl(biased, fair).item() == pytest.approx(0.75 * math.log(1.5) - 0.25 * math.log(2))


def test_certainty_has_entropy_0_and_indifference_ln_v():
    assert_close(entropy([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]), torch.tensor([0, math.log(3)]))


def test_whole_numbers_are_probabilities_too():
    assert entropy([1, 0, 0]).item() == 0


def test_entropy_lies_between_0_and_ln_v(pairs):
    assert ((entropy(pairs) > 0) & (entropy(pairs) < math.log(7))).all()


def test_kl_is_never_negative_and_0_for_equals_only(pairs):
    p, q = pairs
    assert (kl(p, q) > 0).all()
    assert_close(kl(p, p), torch.zeros(500, dtype=torch.float64))


def test_cross_entropy_is_entropy_plus_kl(pairs):
    p, q = pairs
    assert_close(kl(p, q), (p * (p / q).log()).sum(-1))
    assert_close(cross_entropy(p, q), entropy(p) + kl(p, q))


def test_only_the_last_dimension_is_summed(pairs):
    p, q = pairs.unflatten(1, (20, 25))
    assert kl(p, q).shape == (20, 25)
    assert_close(kl(p, q)[3, 4], kl(p[3, 4], q[3, 4]))


def test_what_q_calls_impossible_costs_infinitely_much_only_if_it_happens():
    assert cross_entropy([0.5, 0.5], [1.0, 0.0]).item() == math.inf
    assert cross_entropy([1.0, 0.0], [0.5, 0.5]).item() == pytest.approx(math.log(2))
    assert kl([1.0, 0.0], [1.0, 0.0]).item() == 0


def test_perplexity_counts_equally_likely_tokens():
    assert perplexity(math.log(61)) == pytest.approx(61)
    assert_close(perplexity(torch.tensor([0.0, math.log(2)])), torch.tensor([1.0, 2.0]))


@pytest.mark.parametrize("measure", [entropy, lambda p: kl(P, p), lambda p: cross_entropy(p, P)])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1.5, -0.5, 0, 0], "smallest entry -0.5 and a first sum 1. Try logits"),
        ([0.5, 0.4, 0, 0], "smallest entry 0 and a first sum 0.9. Try logits"),
        ([2.0, 1.0, 0.5, 0.1], r"Try logits.softmax\(-1\)"),
        ([math.nan, 0.5, 0.5, 0], "must be ≥ 0 and sum to 1"),
    ],
)
def test_what_is_no_distribution_is_refused(measure, wrong, message):
    with pytest.raises(ValueError, match=message):
        measure(wrong)
    with pytest.raises(ValueError, match="must be ≥ 0 and sum to 1"):
        measure([P, wrong])
