"""Balancing in training: what is recorded, what is minimised, and that a run resumes exactly."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.balancing import BalanceLoss, BiasSteps
from helpers.models import moe
from helpers.models.balance import balance_loss, expert_load, variation, z_loss
from helpers.models.routing import Biased, NoisyRouter
from tests.learning.ring import TRAIN, new_model, run, same, stop_at, without_clock

X, Y = TRAIN[:32].view(4, 8), TRAIN[1:33].view(4, 8)


def mixture(seed=0, **changes):
    return new_model(seed, **{"n_expert": 4, "n_expert_active": 2, "dropout": 0.0} | changes)


def biased(seed=0):
    model = mixture(seed)
    for layer in moe.layers(model):
        layer.gate = Biased(2, 4)
    return model


def usage(model):
    return expert_load(moe.routes(model, TRAIN[:800].view(-1, 8)).gates)


# The parts of a step


def test_the_balance_loss_stands_beside_the_loss():
    model = mixture(n_layer=2)
    with moe.observed(model) as seen:
        plain = model(X, Y)[1]
    loss, extra = BalanceLoss(0.5, z_weight=0.25)(model, X, Y)
    parts = [0.5 * balance_loss(r.logits, 2) + 0.25 * z_loss(r.logits) for r in seen]
    assert_close(loss, plain)
    assert_close(extra, sum(parts))


def test_the_models_own_loss_is_pure_cross_entropy():
    model = mixture()
    logits, loss = model(X, Y)
    assert_close(loss, torch.nn.functional.cross_entropy(logits.flatten(0, 1), Y.flatten()))


def test_bias_steps_follow_the_load_and_add_nothing():
    model = biased()
    with moe.observed(model) as seen:
        model(X, Y)
    counts = expert_load(seen[0].gates).float()
    _, extra = BiasSteps(0.1)(model, X, Y)
    assert extra == 0
    assert_close(moe.layers(model)[0].gate.bias, 0.1 * (counts.mean() - counts).sign())


# In training


def test_the_history_holds_the_loss_alone():
    alone = run(mixture(), steps=1)
    beside = run(mixture(), steps=1, auxiliary=BalanceLoss(100.0))
    assert alone.train_loss == beside.train_loss
    assert alone.val_loss[1:] != beside.val_loss[1:]


def test_without_it_training_is_what_it_was(unbroken):
    model = new_model()
    history = run(model, auxiliary=lambda model, x, y: (model(x, y)[1], 0.0))
    assert same(model, unbroken[0])
    assert without_clock(history) == without_clock(unbroken[1])


@pytest.mark.parametrize("auxiliary", [BalanceLoss(0.3), BiasSteps(0.02)])
def test_it_balances_a_lopsided_start(auxiliary):
    left, helped = biased(), biased()
    for model in (left, helped):  # one constant channel decides: experts 0 and 1 are preferred
        layer = moe.layers(model)[0]
        model.blocks[0].mlp_norm.bias.data[0] = 3.0
        layer.router.weight.data[:, 0] = torch.tensor([0.2, 0.2, -0.2, -0.2])
    run(left, steps=60)
    run(helped, steps=60, auxiliary=auxiliary)
    assert variation(usage(helped)) < 0.6 * variation(usage(left))


@pytest.mark.parametrize(
    ("make", "auxiliary"), [(mixture, BalanceLoss()), (biased, BiasSteps(0.01))]
)
def test_a_balanced_run_resumes_exactly(tmp_path, make, auxiliary):
    path, unbroken = tmp_path / "run.safetensors", make()
    history = run(unbroken, auxiliary=auxiliary)
    run(make(seed=0), checkpoint=path, auxiliary=auxiliary, on_step=stop_at(13))
    resumed = make(seed=8)
    again = run(resumed, checkpoint=path, auxiliary=auxiliary)
    assert same(resumed, unbroken)
    assert without_clock(again) == without_clock(history)
    bias = getattr(moe.layers(resumed)[0].gate, "bias", None)
    assert bias is None or bias.abs().max() > 0


def test_router_noise_resumes_exactly(tmp_path):
    def noisy(seed):
        model = mixture(seed)
        for layer in moe.layers(model):
            layer.router = NoisyRouter(model.config)
        return model

    path, unbroken = tmp_path / "run.safetensors", noisy(0)
    run(unbroken)
    torch.manual_seed(123)  # whatever else used chance in between
    run(noisy(0), checkpoint=path, on_step=stop_at(7))
    resumed = noisy(3)
    run(resumed, checkpoint=path)
    assert same(resumed, unbroken)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (BalanceLoss(0.02), r"auxiliary='BalanceLoss\(weight=0.01, .*now it is 'BalanceLoss"),
        (None, "now it is 'None'"),
        (BiasSteps(), r"now it is 'BiasSteps\(rate=0.001\)'"),
    ],
)
def test_a_run_with_another_auxiliary_is_not_resumed(tmp_path, now, message):
    path = tmp_path / "run.safetensors"
    run(mixture(), checkpoint=path, auxiliary=BalanceLoss(), on_step=stop_at(5))
    with pytest.raises(ValueError, match=message):
        run(mixture(), checkpoint=path, auxiliary=now)


def test_a_mixture_learns_the_ring():
    model = mixture()
    history = run(model, steps=60, auxiliary=BalanceLoss())
    assert history.val_loss[-1] < history.val_loss[0] - 0.5
    assert usage(model).min() > 0


def test_balancing_a_dense_model_is_refused():
    with pytest.raises(ValueError, match="must have experts to look at"):
        run(new_model(), auxiliary=BalanceLoss())


def test_balancing_is_described_by_its_numbers():
    assert repr(BalanceLoss(0.5)) == "BalanceLoss(weight=0.5, z_weight=0.0)"
    assert dataclasses.is_dataclass(BiasSteps)
