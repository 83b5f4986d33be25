"""A GPT before training: its first loss, its first weights, and which of them it has."""

import dataclasses
import math

import pytest
import torch
from torch import nn

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_before_training_the_loss_is_that_of_guessing(block, tied):
    config = GPTConfig(64, 65, n_layer=3, n_head=4, n_embd=64, block=block, tied=tied)
    idx, targets = torch.randint(65, (2, 16, 64))
    loss = GPT(config)(idx, targets)[1].item()
    # Logits start with a standard deviation of .02 · √64 = .16, which adds about .16²/2 = .013. A
    # tied head favours the token it reads: its logit is about .16 · √64 / √2 = .9, which adds
    # (e^.9 - 1) / 65 = .022. Together .035, and chance (.16 / √1024 = .005).
    assert loss == pytest.approx(math.log(65), abs=0.05)


@pytest.mark.parametrize("block", ["pre-norm", "post-norm"])
def test_matrices_start_at_their_standard_deviation(block):
    # Radford et al. 2019, §2.3: .02, and .02 / √(2L) for what writes to the stream.
    # A measured standard deviation of n numbers is off by a share of 1 / √(2n).
    model = GPT(GPTConfig(32, 100, n_layer=8, n_head=4, n_embd=64, tied=False, block=block))
    n_written = 0
    for name, matrix in model.named_parameters():
        if matrix.dim() == 2:
            writes = name.endswith("projection.weight")
            std = 0.02 / math.sqrt(2 * 8) if writes else 0.02
            assert matrix.std().item() == pytest.approx(std, rel=4 / math.sqrt(2 * matrix.numel()))
            n_written += writes
    assert n_written == 2 * 8  # the attention and the MLP of every block


def test_biases_start_at_0_and_norms_pass_everything(config):
    model = GPT(dataclasses.replace(config, tied=False))
    vectors = {name: p for name, p in model.named_parameters() if p.dim() == 1}
    for name, vector in vectors.items():
        value = 1.0 if name.endswith("norm.weight") else 0.0
        assert torch.equal(vector, torch.full_like(vector, value)), name


def test_a_tied_head_is_the_token_embedding_itself(config):
    model = GPT(config)
    assert model.head.weight is model.token_embedding.weight
    assert model.head.bias is None
    # parameters() gives it once
    assert sum(p.shape == (11, 24) for p in model.parameters()) == 1


def test_an_untied_head_is_a_matrix_of_its_own_with_a_bias(config):
    model = GPT(dataclasses.replace(config, tied=False))
    assert sum(p.shape == (11, 24) for p in model.parameters()) == 2
    assert model.head.bias.shape == (11,)


def test_only_a_pre_norm_model_has_a_final_norm(config):
    assert isinstance(GPT(config).final_norm, nn.LayerNorm)
    assert isinstance(GPT(dataclasses.replace(config, block="post-norm")).final_norm, nn.Identity)
