"""Recurrent networks: the same as PyTorch's, with a state that is all they know of the past."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning import training
from helpers.models.rnn import (
    GRU,
    RNN,
    AttentiveSeq2Seq,
    Elman,
    RNNConfig,
    Seq2Seq,
    cross_weights,
)

B, T, C, V = 2, 7, 6, 11
CONFIG = RNNConfig(vocab_size=V, n_embd=C, block_size=T)
KINDS = [Seq2Seq, AttentiveSeq2Seq]


@pytest.fixture(autouse=True)
def one_thread():
    """A step is too little work to be shared: on a busy machine two threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def letters(*shape):
    return torch.randint(V, shape)


# the recurrences


@pytest.mark.parametrize(("ours", "pytorchs"), [(Elman, nn.RNN), (GRU, nn.GRU)])
@pytest.mark.parametrize("given", [False, True], ids=["from zero", "from a given state"])
def test_every_state_is_the_one_pytorch_computes(ours, pytorchs, given):
    recurrence, twin = ours(C), pytorchs(C, C, batch_first=True)
    parts = recurrence.from_input.weight, recurrence.from_state.weight
    parts += recurrence.from_input.bias, recurrence.from_state.bias
    for theirs, mine in zip(twin.parameters(), parts, strict=True):
        theirs.data = mine.data
    x, start = torch.randn(B, T, C), torch.randn(B, C) if given else None
    expected, _ = twin(x, None if start is None else start[None])
    assert_close(recurrence(x, start), expected)


def test_one_step_of_elmans_by_hand():
    # tanh(2 · 0.5 + 3 · 0.25 + 1) = tanh(2.75)
    elman = Elman(1)
    for part, value in ((elman.from_input.weight, 2.0), (elman.from_state.weight, 3.0)):
        part.data.fill_(value)
    elman.from_input.bias.data.fill_(1.0)
    elman.from_state.bias.data.zero_()
    state = elman(torch.tensor([[[0.5]]]), torch.tensor([[0.25]]))
    assert_close(state, torch.tensor([[[math.tanh(2.75)]]]))


def test_a_gate_that_is_open_keeps_the_state_and_one_that_is_shut_forgets_it():
    gru, start = GRU(C), torch.randn(B, C)
    keep = gru.from_input.bias.data[C : 2 * C]
    keep.fill_(50.0)
    assert_close(gru(torch.randn(B, T, C), start)[:, -1], start)
    keep.fill_(-50.0)
    x = torch.randn(B, 1, C)
    new_x, new_h = gru.from_input(x[:, 0])[:, 2 * C :], gru.from_state(start)[:, 2 * C :]
    reset = (gru.from_input(x[:, 0]) + gru.from_state(start))[:, :C].sigmoid()
    assert_close(gru(x, start)[:, 0], torch.tanh(new_x + reset * new_h))


@pytest.mark.parametrize("unit", [Elman, GRU])
def test_reading_in_two_pieces_is_reading_at_once(unit):
    recurrence, x = unit(C), torch.randn(B, T, C)
    first = recurrence(x[:, :3])
    second = recurrence(x[:, 3:], first[:, -1])
    assert_close(torch.cat([first, second], dim=1), recurrence(x))


def test_nothing_cannot_be_read():
    with pytest.raises(ValueError, match=r"at least one token; got shape \(2, 0, 6\)"):
        GRU(C)(torch.zeros(B, 0, C))


# the language model


@pytest.mark.parametrize("cell", ["elman", "gru"])
def test_a_later_token_never_changes_an_earlier_prediction(cell):
    model, idx = RNN(replace(CONFIG, cell=cell)), letters(B, T)
    changed = idx.clone()
    changed[:, 4] = (idx[:, 4] + 1) % V
    assert_close(model(changed)[0][:, :4], model(idx)[0][:, :4])
    for t in range(4, T):
        assert not torch.allclose(model(changed)[0][:, t], model(idx)[0][:, t])


def test_the_loss_is_the_mean_surprise_of_the_targets():
    model, idx, targets = RNN(CONFIG), letters(B, T), letters(B, T)
    logits, loss = model(idx, targets)
    probs = logits.softmax(-1).gather(-1, targets[..., None])
    assert logits.shape == (B, T, V) and model(idx)[1] is None
    assert_close(loss, -probs.log().mean())


def test_a_cell_of_a_config_is_the_one_that_is_built():
    cells = [RNN(replace(CONFIG, cell=cell)).recurrence for cell in ("elman", "gru")]
    assert [type(cell) for cell in cells] == [Elman, GRU]


