"""Distillation: a divergence, softened by a temperature, and a student that follows a teacher."""

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.learning.distilling import distance, distillation_loss, text_loss
from helpers.learning.fitting import fit
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

LOGITS, TEACHER = torch.randn(2, 4, 5, 7, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
def test_it_is_torchs_divergence_times_the_temperature_squared(temperature):
    log_q, log_p = ((x / temperature).log_softmax(-1).flatten(0, 1) for x in (LOGITS, TEACHER))
    expected = temperature**2 * F.kl_div(log_q, log_p, log_target=True, reduction="batchmean")
    assert_close(distillation_loss(LOGITS, TEACHER, temperature), expected)


def test_by_hand():
    # p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2): 1/2 ln 2 + 0 - 1/4 ln 2 = ln 2 / 4
    p, q = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]).log()
    assert distillation_loss(q, p).item() == pytest.approx(0.1733, abs=1e-4)


def test_it_is_zero_where_both_agree_also_where_something_is_impossible():
    certain = torch.tensor([[0.0, -torch.inf, 1.0]])
    finite = torch.tensor([[0.0, -50.0, 1.0]], requires_grad=True)
    loss = distillation_loss(finite, certain)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6) and finite.grad.isfinite().all()


def test_a_teacher_that_is_certain_is_the_plain_loss():
    targets = torch.randint(7, (4, 5))
    certain = F.one_hot(targets, 7).float().log()
    plain = F.cross_entropy(LOGITS.flatten(0, 1), targets.flatten())
    assert_close(distillation_loss(LOGITS, certain), plain)


def test_its_gradient_is_about_as_long_at_every_temperature():
    lengths = []
    for temperature in (4.0, 16.0):
        student = LOGITS.clone().requires_grad_()
        distillation_loss(student, TEACHER, temperature).backward()
        lengths.append(student.grad.norm().item())
    assert lengths[1] == pytest.approx(lengths[0], rel=0.15)


def test_a_student_comes_nearer_to_its_teacher():
    torch.manual_seed(0)
    model = GPT(GPTConfig(8, 7, n_layer=1, n_head=1, n_embd=8))
    x = torch.randint(7, (6, 8))
    probs = torch.randn(6, 8, 7).mul(2).softmax(-1)
    before = distance(model, x, probs)
    fit(model, text_loss(model, x, probs, 4), steps=60, lr=3e-2, progress=False)
    assert distance(model, x, probs) < 0.7 * before


def test_with_tokens_the_loss_is_that_of_the_tokens():
    torch.manual_seed(0)
    model = GPT(GPTConfig(8, 7, n_layer=1, n_head=1, n_embd=8))
    x = torch.randint(7, (1, 9))
    loss = text_loss(model, x[:, :-1], x[:, 1:], 3)()
    assert_close(loss, model(x[:, :-1], x[:, 1:])[1])
