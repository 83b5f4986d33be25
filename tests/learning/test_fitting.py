"""Fitting: any loss falls; stopped or not, the model is kept and left in eval mode."""

import math
import signal

import numpy as np
import pytest
import torch
from torch import nn

from helpers.learning.fitting import fit
from helpers.learning.optimizer import learning_rate, optimizer


def new_model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.1), nn.Linear(8, 1))


def loss_of(model):
    def batch_loss():
        x = torch.randn(32, 3)
        return (model(x)[:, 0] - x.sum(-1)).pow(2).mean()

    return batch_loss


def fitted(steps=60, **options):
    model = new_model()
    return model, fit(model, loss_of(model), steps=steps, lr=3e-2, progress=False, **options)


def test_the_loss_falls_and_every_batch_is_reported():
    model, losses = fitted()
    assert len(losses) == 60 and sum(losses[-5:]) < 0.3 * sum(losses[:5])
    assert not model.training


def test_a_run_is_the_loop_written_out_by_hand():
    model, losses = fitted(steps=30, seed=7)
    twin, expected = new_model(), []
    updates = optimizer(twin, 3e-2)
    for step in range(30):
        updates.param_groups[0]["lr"] = updates.param_groups[1]["lr"] = learning_rate(
            step, 30, 3e-2, warmup=3
        )
        torch.manual_seed(7 * 1_000_003 + step)
        loss = loss_of(twin)()
        updates.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
        updates.step()
        expected.append(loss.item())
    assert losses == expected
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(p, q)


def test_whole_numbers_may_be_numpys():
    assert fitted(steps=np.int64(3), seed=np.int64(7))[1] == fitted(steps=3, seed=7)[1]


def test_the_same_seed_gives_the_same_run_whatever_was_drawn_before():
    first = fitted()[1]
    torch.rand(100)
    assert fitted()[1] == first != fitted(seed=1)[1]


def test_the_callers_random_state_is_untouched():
    model = new_model()
    before = torch.get_rng_state()
    fit(model, loss_of(model), steps=2, lr=1e-2, progress=False)
    assert torch.equal(torch.get_rng_state(), before)


def test_ctrl_c_ends_after_the_step_in_progress(capsys):
    model, calls = new_model(), []
    inner = loss_of(model)

    def batch_loss():
        calls.append(1)
        if len(calls) == 4:
            signal.raise_signal(signal.SIGINT)
        return inner()

    before = signal.getsignal(signal.SIGINT)
    losses = fit(model, batch_loss, steps=30, lr=1e-2, progress=False)
    assert len(losses) == 4 and not model.training
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().out == "Stopped at step 4 of 30; the model is kept.\n"


def test_a_loss_that_is_not_finite_is_one_clear_error():
    model = new_model()
    with pytest.raises(ArithmeticError, match="it is nan at step 0.*smaller lr than 0.01"):
        fit(model, lambda: model(torch.full((1, 3), torch.nan)).sum(), steps=3, lr=0.01)
    assert not model.training


def test_a_last_step_that_spoils_the_model_is_an_error_too():
    model = new_model()
    spoil = torch.tensor([1.0, math.nan])

    def batch_loss():
        loss = model(torch.ones(1, 3)).sum()
        return loss + 0 * (loss * spoil[1]).nan_to_num()  # finite, with a slope that is not

    with pytest.raises(ArithmeticError, match="weights must stay finite; 4 of 4 .* after step 1:"):
        fit(model, batch_loss, steps=1, lr=0.01, progress=False)
    assert not model.training


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps must be a whole number ≥ 1; got 0. Try steps=1"),
        ({"steps": 1.5}, "steps must be a whole number ≥ 1; got 1.5"),
        ({"steps": True}, "steps must be a whole number ≥ 1; got True"),
        ({"lr": 0.0}, "lr must be a positive finite number; got 0.0. Try 1e-3"),
    ],
)
def test_impossible_settings_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        fit(new_model(), torch.zeros, **({"steps": 3, "lr": 1e-2} | change))
