"""Clouds of points with two laws in them, for the tests of mixtures."""

import numpy as np
import torch

from helpers.theory.mixtures import Mixture

TRUTH = Mixture([[0.5, 6.0], [0.0, 0.0]], [[1.0, 2.0], [-1.0, -1.0]], [0.04, 0.16])
# g_1 = sigmoid(2x), P_1 = N(1 + 2x, 1/4), P_2 = N(-1 - x, 1/4)
TOY = Mixture([[0.0, 2.0], [0.0, 0.0]], [[1.0, 2.0], [-1.0, -1.0]], [0.25, 0.25])
START = Mixture([[0.0, 0.0]] * 2, [[0.1, 0.5], [-0.1, -0.5]], [1.0, 1.0])


def fixed_cloud():
    """60 points made without a random number, so that every figure can be repeated anywhere."""
    i = np.arange(60)
    x = -1 + 2 * i / 59
    first = x + 0.5 * np.sin(7 * i) > 0
    return tensors(x, np.where(first, 1 + 2 * x, -1 - x) + 0.3 * np.sin(5 * i**2))


def random_cloud(n, seed):
    """n points drawn from TRUTH."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, n)
    first = random.random(n) < 1 / (1 + np.exp(-(0.5 + 6 * x)))
    noise = random.standard_normal(n)
    return tensors(x, np.where(first, 1 + 2 * x + 0.2 * noise, -1 - x + 0.4 * noise))


def random_problem(seed):
    """Any data at all with any mixture: n, d and M, scales and outliers differ."""
    random = np.random.default_rng(seed)
    n, d, M = random.integers(1, 60), random.integers(1, 4), random.integers(1, 5)
    x = random.standard_normal((n, d)) * 10 ** random.uniform(-1, 1, d)
    y = random.standard_normal(n) * (1 + 5 * (random.random(n) < 0.1)) + x[:, 0]
    gate = random.standard_normal((M, d + 1)) * 10 ** random.uniform(-2, 0.5)
    weights = random.standard_normal((M, d + 1))
    return *tensors(x, y), Mixture(gate, weights, 10 ** random.uniform(-1, 1, M))


def tensors(*arrays):
    return tuple(map(torch.from_numpy, arrays))