def test_training_teaches_it_a_cycle():
    # 0 1 2 … 10 0 1 …: after one token the next is certain, so the loss can fall to 0.
    ids = torch.arange(600) % V
    model = RNN(replace(CONFIG, n_embd=16))
    history = training.train(
        model, ids, ids, steps=60, batch_size=16, lr=2e-2, progress=False, eval_every=60
    )
    assert history.val_loss[0] == pytest.approx(math.log(V), abs=0.3)
    assert history.val_loss[-1] < 0.2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_embd": 0}, "n_embd must be a whole number ≥ 1; got 0. Try 64"),
        ({"block_size": 2.5}, "block_size must be a whole number ≥ 1; got 2.5"),
        ({"vocab_size": True}, "vocab_size must be a whole number ≥ 1; got True"),
        ({"cell": "lstm"}, r"one of \['elman', 'gru'\]; got 'lstm'. Try 'gru'"),
    ],
)
def test_it_refuses_an_impossible_config(change, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **change)


# encoder and decoder


def pytorchs(model, source, targets):
    """The same model's logits without attention, put together from PyTorch's units."""
    encoder, decoder = (nn.GRU(C, C, batch_first=True) for _ in range(2))
    for twin, ours in ((encoder, model.encoder), (decoder, model.decoder)):
        parts = ours.from_input.weight, ours.from_state.weight
        parts += ours.from_input.bias, ours.from_state.bias
        for theirs, mine in zip(twin.parameters(), parts, strict=True):
            theirs.data = mine.data
    memory, last = encoder(model.token_embedding(source))
    shifted = torch.cat([torch.full((len(targets), 1), V), targets[:, :-1]], dim=1)
    return decoder(model.token_embedding(shifted), last)[0], memory


def test_the_bottleneck_equals_pytorchs_units_put_together():
    model, source, targets = Seq2Seq(CONFIG), letters(B, 5), letters(B, T)
    states, _ = pytorchs(model, source, targets)
    logits, loss = model(source, targets)
    assert_close(logits, model.head(states))
    assert_close(loss, nn.functional.cross_entropy(logits.mT, targets))


def test_attention_equals_pytorchs_over_the_encoders_states():
    model, source, targets = AttentiveSeq2Seq(CONFIG), letters(B, 5), letters(B, T)
    states, memory = pytorchs(model, source, targets)
    found = nn.functional.scaled_dot_product_attention(states, memory, memory)
    assert_close(model(source, targets)[0], model.head(torch.cat([states, found], dim=-1)))


def test_cross_weights_rows_sum_to_one_and_look_everywhere():
    weights = cross_weights(torch.randn(B, 3, C), torch.randn(B, 5, C))
    assert_close(weights.sum(-1), torch.ones(B, 3))
    assert weights.shape == (B, 3, 5) and (weights > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_never_seen_before_it_is_given(kind):
    model, source, targets = kind(CONFIG), letters(B, 5), letters(B, T)
    changed = targets.clone()
    changed[:, 3] = (targets[:, 3] + 1) % V
    before, after = (model(source, y)[0] for y in (targets, changed))
    assert_close(after[:, :4], before[:, :4])
    assert not torch.allclose(after[:, 4], before[:, 4])


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_letter_read_reaches_the_last_letter_written(kind):
    model, source, targets = kind(CONFIG), letters(B, 5), letters(B, T)
    changed = source.clone()
    changed[:, 0] = (source[:, 0] + 1) % V
    for t in range(T):
        assert not torch.equal(model(changed, targets)[0][:, t], model(source, targets)[0][:, t])


def test_without_attention_the_state_is_the_only_road():
    model, targets = Seq2Seq(CONFIG), letters(1, T)
    memory = torch.randn(1, 5, C)
    other = torch.randn(1, 5, C)
    other[:, -1] = memory[:, -1]
    model.encoder.forward = lambda x: memory
    before = model(letters(1, 5), targets)[0]
    model.encoder.forward = lambda x: other
    assert_close(model(letters(1, 5), targets)[0], before)


def test_attention_repeats_what_a_state_cannot_hold():
    # 12 random letters of 10, practised up to 10. Over six seeds: plain .52 to .55 of the letters,
    # with attention .87 to .93.
    plain, attentive = (practised(kind(RNNConfig(10, n_embd=48))) for kind in KINDS)
    assert repeated(plain, 2) > 0.95 and repeated(attentive, 2) > 0.95
    assert repeated(plain, 12) < 0.65 and repeated(attentive, 12) > 0.8


def practised(model, steps=250):
    optimizer = torch.optim.AdamW(model.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-2, total_steps=steps)
    for step in range(steps):
        x = torch.randint(10, (64, 1 + step % 10))
        optimizer.zero_grad()
        model(x, x)[1].backward()
        optimizer.step()
        rate.step()
    return model


@torch.no_grad()
def repeated(model, length):
    x = torch.randint(10, (256, length))
    return (model(x, x)[0].argmax(-1) == x).float().mean().item()
