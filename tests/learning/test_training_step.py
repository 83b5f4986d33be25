"""The parts of a training step: its rate, what decays, what is frozen, and how far it may go."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning.optimizer import learning_rate, optimizer
from helpers.learning.step import step_seed
from helpers.text import batches
from tests.learning.ring import SETTINGS, TRAIN, new_model, run, stop_at, weights


def test_the_rate_rises_in_a_line_and_falls_along_a_cosine():
    rates = [learning_rate(step, steps=110, peak=2.0, warmup=10) for step in range(110)]
    assert rates[:10] == pytest.approx([0.2 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(2.0)
    assert rates[60] == pytest.approx(2.0 * (0.05 + 0.95 / 2))  # half way: cos π/2 = 0
    assert learning_rate(110, 110, 2.0, 10) == pytest.approx(2.0 * 0.05)
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))


def test_without_warm_up_the_first_rate_is_the_peak():
    assert learning_rate(0, steps=10, peak=2.0, warmup=0) == 2.0
    assert learning_rate(0, steps=1, peak=2.0, warmup=1) == 2.0


def test_the_first_step_is_as_large_as_the_first_rate():
    model = new_model()
    before = weights(model)
    run(model, steps=100, warmup=10, on_step=stop_at(1))
    moved = (model.final_norm.bias - before["final_norm.bias"]).abs()
    # Adam's first step is rate · g / |g|, here a tenth of the peak; norms do not decay.
    assert_close(moved, torch.full_like(moved, 1e-2 / 10), rtol=1e-3, atol=0)


@pytest.mark.parametrize("tied", [True, False])
def test_only_matrices_decay_and_every_parameter_once(tied):
    model = new_model(tied=tied)
    for parameter in model.parameters():
        nn.init.normal_(parameter)
        parameter.grad = torch.zeros_like(parameter)
    before = weights(model)
    optimizer(model, lr=0.1, weight_decay=0.5).step()
    for name, parameter in model.named_parameters():
        share = 1 - 0.1 * 0.5 if parameter.dim() >= 2 else 1  # AdamW: 1 - lr · weight_decay
        assert_close(parameter, share * before[name], msg=name)


def test_frozen_parameters_stay():
    model = new_model(tied=False)
    model.token_embedding.requires_grad_(False)
    before = weights(model)
    run(model)
    assert torch.equal(model.token_embedding.weight, before["token_embedding.weight"])
    assert not torch.equal(model.head.weight, before["head.weight"])


def test_no_gradient_is_longer_than_1():
    model, norms = new_model(), []
    nn.init.normal_(model.head.weight)  # large logits, long gradients

    def measure(step, history):
        norms.append(torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item())

    run(model, on_step=measure)
    assert max(norms) == pytest.approx(1, rel=1e-4)


def test_every_step_forgets_the_gradient_of_the_one_before():
    model, seed, steps = new_model(dropout=0.0), 5, 3
    model(*batches.sample(TRAIN, 4, 8))[1].backward()  # a gradient that somebody left behind
    run(model, steps=steps, lr=1e-20, seed=seed)  # so small a rate that no weight moves
    left = torch.cat([p.grad.flatten() for p in model.parameters()])
    model.zero_grad()
    torch.manual_seed(step_seed(seed, steps - 1))  # the last step's batch
    model(*batches.sample(TRAIN, SETTINGS["batch_size"], 8))[1].backward()
    alone = torch.cat([p.grad.flatten() for p in model.parameters()])
    assert_close(left, alone / max(1, alone.norm().item()), rtol=1e-4, atol=1e-7)
