"""error = average error - ambiguity: by hand, for random weights and gates, in squares and logs."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from helpers.theory.decomposition import ambiguity, decompose, decompose_log_loss


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_two_members_by_hand():
    # y = 0, f = 1 and 2: mean 1.5, errors 1 and 4, each half a unit from the mean
    assert decompose(0, [1, 2], [0.5, 0.5]) == (2.25, 2.5, 0.25)
    assert decompose([0, 0], [[1, 2], [1, 2]]) == (2.25, 2.5, 0.25)


def test_the_same_weights_stand_in_all_three_numbers():
    # weights 1/4, 3/4: mean 1.75; errors 1/4 + 3; spread 9/64 + 3/64
    assert decompose(0, [1, 2], [0.25, 0.75]) == pytest.approx((3.0625, 3.25, 0.1875))


def test_a_negative_weight_can_make_the_ambiguity_negative():
    assert decompose(0, [1, 2], [2, -1]) == (0, -2, -2)


def test_experts_that_are_wrong_on_both_sides_have_a_perfect_mean():
    assert decompose(0, [1, -1]) == (0, 1, 1)


@pytest.mark.parametrize("by_point", [False, True])
@pytest.mark.parametrize("negative", [False, True])
def test_the_identity_holds_for_any_weights_that_sum_to_one(rng, by_point, negative):
    for _ in range(50):
        n, K = rng.integers(1, 9, size=2)
        y, f = rng.standard_normal(n), rng.standard_normal((n, K))
        w = rng.standard_normal((n, K) if by_point else K) if negative else rng.random((n, K))
        w = w if by_point or negative else w[0]
        w = w + (1 - w.sum(-1, keepdims=True)) / K
        got = decompose(y, f, w)
        assert got.error == pytest.approx(got.average_error - got.ambiguity, abs=1e-12)
        assert got.error == pytest.approx(((y - (w * f).sum(-1)) ** 2).mean(), abs=1e-12)
        full = np.broadcast_to(w, (n, K))
        spread = [
            np.average((row - row @ v) ** 2, weights=v) for row, v in zip(f, full, strict=True)
        ]
        assert got.ambiguity == pytest.approx(np.mean(spread), rel=1e-9, abs=1e-12)


def test_members_may_stand_first_or_last_and_the_gate_with_them(rng):
    y, f, gate = rng.standard_normal(7), rng.standard_normal((7, 3)), rng.dirichlet([1, 1, 1], 7)
    expected = decompose(y, f, gate)
    assert decompose(y, f.T, gate.T) == decompose(y, list(f.T), gate) == expected
    square = decompose(y[:3], f[:3], gate[:3])  # n = K: the members stand last
    assert square.error == pytest.approx(((y[:3] - (gate[:3] * f[:3]).sum(-1)) ** 2).mean())


def test_y_may_have_several_dimensions(rng):
    y, f, w = rng.standard_normal((4, 5)), rng.standard_normal((4, 5, 3)), [0.2, 0.3, 0.5]
    assert decompose(y, f, w).error == pytest.approx(((y - f @ w) ** 2).mean())


def test_tensors_of_any_kind_and_lists_are_numbers_too(rng):
    y, f = rng.standard_normal(6), rng.standard_normal((6, 2))
    expected = decompose(y, f)
    tensors = torch.tensor(y, requires_grad=True), torch.tensor(f, requires_grad=True)
    assert decompose(*tensors) == decompose(y.tolist(), f.tolist()) == expected
    assert all(type(e) is float for e in expected)
    halves = torch.tensor(y).bfloat16(), list(torch.tensor(f.T).bfloat16())
    assert decompose(*halves) == pytest.approx(expected, rel=0.05)


def test_gates_in_single_precision_are_weights(rng):
    gate = torch.randn(1000, 50, generator=torch.Generator().manual_seed(0)).softmax(-1)
    got = decompose(rng.standard_normal(1000), rng.standard_normal((1000, 50)), gate)
    assert got.error == pytest.approx(got.average_error - got.ambiguity, abs=1e-12)


def test_ambiguity_needs_no_answers_and_noise_cancels_in_it(rng):
    f = rng.standard_normal((500, 4))
    y = f.mean(-1) + 1
    noisy = decompose(y + rng.standard_normal(500), f)
    assert decompose(y, f).ambiguity == noisy.ambiguity == ambiguity(f)
    assert noisy.error > decompose(y, f).error
    assert ambiguity(f) == pytest.approx(f.var(-1).mean())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0, 0], [[1, 2], [1, 2]], [0.5, 0.6]),
            "must sum to 1 .* got a sum of 1.1. Try weights /",
        ),
        (([0, 0], [[1, 2], [1, 2]], [[0.5, 0.5], [1, 1]]), "got a sum of 2"),
        (([0, 0], [[1, 2], [1, 2]], [math.nan, 1]), "got a sum of nan"),
        (
            ([0, 0], [[1, 2], [1, 2]], [1]),
            r"each of the 2 members.* got \(1,\). Try None for 1/2 each",
        ),
        (
            ([0, 0], [1, 2]),
            r"y's shape \(2,\) and one more dimension.* got \(2,\). Try numpy.stack",
        ),
        (([0, 0, 0], [[1, 2], [1, 2]]), r"y's shape \(3,\).* got \(2, 2\)"),
        (([0, math.nan], [[1, 2], [1, 2]]), "y must be finite; got nan"),
        (([0, 0], [[1, 2], [1, math.inf]]), "predictions must be finite; got inf"),
        (([], np.zeros((0, 2))), "predictions must have"),
    ],
)
def test_what_cannot_be_decomposed_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        decompose(*arguments)


@pytest.mark.parametrize("empty", [3.0, [], np.zeros((4, 0))])
def test_an_ensemble_without_members_is_refused(empty):
    with pytest.raises(ValueError, match="must have a last dimension of members; got shape"):
        ambiguity(empty)


def log_probabilities(*shape):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).log_softmax(-1)


TOKENS = torch.randint(0, 6, (20, 5), generator=torch.Generator().manual_seed(2))


def test_the_two_means_of_two_members_by_hand():
    # q = (.9, .1) and (.5, .5), token 0: arithmetic .7; geometric √.45 : √.05 = 3 : 1
    q = torch.tensor([[0.9, 0.1], [0.5, 0.5]])
    got = decompose_log_loss(0, q.log())
    assert got.arithmetic == pytest.approx(-math.log(0.7))
    assert got.geometric == pytest.approx(-math.log(0.75))
    assert got.average_error == pytest.approx(-math.log(0.9 * 0.5) / 2)
    assert got.ambiguity == pytest.approx(-math.log(math.sqrt(0.45) + math.sqrt(0.05)))


@pytest.mark.parametrize("weights", [None, [0.1, 0.2, 0.7], "gate"])
def test_both_identities_hold_in_log_loss(weights):
    log_q = log_probabilities(20, 5, 3, 6)
    w = log_probabilities(20, 5, 3).exp() if weights == "gate" else weights
    got = decompose_log_loss(TOKENS, log_q, w)
    assert got.geometric == pytest.approx(got.average_error - got.ambiguity, abs=1e-12)
    assert got.arithmetic == pytest.approx(got.average_error - got.gap, abs=1e-12)
    assert got.ambiguity > 0 and got.gap > 0


def test_the_means_are_those_of_torch():
    log_q = log_probabilities(20, 5, 3, 6)
    got, flat = decompose_log_loss(TOKENS, log_q), TOKENS.flatten()
    members = [F.nll_loss(log_q[..., k, :].flatten(0, 1), flat) for k in range(3)]
    averaged_logits = log_q.mean(-2).flatten(0, 1)  # cross_entropy renormalises
    assert got.average_error == pytest.approx(sum(members).item() / 3)
    assert got.geometric == pytest.approx(F.cross_entropy(averaged_logits, flat).item())
    averaged_probs = log_q.exp().mean(-2).flatten(0, 1)
    assert got.arithmetic == pytest.approx(F.nll_loss(averaged_probs.log(), flat).item())


def test_the_ambiguity_of_log_probabilities_is_their_mean_divergence_from_the_geometric_mean():
    log_q, w = log_probabilities(20, 5, 3, 6), torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    mean = (w[:, None] * log_q).sum(-2).log_softmax(-1)[..., None, :]
    divergence = (mean.exp() * (mean - log_q)).sum(-1) @ w
    assert decompose_log_loss(TOKENS, log_q, w).ambiguity == pytest.approx(divergence.mean().item())


def test_the_ambiguity_of_log_probabilities_needs_no_targets_but_jensens_gap_does():
    log_q = log_probabilities(20, 5, 3, 6)
    one, other = (decompose_log_loss(t, log_q) for t in (TOKENS, (TOKENS + 1) % 6))
    assert one.ambiguity == other.ambiguity and abs(one.gap - other.gap) > 1e-3


def test_members_of_one_mind_are_not_ambiguous():
    got = decompose_log_loss(TOKENS, log_probabilities(20, 5, 1, 6).expand(20, 5, 4, 6))
    assert (got.ambiguity, got.gap) == pytest.approx((0, 0), abs=1e-12)
    assert got.geometric == pytest.approx(got.average_error)


def test_a_member_of_weight_zero_may_call_anything_impossible():
    q = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    got = decompose_log_loss(1, q.log(), [1, 0])
    assert got == pytest.approx((-math.log(0.75), -math.log(0.75), 0, -math.log(0.75), 0))


def test_one_member_that_rules_the_token_out_ruins_the_geometric_mean_only():
    q = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    got = decompose_log_loss(1, q.log())
    assert got.geometric == math.inf and got.arithmetic == pytest.approx(-math.log(0.375))


@pytest.mark.parametrize(
    ("targets", "log_probs", "weights", "message"),
    [
        (TOKENS, torch.zeros(20, 5, 3, 6), None, r"sums to 6. Try logits.log_softmax"),
        (
            TOKENS[0],
            log_probabilities(20, 5, 3, 6),
            None,
            r"of shape \(20, 5\).* got torch.int64 \(5,\)",
        ),
        (TOKENS + 1, log_probabilities(20, 5, 3, 6), None, r"tokens 0 … 5 of shape"),
        (TOKENS.float(), log_probabilities(20, 5, 3, 6), None, r"got torch.float32"),
        (TOKENS, log_probabilities(20, 5, 3, 6), [2, -1, 0], "weights must be ≥ 0; got -1"),
        (TOKENS, log_probabilities(20, 5, 3, 6), [1, 1, 1], "weights must sum to 1"),
    ],
)
def test_log_probabilities_that_are_none_are_refused(targets, log_probs, weights, message):
    with pytest.raises(ValueError, match=message):
        decompose_log_loss(targets, log_probs, weights)
