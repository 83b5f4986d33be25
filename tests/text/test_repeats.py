"""Repeats: rows that repeat a random segment, and what each of their tokens costs exactly."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.text.tasks import repeats

V, T = 32, 48


def batch(size=64, vocab_size=V, seed=0):
    return repeats.sample(size, T, vocab_size, torch.Generator().manual_seed(seed))


def period(row):
    """The shortest distance at which a row repeats itself."""
    return next(n for n in range(1, len(row)) if torch.equal(row[n:], row[:-n]))


def test_y_is_x_one_step_later():
    x, y = batch()
    assert x.shape == y.shape == (64, T) and x.dtype == torch.int64
    assert torch.equal(x[:, 1:], y[:, :-1])


def test_every_length_from_8_to_20_has_the_same_chance():
    x, y = batch(2600, vocab_size=10**6)  # so many tokens that none comes twice by chance
    rows = torch.cat([x[:, :1], y], dim=1)
    counts = torch.bincount(torch.tensor([period(row) for row in rows]), minlength=21)
    assert counts[:8].sum() == 0 and len(counts) == 21
    error = math.sqrt(2600 * 1 / 13 * 12 / 13)
    assert ((counts[8:] - 200).abs() < 4 * error).all()


def test_every_token_has_the_same_chance():
    x, _ = batch(4000)
    counts = torch.bincount(x[:, :8].flatten(), minlength=V).double()
    assert len(counts) == V and ((counts - 1000).abs() < 4 * math.sqrt(1000 * 31 / 32)).all()


def test_the_same_generator_gives_the_same_rows():
    assert all(map(torch.equal, batch(seed=3), batch(seed=3)))
    assert not torch.equal(batch(seed=3)[0], batch(seed=4)[0])


@pytest.mark.parametrize(
    ("ninth", "chance"), [(0, (1 + 12 / V) / 13), (9, 12 / V / 13)], ids=["repeated", "new"]
)
def test_the_ninth_token_by_hand(ninth, chance):
    # Period 8, with chance 1/13: it is the first one. Any other period: it is random.
    x = torch.arange(8)[None]
    y = torch.tensor([[1, 2, 3, 4, 5, 6, 7, ninth]])
    nats = repeats.surprisals(x, y, V)
    assert_close(nats[0, :7], torch.full((7,), math.log(V), dtype=torch.float64))
    assert nats[0, 7].item() == pytest.approx(-math.log(chance))


@pytest.mark.parametrize("length", [7, 8, 12, 19, 20, 30])
def test_the_chances_of_all_next_tokens_sum_to_1(length):
    start = torch.cat([batch(5, seed=1)[0][:, :length]])
    total = 0
    for token in range(V):
        x, y = start, torch.cat([start[:, 1:], torch.full((5, 1), token)], dim=1)
        try:
            total += torch.exp(-repeats.surprisals(x, y, V))[:, -1]
        except ValueError:  # impossible for one of the rows: take them one by one
            total += torch.stack([one(x[i : i + 1], y[i : i + 1]) for i in range(5)])
    assert_close(total, torch.ones(5, dtype=torch.float64))


def one(x, y):
    try:
        return torch.exp(-repeats.surprisals(x, y, V))[0, -1]
    except ValueError:
        return torch.tensor(0.0, dtype=torch.float64)


def test_the_segment_is_paid_for_once_and_its_length_too():
    x, y = batch(200)
    rows = torch.cat([x[:, :1], y], dim=1)
    bought = torch.tensor([period(row) * math.log(V) + math.log(13) for row in rows])
    paid = repeats.surprisals(x, y, V).sum(1) + math.log(V)  # and the first token
    assert_close(paid, bought.double(), atol=1e-3, rtol=0)


def test_it_refuses_a_row_that_does_not_repeat():
    x, y = batch(3)
    y[1, 40:] = (y[1, 40:] + 1) % V
    with pytest.raises(ValueError, match="8 to 20 tokens from its start; row 1 does not. Try"):
        repeats.surprisals(x, y, V)
