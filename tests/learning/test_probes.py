"""Probes: least squares in closed form, scored; labels without meaning."""

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import probes


def examples(n=60, channels=5, classes=3):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, channels, generator=generator)
    return x, (x[:, :classes] + 0.3).argmax(-1)


def test_no_other_linear_map_has_a_smaller_loss():
    x, labels = examples()
    probe = probes.fit_probe(x, labels, 3, ridge=2.0)
    weight, bias = (each.clone().requires_grad_() for each in probe)
    wanted = torch.nn.functional.one_hot(labels, 3).double()
    loss = (x.double() @ weight + bias - wanted).square().sum() + 2.0 * weight.square().sum()
    for slope in torch.autograd.grad(loss, (weight, bias)):
        assert_close(slope, torch.zeros_like(slope), atol=1e-9, rtol=0)


def test_without_ridge_to_speak_of_it_is_ordinary_least_squares():
    x, labels = examples()
    probe = probes.fit_probe(x, labels, 3, ridge=1e-9)
    X = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()
    twin = torch.linalg.lstsq(X, torch.nn.functional.one_hot(labels, 3).double()).solution
    assert_close(probe.weight, twin[:-1])
    assert_close(probe.bias, twin[-1])


def test_it_reads_what_is_there_and_guesses_the_commonest_where_nothing_is():
    x, labels = examples(600)
    assert probes.probe_accuracy(probes.fit_probe(x, labels, 3), x, labels) > 0.85
    nothing = torch.zeros(600, 5)
    commonest = labels.bincount().max().item() / 600
    probe = probes.fit_probe(nothing, labels, 3)
    assert probes.probe_accuracy(probe, nothing, labels) == pytest.approx(commonest)


def test_a_score_by_hand():
    probe = probes.Probe(torch.eye(2).double(), torch.tensor([0.0, 1.0]).double())
    x = torch.tensor([[3.0, 0.0], [0.5, 0.0], [0.0, 2.0], [2.0, 0.0]])
    # scores 3 > 1, 0.5 < 1, 0 < 3, 2 > 1: answers 0 1 1 0
    assert probes.probe_accuracy(probe, x, torch.tensor([0, 0, 1, 1])) == 0.5


def test_control_labels_belong_to_the_type_and_occur_as_often_as_the_true_ones():
    types = [f"type {i % 500}" for i in range(3000)]
    labels = (torch.arange(3000) % 10 < 7).long()  # 70 % ones
    control = probes.control_labels(types, labels, seed=1)
    by_type = dict(zip(types, control.tolist(), strict=True))
    assert all(by_type[name] == label for name, label in zip(types, control.tolist(), strict=True))
    assert 0.62 < control.double().mean() < 0.78
    assert not torch.equal(control, probes.control_labels(types, labels, seed=2))
    assert torch.equal(control, probes.control_labels(types, labels, seed=1))


def test_a_class_too_few_is_refused():
    x, labels = examples()
    with pytest.raises(ValueError, match="labels must lie in 0 … 1"):
        probes.fit_probe(x, labels, 2)
