"""What the tests of a mixture share: tokens, and the layer as one would explain it."""

import torch

from helpers.models import routing

B, T = 3, 7
IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7], [0, 3, 2, 3, 8, 4, 6]])


def slowly(layer, x, k, capacity=None):
    """The layer as one would explain it: token by token, expert by expert."""
    y, places = torch.zeros_like(x), [0] * len(layer.experts)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            logits = layer.router(x[b, t])
            experts, weights = routing.route(logits, k)
            if k == 1:
                weights = logits.softmax(-1)[experts]
            for i, weight in zip(experts.tolist(), weights, strict=True):
                places[i] += 1
                if capacity is None or places[i] <= capacity:
                    y[b, t] = y[b, t] + weight * layer.experts[i](x[b, t])
    return y
