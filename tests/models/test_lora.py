"""LoRA: the model begins as it was, only thin matrices learn, and merged it is a plain model."""

import copy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning.fitting import fit
from helpers.models import initialise, lora
from helpers.models.gpt import GPT
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])


@pytest.fixture
def adapted(model):
    """A GPT with LoRA whose change is not 0."""
    changed = lora.with_lora(lively(model), rank=2, alpha=6)
    for layer in changed.modules():
        if isinstance(layer, lora.LoRALinear):
            nn.init.normal_(layer.up, std=0.3)
    return changed


def test_it_begins_as_the_model_was(model):
    lively(model)
    assert torch.equal(lora.with_lora(model, 3)(IDX)[0], model(IDX)[0])


def test_the_change_by_hand():
    # W = 0, A = (1, 2), B = (3, 0)ᵀ, α / rank = 5: y = 5 · (1·x₁ + 2·x₂) · (3, 0)
    layer = nn.Linear(2, 2, bias=False)
    layer.weight.data.zero_()
    beside = lora.LoRALinear(layer, rank=1, alpha=5)
    beside.down.data, beside.up.data = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [0.0]])
    assert_close(beside(torch.tensor([[1.0, 10.0]])), torch.tensor([[315.0, 0.0]]))


def test_the_scale_is_alpha_over_the_rank():
    layer = nn.Linear(4, 3)
    assert [lora.LoRALinear(layer, rank, 8.0).scale for rank in (1, 2, 8)] == [8, 4, 1]


def test_a_step_changes_the_thin_matrices_and_nothing_else(model):
    changed = lora.with_lora(lively(model), 2)
    before = copy.deepcopy(changed.state_dict())
    fit(changed, lambda: changed(IDX, IDX)[1], steps=2, lr=1e-2, progress=False)
    moved = {name for name, t in changed.state_dict().items() if not t.equal(before[name])}
    assert moved == {*lora.adapter(changed)}


def test_merged_it_is_a_plain_gpt_with_the_same_answers(adapted, model, tmp_path):
    plain = lora.merged(adapted)
    assert not torch.allclose(plain(IDX)[0], model(IDX)[0], atol=1e-2)
    assert_close(plain(IDX)[0], adapted(IDX)[0], atol=1e-4, rtol=1e-4)
    assert all(p.requires_grad for p in plain.parameters())
    assert plain.head.weight is plain.token_embedding.weight
    plain.save(tmp_path)
    assert_close(GPT.load(tmp_path)(IDX)[0], plain(IDX)[0])


def test_the_model_that_was_given_stays_as_it_was(model, adapted):
    assert not any(isinstance(layer, lora.LoRALinear) for layer in model.modules())
    assert all(p.requires_grad for p in model.parameters())
    before = copy.deepcopy(adapted.state_dict())
    lora.merged(adapted)
    assert all(t.equal(before[name]) for name, t in adapted.state_dict().items())


def test_an_adapter_carries_the_change_to_another_copy(adapted, model):
    other = lora.with_lora(model, rank=2, alpha=6)
    other.load_state_dict(lora.adapter(adapted), strict=False)
    assert torch.equal(other(IDX)[0], adapted(IDX)[0])


def test_only_layers_that_are_named_are_adapted(model):
    changed = lora.with_lora(model, 2, layers=["qkv"])
    C, L = model.config.n_embd, model.config.n_layer
    assert lora.learned_numbers(changed) == L * 2 * (C + 3 * C)


def test_another_start_of_the_model_keeps_the_change_at_zero(adapted):
    initialise.gpt2(adapted)
    ups = [t for name, t in lora.adapter(adapted).items() if name.endswith("up")]
    assert not any(t.any() for t in ups)


def test_a_checkpoint_refuses_a_model_with_lora_and_says_why(adapted, tmp_path):
    with pytest.raises(ValueError, match="other parts"):
        adapted.save(tmp_path)


@pytest.mark.parametrize("layers", [["nothing"], []])
def test_there_must_be_layers_to_adapt(model, layers):
    with pytest.raises(ValueError, match="Try with_lora"):
        lora.with_lora(model, 2, layers=layers)


def test_lora_is_put_in_once(adapted):
    with pytest.raises(ValueError, match="one with LoRA"):
        lora.with_lora(adapted, 2)


def test_an_own_head_starts_equal_and_learns_alone(model):
    headed = lora.with_own_head(lively(model))
    assert torch.equal(headed(IDX)[0], model(IDX)[0])
    learning = [name for name, p in headed.named_parameters() if p.requires_grad]
    assert learning == ["head.weight"]
    assert headed.head.weight is not headed.token_embedding.weight
    assert lora.learned_numbers(headed) == model.config.vocab_size * model.config.n_embd
