"""The three losses of experts who answer together."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.theory import mixtures
from helpers.theory.expert_losses import expert_losses


@pytest.fixture
def cases():
    """Random targets (30,), outputs and gates (30, 4)."""
    draw = torch.Generator().manual_seed(0)
    target, outputs, scores = torch.randn(9, 30, generator=draw, dtype=torch.float64).split(
        [1, 4, 4]
    )
    return target[0], outputs.T, scores.T.softmax(1)


def test_two_experts_that_are_both_wrong_have_no_cooperative_loss():
    # t = 0, o = ±1, p = ½: (0 - 0)², ½ + ½, -ln(½ e^-½ + ½ e^-½) = ½
    assert_close(
        torch.stack(expert_losses(0, [1, -1], [0.5, 0.5])), torch.tensor([0, 1, 0.5]).double()
    )


def test_an_uneven_case_by_hand():
    # t = 1, o = (0, 3), p = (¼, ¾): mean 9/4; (5/4)²; ¼·1 + ¾·4; -ln(¼ e^-½ + ¾ e^-2)
    found = expert_losses(1, [0, 3], [0.25, 0.75])
    mixture = -math.log(0.25 * math.exp(-0.5) + 0.75 * math.exp(-2))
    assert_close(torch.stack(found), torch.tensor([25 / 16, 13 / 4, mixture], dtype=torch.float64))


def test_competitive_minus_cooperative_is_the_ambiguity(cases):
    target, outputs, gates = cases
    found = expert_losses(*cases)
    mean = (gates * outputs).sum(1, keepdim=True)
    ambiguity = (gates * (outputs - mean) ** 2).sum(1)
    assert_close(found.competitive - found.cooperative, ambiguity)
    assert (ambiguity > 0).all()


def test_the_third_is_the_mixtures_own_loss_but_for_a_constant(cases):
    # experts that answer the same everywhere: lines without slope, variance 1
    target, outputs, gates = (part[:1] for part in cases)
    weights = torch.stack([outputs[0], torch.zeros(4, dtype=torch.float64)], 1)
    gate = torch.stack([gates[0].log(), torch.zeros(4, dtype=torch.float64)], 1)
    mixture = mixtures.Mixture(gate, weights, torch.ones(4))
    density = mixtures.log_density([0.3], target, mixture)
    assert_close(expert_losses(*cases).mixture[:1], -density - math.log(2 * math.pi) / 2)


def test_who_is_blamed(cases):
    # slopes: -2 p_m (t - Σ p o),  -2 p_m (t - o_m),  -h_m (t - o_m) with the posterior h
    target, outputs, gates = cases
    outputs = outputs.clone().requires_grad_()
    slopes = [
        torch.autograd.grad(expert_losses(target, outputs, gates)[i].sum(), outputs)[0]
        for i in range(3)
    ]
    misses = target[:, None] - outputs.detach()
    h = (gates * (-(misses**2) / 2).exp()).double()
    h = h / h.sum(1, keepdim=True)
    together = target[:, None] - (gates * outputs.detach()).sum(1, keepdim=True)
    expected = [-2 * gates * together, -2 * gates * misses, -h * misses]
    for slope, known in zip(slopes, expected, strict=True):
        assert_close(slope, known)


def test_arrays_of_any_shape_are_taken(cases):
    target, outputs, gates = (part.numpy() for part in cases)
    flat = expert_losses(target, outputs, gates)
    deep = expert_losses(target.reshape(5, 6), outputs.reshape(5, 6, 4), gates.reshape(5, 6, 4))
    assert torch.equal(deep.mixture, flat.mixture.reshape(5, 6))


@pytest.mark.parametrize(
    ("target", "outputs", "gates"),
    [
        (0, [1, 2], [0.5, 0.6]),
        (0, [1, 2], [1.5, -0.5]),
        (0, [1, 2, 3], [0.5, 0.5]),
        ([0, 0], [1, 2], [0.5, 0.5]),
        (0, 1, 1),
    ],
)
def test_gates_and_outputs_that_do_not_fit_are_refused(target, outputs, gates):
    with pytest.raises(ValueError, match=r"M outputs and M gates that are ≥ 0 and sum to 1; got"):
        expert_losses(target, outputs, gates)
