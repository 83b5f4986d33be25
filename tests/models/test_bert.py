"""BERT: the encoder equals Hugging Face's, hiding is 15 % of 80/10/10, the loss asks there only."""

import dataclasses
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models.attention import full_attention
from helpers.models.bert import IGNORED, Bert, log_odds_ratio, mask_tokens, with_classes
from helpers.models.block import PostNormBlock
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.transformer import EncoderBlock, TransformerConfig

V, T = 11, 8


@pytest.fixture
def config():
    return GPTConfig(T, V, n_layer=2, n_head=4, n_embd=24, block="post-norm")


@pytest.fixture
def model(config):
    return shaken(Bert(config).eval())


@pytest.fixture
def idx():
    return torch.randint(V, (3, T))


def shaken(module):
    for parameter in module.parameters():
        nn.init.normal_(parameter, mean=0.1 if parameter.dim() == 1 else 0.0, std=0.3)
    return module


def test_the_encoder_equals_hugging_faces(config, model, idx):
    from transformers import BertConfig, BertModel

    theirs = BertConfig(
        vocab_size=V + 1, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=96, hidden_act="gelu_new", max_position_embeddings=T,
        layer_norm_eps=1e-5,
    )  # fmt: skip
    twin = BertModel(theirs, add_pooling_layer=False).eval()
    embeddings = twin.embeddings
    embeddings.word_embeddings.weight.data = model.token_embedding.weight.data
    embeddings.position_embeddings.weight.data = model.position_embedding.weight.data
    nn.init.zeros_(embeddings.token_type_embeddings.weight)
    embeddings.LayerNorm.load_state_dict(model.embedding_norm.state_dict())
    for layer, block in zip(twin.encoder.layer, model.blocks, strict=True):
        copy_layer(layer, block)
    assert_close(model.encode(idx), twin(idx).last_hidden_state)


def copy_layer(layer, block):
    qkv, theirs = block.attention.qkv, layer.attention.self
    parts = zip(qkv.weight.data.chunk(3), qkv.bias.data.chunk(3), strict=True)
    for part, (weight, bias) in zip((theirs.query, theirs.key, theirs.value), parts, strict=True):
        part.weight.data, part.bias.data = weight, bias
    layer.attention.output.dense.load_state_dict(block.attention.projection.state_dict())
    layer.attention.output.LayerNorm.load_state_dict(block.attention_norm.state_dict())
    layer.intermediate.dense.load_state_dict(block.mlp.expand.state_dict())
    layer.output.dense.load_state_dict(block.mlp.projection.state_dict())
    layer.output.LayerNorm.load_state_dict(block.mlp_norm.state_dict())


def test_an_encoder_block_is_a_gpt_1_block_without_its_mask(config):
    same = TransformerConfig(V, 2, 4, 24, dropout=0.0, activation=config.activation)
    ours, gpts = shaken(EncoderBlock(same)), PostNormBlock(config, attention=full_attention)
    q, kv = ours.attention.query, ours.attention.key_value
    gpts.attention.qkv.weight.data = torch.cat([q.weight.data, kv.weight.data])
    gpts.attention.qkv.bias.data = torch.cat([q.bias.data, kv.bias.data])
    gpts.attention.projection.load_state_dict(ours.attention.projection.state_dict())
    gpts.mlp.load_state_dict(ours.mlp.state_dict())
    gpts.attention_norm.load_state_dict(ours.add_attention.norm.state_dict())
    gpts.mlp_norm.load_state_dict(ours.add_mlp.norm.state_dict())
    x = torch.randn(2, T, 24)
    assert_close(ours(x), gpts(x))


def test_bert_and_gpt_of_one_config_differ_by_one_token_one_norm_and_the_heads_bias(config):
    one, other = (sum(p.numel() for p in m(config).parameters()) for m in (Bert, GPT))
    assert one - other == 24 + 2 * 24 + (V + 1)


@pytest.mark.parametrize("place", [0, 4, 7])
def test_every_answer_depends_on_every_token(model, idx, place):
    changed = idx.clone()
    changed[:, place] = (idx[:, place] + 1) % V
    difference = (model(changed)[0] - model(idx)[0]).abs().amax(-1)
    assert (difference > 1e-4).all()


def test_the_loss_asks_only_where_there_is_a_target(model, idx):
    targets = idx.masked_fill(torch.rand(idx.shape) < 0.5, IGNORED)
    logits, loss = model(idx, targets)
    surprise = -logits.log_softmax(-1).gather(-1, idx[..., None])[..., 0]
    assert_close(loss, surprise[targets != IGNORED].mean())
    assert model(idx, torch.full_like(idx, IGNORED))[1].item() == 0
    assert model(idx)[1] is None


def test_a_short_text_may_be_read_and_a_long_one_is_refused(model, idx):
    assert model(idx[:, :3])[0].shape == (3, 3, V + 1)
    with pytest.raises(ValueError, match=r"at most block_size = 8 tokens; got 9. Pass"):
        model(F.pad(idx, (0, 1)))


def test_an_untrained_model_starts_near_ln_v(config, idx):
    config = dataclasses.replace(config, vocab_size=1000)
    hidden = mask_tokens(torch.randint(1000, (64, T)), 1000)
    assert abs(Bert(config)(*hidden)[1] - math.log(1001)) < 1  # they have variance 1


