"""A sparse autoencoder: the stream as a sum of few out of many directions.

Sources: Bricken et al. 2023, "Towards Monosemanticity"; Cunningham et al. 2023. Notebook *Inside
the model*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains, takes


@explains(x="stream ... C", n_channels="count", n_features="count")
class SparseAutoencoder(nn.Module):
    """x ≈ centre + Σ feature · direction, where the features are ≥ 0 and few are not 0.

    Every direction has length 1, so that a feature cannot become cheap by a long direction.
    """

    def __init__(self, n_channels: int, n_features: int):
        super().__init__()
        self.encoder = nn.Linear(n_channels, n_features)
        self.directions = nn.Parameter(self.encoder.weight.detach().clone())  # (F, C)
        self.centre = nn.Parameter(torch.zeros(n_channels))

    def features(self, x: Tensor) -> Tensor:
        """How much of each direction is in x: (..., C) -> (..., F), none below 0."""
        return self.encoder(x - self.centre).relu()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., C) -> x as it is put together again (..., C), and the features (..., F)."""
        features = self.features(x)
        return features @ nn.functional.normalize(self.directions, dim=-1) + self.centre, features


def sparse_loss(model: SparseAutoencoder, x: Tensor, price: float) -> Tensor:
    """The squared distance of what is put together, plus a price on the sum of all features."""
    again, features = model(x)
    return (again - x).square().sum(-1).mean() + price * features.sum(-1).mean()


@takes(x="numbers N C", n_features="count", steps="count", price="least0", lr="positive")
def fit_sparse(
    x: Tensor, n_features: int, steps: int, price: float = 1.0, lr: float = 2e-3, seed: int = 0
) -> SparseAutoencoder:
    """A sparse autoencoder trained by Adam on batches of 512 of the vectors x (N, C)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SparseAutoencoder(x.shape[1], n_features)
    model.centre.data = x.mean(0)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (512,), generator=generator)]
        optimizer.zero_grad()
        sparse_loss(model, batch, price).backward()
        optimizer.step()
    return model.eval()


@takes(features="numbers N F alike", truths="numbers N K alike")
def correlations(features: Tensor, truths: Tensor) -> Tensor:
    """The correlation of every feature with every true variable: (N, F), (N, K) -> (F, K).

    0 for a feature that never changes.
    """
    one, other = (each - each.mean(0) for each in (features, truths))
    lengths = one.norm(dim=0)[:, None] * other.norm(dim=0)
    return (one.T @ other) / lengths.clamp_min(1e-9)
