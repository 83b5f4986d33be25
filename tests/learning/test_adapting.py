"""Adapting: shorter copies, new tokens, and what is forgotten."""

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import adapting
from helpers.models import lora
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    return lively(GPT(GPTConfig(16, 11, n_layer=2, n_head=2, n_embd=8, dropout=0.1))).eval()


def test_a_shortened_model_answers_as_before(model):
    short = adapting.shortened(model, 8)
    assert short.config.block_size == 8 and short.config.dropout == 0
    assert torch.equal(short(IDX)[0], model(IDX)[0])


def test_a_model_cannot_be_made_longer(model):
    with pytest.raises(ValueError, match="Try block_size=16"):
        adapting.shortened(model, 17)


def test_new_tokens_are_the_mean_of_the_others_and_the_old_logits_stay(model):
    larger = adapting.with_new_tokens(model, 2)
    old = model.token_embedding.weight
    assert_close(larger.token_embedding.weight[11:], old.mean(0).expand(2, -1))
    assert_close(larger(IDX)[0][..., :11], model(IDX)[0])
    assert larger.head.weight is larger.token_embedding.weight


def test_nothing_is_forgotten_by_the_old_self_and_something_by_another(model):
    own = torch.randint(11, (64, 9))
    assert adapting.forgetting(model, model, own) == 0
    torch.manual_seed(1)
    texts = IDX.expand(4, -1)
    assert adapting.forgetting(GPT(model.config), model, texts) != 0


def test_what_is_forgotten_is_counted_upwards():
    """By hand: the old self is sure of token 1, the other gives it 1/2: ln 2 nats."""
    sure, unsure = (lambda x, b=b: (torch.tensor([[[0.0, b]]]), None) for b in (40.0, 0.0))
    models = [torch.nn.Identity() for _ in range(2)]
    for stand_in, answer in zip(models, (sure, unsure), strict=True):
        stand_in.forward = answer
    lost = adapting.forgetting(models[1], models[0], torch.tensor([[0, 1]]))
    assert lost == pytest.approx(0.6931, abs=1e-4)


def test_lora_learns_a_short_text_and_the_model_stays(model):
    ids = torch.arange(11).repeat(6)
    before = model(ids[None, :8])[0].clone()
    tuned = adapting.tuned_by_lora(
        model, ids, rank=4, steps=40, lr=3e-2, block_size=8, batch_size=4, progress=False
    )
    paid = [m(ids[None, :8], ids[None, 1:9])[1].item() for m in (model, tuned)]
    assert paid[1] < paid[0] - 0.3
    assert torch.equal(model(ids[None, :8])[0], before)
    assert lora.adapter(tuned)
