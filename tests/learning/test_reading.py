"""Reading for a training: each window once an epoch, each process its own rows, ahead of time."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from helpers.learning.scale_out.objective import Objective
from helpers.learning.scale_out.reading import Rows, fixed_windows
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.shards import Shards

T, B = 4, 6


class Place:
    """A process of a world, as far as reading asks for it."""

    device = torch.device("cpu")

    def __init__(self, rank=0, size=1):
        self.rank, self.size = rank, size

    def share(self, count):
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)


@pytest.fixture
def shards(tmp_path):
    """The numbers 0 … 102 in files of 50, 50 and 3 tokens; the last has no window."""
    numbers = np.arange(103, dtype="<u2")
    for i, part in enumerate((numbers[:50], numbers[50:100], numbers[100:])):
        part.tofile(tmp_path / f"train_{i:05d}.bin")
    meta = '{"dtype": "<u2", "vocab_size": 103, "end_of_text": 102, "tokens": {"train": 103}}'
    (tmp_path / "meta.json").write_text(meta)
    return Shards(tmp_path)


def rows(shards, seed=0, **place):
    return Rows(shards, T, B, seed, Place(**place))


def test_in_an_epoch_every_window_is_read_once_and_none_overlaps_another(shards):
    reading = rows(shards)
    assert reading.windows == (46 + 46) // T == 23  # places in the two long files, T apart
    places = [place for step in range(23) for place in reading.places(step)]
    for epoch in range(B):  # 23 · 6 rows are 6 epochs of 23
        once = sorted(places[23 * epoch : 23 * (epoch + 1)])
        assert all(b - a == T for a, b in zip(once, once[1:], strict=False))
    assert len({tuple(places[23 * e : 23 * (e + 1)]) for e in range(B)}) == B


def test_epochs_are_cut_in_different_places_so_that_all_tokens_are_seen(shards):
    reading = rows(shards)
    seen = {int(token) for step in range(200) for token in reading.read(step)[0].flatten()}
    assert seen == set(range(49)) | set(range(50, 99))  # all that may be followed by another


@pytest.mark.parametrize("size", [2, 4, 5, 6])
def test_the_rows_of_all_processes_are_those_of_one(shards, size):
    for step in (0, 3, 7):
        parts = [rows(shards, rank=rank, size=size).read(step)[0] for rank in range(size)]
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
        assert torch.equal(torch.cat(parts), rows(shards).read(step)[0])


def test_what_is_read_ahead_is_what_is_asked_for(shards):
    reading = rows(shards)
    for step in (0, 1, 2, 9, 10, 3):
        x, y = reading(step)
        assert torch.equal(x, rows(shards).read(step)[0])
        assert torch.equal(y[:, :-1], x[:, 1:])


def test_a_text_of_one_window_is_read_again_and_again(tmp_path):
    np.arange(6, dtype="<u2").tofile(tmp_path / "train_00000.bin")
    meta = '{"dtype": "<u2", "vocab_size": 6, "end_of_text": 5, "tokens": {"train": 6}}'
    (tmp_path / "meta.json").write_text(meta)
    places = rows(Shards(tmp_path)).places(0)
    assert len(places) == B and set(places) <= {0, 1}


def test_another_seed_reads_in_another_order(shards):
    assert rows(shards, seed=0).places(0) != rows(shards, seed=1).places(0)


def test_validation_windows_are_the_same_every_time_and_shared(shards):
    whole = fixed_windows(shards, T, B, 3, Place())
    again = fixed_windows(shards, T, B, 3, Place())
    halves = [fixed_windows(shards, T, B, 3, Place(rank, 2)) for rank in (0, 1)]
    for (x, _), (same, _), (one, _), (two, _) in zip(whole, again, *halves, strict=True):
        assert torch.equal(x, same) and torch.equal(x, torch.cat([one, two]))


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("changes", [{}, {"tied": False}, {"dropout": 0.2}, {"n_expert": 4}])
def test_the_objective_is_the_models_own_loss_and_gradient(monkeypatch, recompute, changes):
    monkeypatch.setattr("helpers.learning.scale_out.objective.POSITIONS", 5)  # 4 pieces of 18
    torch.manual_seed(0)
    model = GPT(GPTConfig(8, 70, 2, 2, 16, **changes))
    x, y = torch.randint(70, (2, 3, 6)).unbind()
    theirs, ours = (lambda: model(x, y)[1]), (lambda: Objective(model, recompute)(x, y)[0])
    assert_close(learned(model, ours), learned(model, theirs))


def learned(model, loss_of):
    """The loss and all gradients of a model."""
    model.zero_grad()
    torch.manual_seed(1)
    loss = loss_of()
    loss.backward()
    return [loss.detach(), *(p.grad.clone() for p in model.parameters())]


def test_balance_is_added_beside_the_loss():
    torch.manual_seed(0)
    model = GPT(GPTConfig(8, 70, 2, 2, 16, n_expert=4))
    x, y = torch.randint(70, (2, 3, 6)).unbind()
    loss, extra = Objective(model, balance=0.1)(x, y)
    assert_close(loss, model(x, y)[1])
    assert extra >= 2 * 0.1 * 0.999  # about 1 per layer where all experts get as much
    extra.backward()
    assert all(p.grad.abs().sum() > 0 for p in model.blocks[0].mlp.router.parameters())
