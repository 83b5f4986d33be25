"""A mixture of experts: its posteriors, its moments, and the laws that tie them together."""

import dataclasses
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.theory import em, mixtures
from helpers.theory.mixtures import Mixture
from tests.theory.clouds import START, TOY, TRUTH, fixed_cloud, random_problem


@pytest.fixture
def three():
    """x (50, 2), y, and a mixture of three experts with random parameters."""
    draw = torch.Generator().manual_seed(0)
    x, noise = torch.randn(50, 2, generator=draw), torch.randn(50, generator=draw)
    gate, weights = torch.randn(2, 3, 3, generator=draw, dtype=torch.float64)
    return x, 2 * noise, Mixture(gate, weights, [0.3, 1.0, 2.0])


# by hand


def test_the_three_points_worked_out_by_hand():
    # at (-.5, -.6): g = 1/(1+e), P_1 = N(-.6; 0, .25), P_2 = N(-.6; -.5, .25)
    x, y = [0, 0.5, -0.5], [0, 1, -0.6]
    g = mixtures.gate_probabilities(x, TOY.gate)[:, 0]
    h = mixtures.responsibilities(x, y, TOY)[:, 0]
    assert_close(g, torch.tensor([0.5, 0.731059, 0.268941]).double(), atol=1e-6, rtol=0)
    assert_close(h, torch.tensor([0.5, 0.999990, 0.154465]).double(), atol=1e-6, rtol=0)
    density = mixtures.log_density(x, y, TOY).exp()
    assert_close(density[[0, 2]], torch.tensor([0.107982, 0.676200]).double(), atol=1e-6, rtol=0)


def test_the_density_is_the_sum_that_the_formula_says():
    g, h = 1 / (1 + math.e), math.e / (1 + math.e)
    first = math.exp(-(0.6**2) / 0.5) / math.sqrt(math.pi / 2)
    second = math.exp(-(0.1**2) / 0.5) / math.sqrt(math.pi / 2)
    found = mixtures.log_density([-0.5], [-0.6], TOY).exp().item()
    assert found == pytest.approx(g * first + h * second)


def test_moments_by_hand():
    # at x = 0: gates 1/2, means 1 and -1, variances 1/4: mean 0, within 1/4, ambiguity 1
    mean, variance = mixtures.predict([0.0], TOY)
    within, ambiguity = mixtures.spread([0.0], TOY)
    assert (mean.item(), variance.item()) == (0, 1.25)
    assert (within.item(), ambiguity.item()) == (0.25, 1)


# laws


def test_gates_and_responsibilities_are_distributions(three):
    x, y, mixture = three
    for probs in (
        mixtures.gate_probabilities(x, mixture.gate),
        mixtures.responsibilities(x, y, mixture),
    ):
        assert probs.shape == (50, 3) and (probs > 0).all()
        assert_close(probs.sum(1), torch.ones(50).double())


def test_the_density_integrates_to_one_and_the_expected_posterior_is_the_prior(three):
    # E_{y|x}[h_m(x, y)] = ∫ g_m P_m dy = g_m(x): a sum over a fine grid of y
    x, _, mixture = three
    y = torch.linspace(-40, 40, 40_001, dtype=torch.float64)
    for point in x[:5]:
        at = point.expand(len(y), 2)
        density = mixtures.log_density(at, y, mixture).exp() * (y[1] - y[0])
        assert density.sum().item() == pytest.approx(1)
        expected = density @ mixtures.responsibilities(at, y, mixture)
        assert_close(expected, mixtures.gate_probabilities(point[None], mixture.gate)[0])


def test_mean_and_variance_are_those_of_the_density(three):
    x, _, mixture = three
    y = torch.linspace(-40, 40, 40_001, dtype=torch.float64)
    mean, variance = mixtures.predict(x[:1], mixture)
    density = mixtures.log_density(x[:1].expand(len(y), 2), y, mixture).exp() * (y[1] - y[0])
    assert (density @ y).item() == pytest.approx(mean.item())
    assert (density @ (y - mean) ** 2).item() == pytest.approx(variance.item())


def test_the_variance_is_within_plus_ambiguity(three):
    x, _, mixture = three
    within, ambiguity = mixtures.spread(x, mixture)
    assert_close(within + ambiguity, mixtures.predict(x, mixture)[1])
    assert (ambiguity > 0).all() and within.min() >= 0.3 and within.max() <= 2


def test_fishers_identities_the_gradient_is_posterior_minus_prior(three):
    # d ln P / d score_m = h_m - g_m, and d ln P / d mean_m = h_m (y - mean_m) / variance_m
    x, y, fixed = three
    gate, weights = fixed.gate.clone().requires_grad_(), fixed.weights.clone().requires_grad_()
    mixture = Mixture(gate, weights, fixed.variances)
    mixtures.log_likelihood(x, y, mixture).backward()
    X = torch.cat([torch.ones(50, 1), x], 1).double()
    g, h = mixtures.gate_probabilities(x, gate), mixtures.responsibilities(x, y, mixture)
    assert_close(gate.grad, (h - g).T @ X)
    assert_close(weights.grad, (h * (y[:, None] - X @ weights.T) / fixed.variances).T @ X)


def test_the_same_row_added_to_the_whole_gate_changes_nothing(three):
    x, y, mixture = three
    moved = dataclasses.replace(mixture, gate=mixture.gate + mixture.gate[1])
    assert_close(mixtures.log_density(x, y, moved), mixtures.log_density(x, y, mixture))


