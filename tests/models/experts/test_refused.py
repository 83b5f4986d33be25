"""What a mixture refuses, and with which words."""

import dataclasses

import pytest
import torch

from helpers.models import moe
from helpers.models.moe import MoE
from helpers.models.routing import (
    Biased,
    Capacity,
    ExpertChoice,
    Switch,
    TopK,
)
from tests.models.experts.small import IDX


@pytest.mark.parametrize(
    "gate",
    [TopK(2), Switch(1), Biased(2, 4), ExpertChoice(1.0), Capacity(TopK(2), 1.0)],
    ids=lambda gate: type(gate).__name__,
)
def test_tokens_that_are_not_numbers_are_refused(config, x, gate):
    x[1, 2, 3] = float("nan")
    with pytest.raises(
        ValueError, match=r"not NaN; got .*\(21, 4\).*If training diverged, try a small"
    ):
        MoE(config, gate=gate)(x)


@pytest.mark.parametrize("gate", [TopK(2), Switch(1), Biased(2, 4), ExpertChoice(1.0)])
@pytest.mark.parametrize("spoiled", ["one endless", "all absent"])
def test_logits_whose_softmax_is_no_number_are_refused(gate, spoiled):
    logits = torch.zeros(3, 4)
    if spoiled == "one endless":
        logits[1, 2] = float("inf")  # e^∞ / e^∞
    else:
        logits[1] = -float("inf")  # 0 / 0
    with pytest.raises(ValueError, match="finite best one.*If training diverged, try a smaller"):
        gate(logits)
    logits[1] = torch.tensor([0.0, -float("inf"), 0.0, 0.0])  # an absent expert is none
    assert gate(logits).isfinite().all()


def test_a_layer_needs_experts(config):
    with pytest.raises(ValueError, match="MoE layer must be .* ≥ 1; got 0. Try dataclasses"):
        MoE(dataclasses.replace(config, n_expert=0))


def test_a_dense_model_has_no_routing(dense):
    with pytest.raises(ValueError, match="must have experts to look at; it has none"):
        moe.routes(dense, IDX)


def test_a_mixture_is_not_upcycled_again(gpt):
    with pytest.raises(ValueError, match="needs a dense model; this one has n_expert=4"):
        moe.upcycle(gpt, 8)


@pytest.mark.parametrize("k", [0, 5, -1, 1.5, None, True])
def test_an_impossible_number_of_active_experts_is_refused(config, k):
    with pytest.raises(ValueError, match=f"n_expert_active must be .* 1 … 4; got {k!r}"):
        dataclasses.replace(config, n_expert_active=k)


@pytest.mark.parametrize("n_expert", [-1, 1.5, "8", True, None])
def test_an_impossible_number_of_experts_is_refused(config, n_expert):
    with pytest.raises(ValueError, match=f"n_expert must be a whole number ≥ 0; got {n_expert!r}"):
        dataclasses.replace(config, n_expert=n_expert)


def test_a_dense_config_does_not_mind_the_number_of_active_experts(config):
    assert dataclasses.replace(config, n_expert=0, n_expert_active=0).n_expert == 0
