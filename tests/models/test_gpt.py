"""GPT: equal to Hugging Face's GPT-2, causal in every variant, and it learns."""

import dataclasses
import itertools
import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models.gpt import GPT
from tests.models.lively import lively

VARIANTS = list(itertools.product(["pre-norm", "post-norm"], [True, False], ["gelu", "relu"]))


@pytest.fixture
def idx(config):
    return torch.randint(config.vocab_size, (2, config.block_size))


@pytest.fixture(params=VARIANTS, ids=lambda v: f"{v[0]}-{'tied' if v[1] else 'untied'}-{v[2]}")
def variant(request, config):
    """A lively model of every kind."""
    norm, tied, activation = request.param
    return lively(
        GPT(dataclasses.replace(config, block=norm, tied=tied, activation=activation))
    ).eval()


# Twins


def hugging_face_twin(model):
    """Hugging Face's GPT-2 with the model's weights; its Conv1D keeps matrices transposed."""
    transformers = pytest.importorskip("transformers")
    c = model.config
    settings = transformers.GPT2Config(
        vocab_size=c.vocab_size,
        bos_token_id=0,
        eos_token_id=0,
        n_positions=c.block_size,
        n_embd=c.n_embd,
        n_layer=c.n_layer,
        n_head=c.n_head,
        activation_function="gelu_new",
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )
    twin = transformers.GPT2LMHeadModel(settings).eval()
    names = {
        "token_embedding": "wte",
        "position_embedding": "wpe",
        "final_norm": "ln_f",
        "blocks": "h",
        "attention_norm": "ln_1",
        "mlp_norm": "ln_2",
        "attention": "attn",
        "qkv": "c_attn",
        "expand": "c_fc",
        "projection": "c_proj",
    }
    theirs = dict(twin.transformer.named_parameters())
    for name, ours in model.named_parameters():
        *_, module, _ = name.split(".")
        their_name = ".".join(names.get(part, part) for part in name.split("."))
        transposed = module in ("qkv", "expand", "projection") and ours.dim() == 2
        theirs.pop(their_name).data = ours.data.T.contiguous() if transposed else ours.data
    assert not theirs  # every weight of theirs came from ours
    return twin


def test_the_logits_and_the_loss_equal_hugging_faces(config, idx):
    model = lively(GPT(config)).eval()
    twin = hugging_face_twin(model)
    with torch.no_grad():
        logits, loss = model(idx[:, :-1], idx[:, 1:])
        theirs = twin(idx, labels=idx)
    assert_close(logits, theirs.logits[:, :-1], atol=1e-5, rtol=1e-5)
    assert_close(loss, theirs.loss, atol=1e-5, rtol=1e-5)


def test_the_loss_is_the_mean_of_minus_the_log_probability_of_the_targets(config, idx):
    targets = torch.randint(config.vocab_size, idx.shape)
    with torch.no_grad():
        logits, loss = lively(GPT(config)).eval()(idx, targets)
    log_probs = [
        math.log(logits[b, t].softmax(-1)[targets[b, t]]) for b in range(2) for t in range(8)
    ]
    assert loss.item() == pytest.approx(-sum(log_probs) / 16, rel=1e-5)


def test_without_targets_there_is_no_loss(config, idx):
    logits, loss = GPT(config)(idx)
    assert logits.shape == (2, 8, 11) and loss is None


# Laws


def test_a_later_token_never_changes_an_earlier_output(variant, idx):
    changed = idx.clone()
    changed[:, 5] = (idx[:, 5] + 1) % 11
    before, after = variant(idx)[0], variant(changed)[0]
    assert_close(after[:, :5], before[:, :5])
    for t in range(5, 8):
        assert not torch.allclose(after[:, t], before[:, t])


def test_no_gradient_comes_from_the_future(variant, idx):
    embedded = []
    handle = variant.token_embedding.register_forward_hook(
        lambda module, args, output: embedded.append(output) or output.retain_grad()
    )
    variant(idx)[0][:, 4].sum().backward()
    handle.remove()
    by_position = embedded[0].grad.abs().sum(dim=(0, 2))
    assert torch.equal(by_position > 0, torch.arange(8) <= 4)


