"""A mixture is deterministic at rest, and a later token changes nothing before it."""

import pytest
import torch

from helpers.learning import sampling
from helpers.models import moe
from helpers.models.moe import MoE
from helpers.models.routing import (
    Biased,
    Capacity,
    ExpertChoice,
    ExpertDropout,
    NoisyRouter,
    Switch,
    TopK,
)
from tests.models.experts.small import IDX, T
from tests.models.lively import lively


@pytest.mark.parametrize("part", ["plain", "noise", "absent", "capacity", "biased"])
def test_evaluation_is_the_same_every_time_and_free_of_noise(config, x, part):
    layer = lively(MoE(config)).eval()
    plain = layer(x)
    if part == "noise":
        noisy = NoisyRouter(config)
        noisy.weight = layer.router.weight
        layer.router = noisy
    if part == "absent":
        layer.router = ExpertDropout(layer.router, 0.5, k=2)
    if part == "capacity":
        layer.gate = Capacity(layer.gate, 0.5)
    if part == "biased":
        layer.gate = Biased(2, 4)
        assert torch.equal(layer(x), layer(x))
        return
    layer.train()
    assert part == "plain" or not torch.allclose(layer(x), plain)
    layer.eval()
    assert torch.equal(layer(x), plain)


def changes_behind(model, idx, at):
    """Which positions of the first row change their logits when the token at `at` changes."""
    other = idx.clone()
    other[0, at] = (other[0, at] + 1) % 11
    with torch.no_grad():
        return (model(idx)[0] - model(other)[0]).abs().amax(-1) > 1e-6  # (B, T)


GATES = [TopK(2), Switch(1), Biased(2, 4), Capacity(TopK(2), 0.5)]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: type(gate).__name__)
def test_a_later_token_never_changes_an_earlier_output_or_another_text(gpt, gate):
    for layer in moe.layers(gpt):
        layer.gate = gate
    changed = changes_behind(gpt.eval(), IDX, at=4)
    assert not changed[0, :4].any() and changed[0, 4:].all()
    assert not changed[1:].any()


def test_under_expert_choice_a_later_token_does_change_earlier_outputs(gpt):
    for layer in moe.layers(gpt):
        layer.gate = ExpertChoice(1.0)
    found = torch.stack([changes_behind(gpt.eval(), IDX, at) for at in range(1, T)])
    assert any(found[i, 0, : i + 1].any() for i in range(T - 1))  # the past of its own text
    assert found[:, 1:].any()  # and other texts


def test_with_the_cache_a_mixture_writes_the_same_text(gpt):
    texts = [
        sampling.generate(gpt, IDX[:, :2], 12, use_cache=cached, temperature=0)
        for cached in (True, False)
    ]
    assert torch.equal(*texts)
