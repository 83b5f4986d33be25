"""A sparse autoencoder: it finds the directions that data are made of."""

import pytest
import torch
from torch.testing import assert_close

from helpers.learning import sparse


def made_of(n_directions=12, channels=8, n=4000):
    """Sums of one or two out of 12 directions in 8 channels."""
    generator = torch.Generator().manual_seed(0)
    units = torch.nn.functional.normalize(
        torch.randn(n_directions, channels, generator=generator), dim=-1
    )
    on = torch.rand(n, n_directions, generator=generator) < 0.1
    return units, on, (on * 3.0) @ units


def test_it_puts_together_directions_of_length_one():
    model = sparse.SparseAutoencoder(4, 6)
    x = torch.randn(3, 4)
    again, features = model(x)
    directions = model.directions / model.directions.norm(dim=1, keepdim=True)
    assert_close(again, sum(features[:, [i]] * directions[i] for i in range(6)) + model.centre)
    assert (features >= 0).all()


def test_the_loss_by_hand():
    model = sparse.SparseAutoencoder(2, 2)
    with torch.no_grad():
        model.encoder.weight.copy_(torch.eye(2))
        model.encoder.bias.zero_()
        model.directions.copy_(5 * torch.eye(2))  # its length does not count
    # (3, -1) -> features (3, 0) -> (3, 0): an error of 1, and 0.5 for each of the 3
    loss = sparse.sparse_loss(model, torch.tensor([[3.0, -1.0]]), price=0.5)
    assert_close(loss.item(), 1 + 0.5 * 3)


def test_it_finds_what_the_data_are_made_of():
    units, on, x = made_of()
    model = sparse.fit_sparse(x, 24, steps=600, price=0.1, lr=1e-2)
    with torch.no_grad():
        found = sparse.correlations(model.features(x), on.float()).amax(0)
        channels = sparse.correlations(x, on.float()).abs().amax(0)
    assert found.mean() > 0.85 > channels.mean() + 0.1


def test_a_price_makes_it_sparse():
    x = made_of()[2]
    models = [sparse.fit_sparse(x, 24, steps=200, price=price) for price in (0.0, 1.0)]
    with torch.no_grad():
        active = [(model.features(x) > 1e-6).float().mean() for model in models]
    assert active[1] < 0.7 * active[0]


def test_correlations_are_pearsons():
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(50, k, generator=generator) for k in (3, 2))
    assert_close(sparse.correlations(a, b), torch.corrcoef(torch.cat([a, b], 1).T)[:3, 3:])
    assert_close(sparse.correlations(torch.ones(50, 1), b), torch.zeros(1, 2))


def test_the_callers_dice_stay_as_they_are():
    before = torch.random.get_rng_state()
    sparse.fit_sparse(torch.randn(20, 3, generator=torch.Generator().manual_seed(1)), 4, steps=1)
    assert torch.equal(before, torch.random.get_rng_state())


def test_no_price_below_zero():
    with pytest.raises(ValueError, match="price must be a number ≥ 0"):
        sparse.fit_sparse(torch.zeros(4, 3), 4, steps=1, price=-1.0)