def test_a_prefix_has_the_logits_it_has_in_the_whole(variant, idx):
    whole = variant(idx)[0]
    for length in range(1, 9):
        assert_close(variant(idx[:, :length])[0], whole[:, :length])


def test_sequences_side_by_side_do_not_see_each_other(variant, idx):
    both = variant(idx)[0]
    assert_close(both, torch.cat([variant(row[None])[0] for row in idx]))


@pytest.mark.parametrize("cuts", [[8], [1] * 8, [3, 5], [1, 6, 1]])
def test_a_cache_gives_the_same_logits_piece_by_piece(variant, idx, cuts):
    cache = variant.new_cache(batch_size=2)
    pieces = [variant(piece, cache=cache)[0] for piece in idx.split(cuts, dim=1)]
    assert_close(torch.cat(pieces, dim=1), variant(idx)[0])


def test_the_future_never_leaks_through_a_cache(variant, idx):
    changed = idx.clone()
    changed[:, 5] = (idx[:, 5] + 1) % 11
    outputs = []
    for text in (idx, changed):
        cache = variant.new_cache(batch_size=2)
        variant(text[:, :3], cache=cache)
        outputs.append(variant(text[:, 3:], cache=cache)[0])
    assert_close(outputs[0][:, :2], outputs[1][:, :2])
    assert not torch.allclose(outputs[0][:, 2:], outputs[1][:, 2:])


def test_positions_matter(variant):
    logits = variant(torch.full((1, 8), 3))[0][0]  # the same token eight times
    assert all(not torch.allclose(logits[t], logits[t + 1]) for t in range(7))


def test_dropout_acts_in_training_only(config, idx):
    model = GPT(dataclasses.replace(config, dropout=0.5))
    assert not torch.equal(model(idx)[0], model(idx)[0])
    assert torch.equal(model.eval()(idx)[0], model(idx)[0])


def test_dropout_acts_on_the_embeddings_too(config, idx):
    model = GPT(dataclasses.replace(config, n_layer=0, dropout=0.5))
    assert not torch.equal(model(idx)[0], model(idx)[0])


def test_a_model_without_blocks_knows_only_the_token_and_its_position(config, idx):
    model = lively(GPT(dataclasses.replace(config, n_layer=0))).eval()
    changed = idx.clone()
    changed[:, 3] = (idx[:, 3] + 1) % 11
    same = [t for t in range(8) if t != 3]
    assert_close(model(changed)[0][:, same], model(idx)[0][:, same])


# Learning


def test_a_tied_matrix_gets_its_gradient_from_both_ends(config, idx):
    targets = torch.randint(11, idx.shape)
    tied = lively(GPT(config)).eval()
    untied = lively(GPT(dataclasses.replace(config, tied=False))).eval()
    untied.load_state_dict(tied.state_dict() | {"head.bias": torch.zeros(11)})
    for model in (tied, untied):
        model(idx, targets)[1].backward()
    both = untied.token_embedding.weight.grad + untied.head.weight.grad
    assert_close(tied.token_embedding.weight.grad, both)
    assert untied.token_embedding.weight.grad.norm() > 0 < untied.head.weight.grad.norm()


def test_a_few_steps_halve_the_loss_on_one_batch(config, idx):
    model, targets = GPT(config), torch.randint(11, idx.shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    start = model(idx, targets)[1].item()
    for _ in range(40):
        optimizer.zero_grad()
        F.cross_entropy(model(idx)[0].flatten(0, 1), targets.flatten()).backward()
        optimizer.step()
    assert model(idx, targets)[1].item() < start / 2


# Refusals


def test_a_context_longer_than_the_block_is_refused(config):
    model = GPT(config)
    model(torch.zeros(1, 8, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"at most block_size = 8 tokens; got 9\. .*idx\[:, -8:\]"):
        model(torch.zeros(1, 9, dtype=torch.int64))


def test_a_full_cache_is_refused(config):
    model = GPT(config)
    cache = model.new_cache(1)
    model(torch.zeros(1, 8, dtype=torch.int64), cache=cache)
    with pytest.raises(ValueError, match="at most block_size = 8 tokens; got 9"):
        model(torch.zeros(1, 1, dtype=torch.int64), cache=cache)