def test_permuting_the_experts_permutes_the_posteriors_and_nothing_else(three):
    x, y, mixture = three
    new = [2, 0, 1]
    permuted = Mixture(mixture.gate[new], mixture.weights[new], mixture.variances[new])
    assert_close(mixtures.log_density(x, y, permuted), mixtures.log_density(x, y, mixture))
    h = mixtures.responsibilities(x, y, mixture)
    assert_close(mixtures.responsibilities(x, y, permuted), h[:, new])


def test_the_bound_lies_below_by_the_divergence_and_touches_at_the_posterior(three):
    x, y, mixture = three
    height, posterior = mixtures.log_likelihood(x, y, mixture), mixtures.responsibilities(*three)
    assert_close(mixtures.lower_bound(x, y, mixture, posterior), height)
    guess = torch.rand(50, 3, generator=torch.Generator().manual_seed(1)).double().softmax(-1)
    divergence = (guess * (guess / posterior).log()).sum()
    assert divergence > 1
    assert_close(mixtures.lower_bound(x, y, mixture, guess), height - divergence)


def test_a_hard_choice_is_a_bound_too_and_other_rows_are_refused(three):
    x, y, mixture = three
    hard = torch.eye(3).double()[mixtures.responsibilities(*three).argmax(1)]
    bound = mixtures.lower_bound(x, y, mixture, hard)
    assert bound.isfinite() and bound < mixtures.log_likelihood(x, y, mixture)
    for wrong in (2 * hard, hard[:, :2], hard - 0.1):
        with pytest.raises(ValueError, match=r"Responsibilities must be \(50, 3\), none below 0"):
            mixtures.lower_bound(x, y, mixture, wrong)


def test_the_log_density_of_the_mixture_is_never_below_the_gated_mean_of_the_experts():
    # -ln Σ g P ≤ Σ g (-ln P), by Jensen; figures of the fixed cloud at its maximum
    x, y = fixed_cloud()
    found = em.fit(x, y, START)
    g = mixtures.gate_probabilities(x, found.gate)
    alone = [Mixture([[0, 0]], found.weights[[m]], found.variances[[m]]) for m in (0, 1)]
    each = [mixtures.log_density(x, y, expert) for expert in alone]
    mixture = -mixtures.log_density(x, y, found)
    gated = -(g * torch.stack(each, 1)).sum(1)
    assert (mixture <= gated).all()
    assert mixture.mean().item() == pytest.approx(0.123961, abs=1e-6)
    assert gated.mean().item() == pytest.approx(19.4579, abs=1e-4)


def test_the_stochastic_selector_draws_from_the_density():
    # N draws at x = .2: shares of experts, mean and variance within 4 standard errors
    N, draw = 20_000, torch.Generator().manual_seed(0)
    at = torch.full((N,), 0.2)
    z, y = mixtures.sample(at, TOY, generator=draw)
    g = mixtures.gate_probabilities(0.2, TOY.gate)[0, 0].item()
    mean, variance = (part.item() for part in mixtures.predict(0.2, TOY))
    assert (z == 0).double().mean().item() == pytest.approx(g, abs=4 * math.sqrt(g * (1 - g) / N))
    assert y.mean().item() == pytest.approx(mean, abs=4 * math.sqrt(variance / N))
    fourth = ((y - mean) ** 4).mean() - variance**2  # variance of the squared deviation
    assert y.var().item() == pytest.approx(variance, abs=4 * math.sqrt(fourth / N))
    own = y[z == 0] - 1.4  # the first expert's mean at .2; its variance 1/4
    assert own.mean().item() == pytest.approx(0, abs=4 * math.sqrt(0.25 / len(own)))
    assert own.var().item() == pytest.approx(0.25, abs=4 * 0.25 * math.sqrt(2 / len(own)))


def test_a_generator_of_the_same_seed_draws_the_same_sample():
    def draw():
        return mixtures.sample([0.0, 1.0], TOY, generator=torch.Generator().manual_seed(3))

    assert all(map(torch.equal, draw(), draw()))


# kinds of numbers


def test_lists_arrays_and_tensors_give_the_same():
    x, y, mixture = random_problem(3)
    for ask in (mixtures.responsibilities, mixtures.log_density, mixtures.log_likelihood):
        in_tensors = ask(x, y, mixture)
        assert in_tensors.dtype == torch.float64
        assert torch.equal(ask(x.numpy(), y.numpy(), mixture), in_tensors)
        assert torch.equal(ask(x.tolist(), y.tolist(), mixture), in_tensors)


def test_one_input_may_be_a_plain_row_of_numbers_in_any_order_and_precision():
    x, y = fixed_cloud()
    expected = mixtures.log_density(x, y, TRUTH)
    assert torch.equal(mixtures.log_density(x[:, None], y, TRUTH), expected)
    backwards = mixtures.log_density(x.numpy()[::-1], y.numpy()[::-1], TRUTH)
    assert torch.equal(backwards, expected.flip(0))
    assert_close(mixtures.log_density(x.float(), y, TRUTH), expected, atol=1e-4, rtol=0)
    assert mixtures.log_density(x.int(), y, TRUTH).dtype == torch.float64


def test_a_mixture_keeps_the_gradients_of_its_parts():
    gate = torch.zeros(2, 2, requires_grad=True)
    mixture = Mixture(gate, TOY.weights, TOY.variances)
    mixtures.log_likelihood([0.5], [1.0], mixture).backward()
    assert mixture.gate.dtype == torch.float64 and gate.grad.abs().sum() > 0


def test_a_mixture_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TOY.gate = torch.zeros(2, 2)


def test_a_far_point_has_a_finite_density_and_a_clear_owner():
    # exp(-1e8) is 0 in float64; its logarithm is not
    assert mixtures.log_density([0.0], [1e4], TOY).isfinite().all()
    assert_close(mixtures.responsibilities([0.0], [1e4], TOY)[0], torch.tensor([1.0, 0]).double())
