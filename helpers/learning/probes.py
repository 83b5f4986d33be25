"""Probes: what can be read out of a model's stream by one linear map, and what a control reads.

Sources: Alain & Bengio 2016 (linear probes by layer); Hewitt & Liang 2019 (control tasks and
selectivity); Belinkov 2022 (what a probe shows and what not). Notebook *Inside the model*.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.basics.borders import takes


class Probe(NamedTuple):
    """A linear map from vectors to one score for each class: x @ weight + bias."""

    weight: Tensor  # (C, K)
    bias: Tensor  # (K,)

    def __call__(self, x: Tensor) -> Tensor:
        """The scores of the classes: (..., C) -> (..., K). The largest one is the answer."""
        return x.to(self.weight) @ self.weight + self.bias


@takes(x="numbers N C", n_classes="count", labels="tokens N <n_classes", ridge="positive")
def fit_probe(x: Tensor, labels: Tensor, n_classes: int, ridge: float = 1.0) -> Probe:
    """The best linear map from x to one-hot labels, in closed form (ridge regression).

    x: (N, C), labels: (N,). It makes the sum of squared errors + ridge · |weight|² smallest; the
    bias is free. In double precision, so that the order of the texts does not show.
    """
    wanted = torch.nn.functional.one_hot(labels, n_classes).double()  # (N, K)
    centre, usual = x.double().mean(0), wanted.mean(0)
    moved = x.double() - centre
    gram = moved.T @ moved + ridge * torch.eye(x.shape[1], dtype=torch.float64, device=x.device)
    weight = torch.linalg.solve(gram, moved.T @ (wanted - usual))  # (C, K)
    return Probe(weight, usual - centre @ weight)


@takes(probe="call", x="numbers N C", labels="tokens N")
def probe_accuracy(probe: Probe, x: Tensor, labels: Tensor) -> float:
    """The share of vectors whose largest score is that of their label: x (N, C), labels (N,)."""
    return (probe(x).argmax(-1) == labels).double().mean().item()


@takes(types="rows", labels="tokens N", seed="whole")
def control_labels(types: Sequence[Hashable], labels: Tensor, seed: int) -> Tensor:
    """Labels without meaning: every type gets one, by chance, as often as labels occur: (N,).

    types: what each of the N examples looks like, such as its last characters. The same type has
    the same label, so a probe can learn them by heart, and only so (Hewitt & Liang 2019, §2).
    """
    generator = torch.Generator().manual_seed(seed)
    names = list(dict.fromkeys(types))
    picked = torch.randint(len(labels), (len(names),), generator=generator).tolist()
    given = {name: labels[i].item() for name, i in zip(names, picked, strict=True)}
    return torch.tensor([given[each] for each in types])
