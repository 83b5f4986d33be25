"""Sharpness: by hand, against autograd's Jacobian, and as the paper's footnote foretells."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.theory.sharpness import random_scores, sharpness

KEYS = 16


def test_by_hand():
    # Entropies ln 2 and (3/4) ln(4/3) + (1/4) ln 4; Σp(1 - p) is 1/2 and 3/8, at most 1/2.
    weights = torch.tensor([[0.5, 0.5], [0.75, 0.25]], dtype=torch.float64)
    entropy = (math.log(2) + 0.75 * math.log(4 / 3) + 0.25 * math.log(4)) / 2
    assert sharpness(weights) == pytest.approx((entropy, 0.625, (1 + 0.75) / 2))


def test_equal_weights_are_the_least_sharp_and_one_key_the_most():
    even, one = torch.full((3, KEYS), 1 / KEYS), torch.eye(KEYS)
    assert sharpness(even) == pytest.approx((math.log(KEYS), 1 / KEYS, 1))
    assert sharpness(one) == pytest.approx((0, 1, 0))


def test_the_gradient_left_is_the_trace_of_autograds_jacobian():
    scores = torch.randn(5, KEYS, dtype=torch.float64)
    traces = [
        torch.autograd.functional.jacobian(lambda z: z.softmax(-1), z).trace().item()
        for z in scores
    ]
    share = sum(traces) / len(traces) / (1 - 1 / KEYS)
    assert sharpness(scores.softmax(-1)).gradient == pytest.approx(share)


@pytest.mark.parametrize("width", [1, 16, 256])
def test_the_variance_of_a_scalar_product_is_the_width(width):
    scores = random_scores([width], KEYS, draws=4000, seed=1)[0]
    # One row of 16 scores shares its query, so rows are the independent parts.
    squares = scores.square().mean(-1)
    error = squares.std().item() / math.sqrt(len(squares))
    assert abs(squares.mean().item() - width) < 4 * error
    assert abs(scores.mean().item()) < 4 * math.sqrt(width / scores.numel())


@pytest.mark.parametrize(
    ("width", "entropy", "largest", "trace"),
    [(16, 0.914, 0.679, 0.435), (64, 0.411, 0.843, 0.221), (256, 0.195, 0.922, 0.112)],
)
def test_unscaled_attention_is_as_sharp_as_was_measured_elsewhere(width, entropy, largest, trace):
    """Reference values of an independent program (means over many draws), to their third digit."""
    weights = random_scores([width], KEYS, draws=8000, seed=2)[0].softmax(-1)
    measured = sharpness(weights)
    rows = weights.amax(-1)
    error = rows.std().item() / math.sqrt(len(rows))
    assert abs(measured.largest - largest) < 4 * error + 0.005
    assert measured.entropy == pytest.approx(entropy, abs=0.03)
    assert measured.gradient * (1 - 1 / KEYS) == pytest.approx(trace, abs=0.012)


@pytest.mark.parametrize("width", [16, 64, 256])
def test_scaled_attention_is_alike_at_every_width(width):
    scores = random_scores([width], KEYS, draws=8000, seed=2)[0]
    measured = sharpness((scores / math.sqrt(width)).softmax(-1))
    assert measured.entropy == pytest.approx(2.36, abs=0.02)
    assert measured.largest == pytest.approx(0.246, abs=0.006)
    assert measured.gradient * (1 - 1 / KEYS) == pytest.approx(0.868, abs=0.006)


def test_a_smaller_width_is_the_beginning_of_a_larger_one():
    narrow, wide = random_scores([4, 64], draws=2000, seed=3)
    assert_close(narrow, random_scores([4], draws=2000, seed=3)[0])
    # wide = narrow + 60 more products, independent of it: the correlation is √(4/64)
    correlation = torch.corrcoef(torch.stack([narrow[:, 0], wide[:, 0]]))[0, 1].item()
    assert abs(correlation - 0.25) < 4 / math.sqrt(2000)


def test_another_seed_draws_other_scores_and_the_same_seed_the_same():
    a, b, c = (random_scores([8], draws=10, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(a, b) and not torch.allclose(a, c) and a.shape == (1, 10, 16)


@pytest.mark.parametrize("widths", [[4, 2], [0], [3, 3]])
def test_it_refuses_widths_that_do_not_grow(widths):
    with pytest.raises(ValueError, match="widths must be ≥ 1 and grow"):
        random_scores(widths)