def test_it_learns_to_fill_in_what_follows_from_both_sides(config):
    # Rows a b a b a b a b: what is hidden can be told from any neighbour.
    model, generator = Bert(config), torch.Generator().manual_seed(0)
    updates = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(120):
        pairs = torch.randint(V, (64, 2), generator=generator).repeat(1, T // 2)
        loss = model(*mask_tokens(pairs, V, generator))[1]
        updates.zero_grad()
        loss.backward()
        updates.step()
    assert loss < 0.5 * math.log(V)


# hiding


def test_15_percent_are_selected_and_80_10_10_of_them_masked_random_and_kept():
    V, n = 1000, 400_000
    idx = torch.randint(V, (100, n // 100), generator=torch.Generator().manual_seed(1))
    seen, targets = mask_tokens(idx, V, torch.Generator().manual_seed(2))
    selected = targets != IGNORED
    asked = selected.sum().item()

    def near(found, p, of):
        return abs(found / of - p) < 4 * math.sqrt(p * (1 - p) / of)

    assert near(asked, 0.15, n)
    assert near((seen == V).sum().item(), 0.8, asked)
    # One random token in V happens to be the one that was there.
    changed = (seen != idx) & (seen != V)
    assert near(changed.sum().item(), 0.1 * (1 - 1 / V), asked)
    kept = selected & (seen == idx)
    assert near(kept.sum().item(), 0.1 + 0.1 / V, asked)


def test_random_tokens_are_any_token_with_equal_chance():
    V, idx = 4, torch.zeros(100, 4000, dtype=torch.int64)
    seen, _ = mask_tokens(idx, V, torch.Generator().manual_seed(3))
    counts = torch.bincount(seen.flatten(), minlength=V + 1)[1:V]
    n = counts.sum().item()
    for count in counts.tolist():
        assert abs(count / n - 1 / 3) < 4 * math.sqrt(2 / 9 / n)


def test_what_is_not_selected_stays_and_is_not_asked_and_the_targets_are_the_truth():
    idx = torch.randint(V, (50, 40))
    before = idx.clone()
    seen, targets = mask_tokens(idx, V, torch.Generator().manual_seed(4))
    asked = targets != IGNORED
    assert torch.equal(idx, before)
    assert torch.equal(seen[~asked], idx[~asked]) and torch.equal(targets[asked], idx[asked])


def test_the_same_generator_hides_the_same_tokens():
    idx = torch.randint(V, (5, 40))
    one, other = (mask_tokens(idx, V, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])


# classes


@pytest.mark.parametrize("kind", [Bert, GPT])
def test_a_new_head_names_classes_and_the_rest_is_kept(config, kind, idx):
    model = kind(config).eval()
    before = model(idx)[0]
    classifier, classes = with_classes(model, 3), torch.randint(3, idx.shape)
    logits, loss = classifier(idx, classes)
    assert logits.shape == (3, T, 3)
    assert_close(loss, F.cross_entropy(logits.flatten(0, 1), classes.flatten()))
    assert torch.equal(model(idx)[0], before)
    old, new = dict(model.named_parameters()), dict(classifier.named_parameters())
    assert set(new) == set(old) | {"head.weight", "head.bias"}
    assert all(torch.equal(new[name], old[name]) for name in old if not name.startswith("head"))


def test_a_gpt_classifies_by_the_past_and_a_bert_by_everything(config, idx):
    changed = idx.clone()
    changed[:, 5] = (idx[:, 5] + 1) % V
    gpt, bert_ = (with_classes(shaken(kind(config).eval()), 3) for kind in (GPT, Bert))
    assert_close(gpt(changed)[0][:, :5], gpt(idx)[0][:, :5])
    assert not torch.allclose(bert_(changed)[0][:, 0], bert_(idx)[0][:, 0])


@pytest.mark.parametrize("change", [{"block": "pre-norm"}, {"tied": False}, {"qkv_bias": False}])
def test_a_config_that_is_not_berts_is_refused(config, change):
    with pytest.raises(ValueError, match="normalises after the sum.*Try dataclasses.replace"):
        Bert(dataclasses.replace(config, **change))


# odds


class Table(nn.Module):
    """A model of two tokens that knows their joint distribution p[x_0, x_1]."""

    mask_token = 3

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, idx):
        guesses = torch.stack([self.p[:, idx[:, 1].clamp(max=2)].T, self.p[idx[:, 0].clamp(max=2)]])
        return guesses.log().transpose(0, 1), None


def test_the_conditionals_of_a_joint_agree_about_every_odds_ratio():
    p = torch.rand(3, 3, generator=torch.Generator().manual_seed(1))
    idx, a, b = torch.zeros(4, 2, dtype=torch.int64), *torch.tensor([[[0, 2]] * 4, [[1, 2]] * 4])
    expected = (p[0, 1] * p[2, 2] / (p[2, 1] * p[0, 2])).log().expand(4)
    assert_close(log_odds_ratio(Table(p), idx, 0, 1, a, b), expected)
    assert_close(log_odds_ratio(Table(p), idx, 1, 0, b, a), expected)


def test_berts_guesses_come_from_no_joint(model, idx):
    a, b = torch.tensor([[1, 2]] * 3), torch.tensor([[3, 4]] * 3)
    one, other = log_odds_ratio(model, idx, 2, 5, a, b), log_odds_ratio(model, idx, 5, 2, b, a)
    assert ((one - other).abs() > 1e-3).all()
    assert_close(log_odds_ratio(model, idx, 2, 5, a.flip(1), b), -one)
