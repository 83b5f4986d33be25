"""Exercises of the notebook *Adapt a model*: LoRA's two matrices, as they start and as they act."""

import torch

from helpers.models.lora import LoRALinear
from helpers.practice.answers import normals, require
from helpers.practice.exercise import Exercise


def two_thin(rank, n_in, n_out):
    down = torch.randn(rank, n_in) / n_in**0.5
    up = torch.zeros(n_out, rank)
    return down.requires_grad_(), up.requires_grad_()


def _facts(answer, rank, n_in, n_out):
    """What matters of a start: whether it changes nothing, and who learns in the first two steps.

    Numbers of a random A cannot be compared, so these five are: 1 is yes.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        given = answer(rank, n_in, n_out)
    if given is ... or given is None:
        return given
    down, up = given
    shapes = [tuple(down.shape), tuple(up.shape)]
    wanted = [(rank, n_in), (n_out, rank)]
    require(shapes == wanted, f"A must be {wanted[0]} and B {wanted[1]}; yours are {shapes}.")
    x = normals(5, (4, n_in))[0]
    y = x @ down.T @ up.T
    if y.requires_grad:
        (y - 1).pow(2).sum().backward()
    moves = [part.grad is not None and bool(part.grad.abs().max() > 0) for part in given]
    return torch.tensor(
        [not y.abs().max() > 0, down.requires_grad, up.requires_grad, *moves]
    ).float()


def _learn(down, up):
    return down.requires_grad_(), up.requires_grad_()


def _random(*shape):
    return torch.randn(*shape) / shape[-1] ** 0.5


check_thin_start = Exercise(
    "18 Two thin matrices at their start",
    "rank, inputs N, outputs M -> A (rank, N) and B (M, rank), which learn and change nothing yet.",
    two_thin,
    cases={
        "the start of rank 2 beside a layer of 6 inputs and 4 outputs": (2, 6, 4),
        "the start of rank 1 beside a layer of 3 inputs and 5 outputs": (1, 3, 5),
    },
    slips={
        "B is not zero, so the model is another one before its first step.": (
            lambda r, n, m: _learn(_random(r, n), _random(m, r))
        ),
        "both are zero. Then neither has a gradient: each one's is a product with the other.": (
            lambda r, n, m: _learn(torch.zeros(r, n), torch.zeros(m, r))
        ),
        "A is frozen: only B would learn, within directions drawn by chance.": (
            lambda r, n, m: (_random(r, n), torch.zeros(m, r).requires_grad_())
        ),
        "B is frozen at zero: nothing would ever change.": (
            lambda r, n, m: (_random(r, n).requires_grad_(), torch.zeros(m, r))
        ),
        "neither learns: `requires_grad_()` asks for gradients.": (
            lambda r, n, m: (_random(r, n), torch.zeros(m, r))
        ),
        "A is zero and B is random. That would do as well, but the zero one is to be B.": (
            lambda r, n, m: _learn(torch.zeros(r, n), _random(m, r))
        ),
    },
    right=[
        lambda r, n, m: _learn(torch.rand(r, n) - 0.5, torch.zeros(m, r)),
        lambda r, n, m: _learn(torch.ones(r, n), torch.zeros(m, r)),
    ],
    hints=[
        "The product B A must be zero, and yet one of the two must feel a gradient.",
        "B = 0 makes the product zero. The gradient of B is a product with A, so A must not be 0.",
        "`torch.randn(rank, n_in) / n_in**0.5`, `torch.zeros(n_out, rank)`, both with "
        "`.requires_grad_()`.",
    ],
    ask=_facts,
)


def layer_with_lora(x, W, A, B, alpha):
    rank = len(A)
    return x @ W.T + alpha / rank * (x @ A.T) @ B.T


def _layer(x, W, A, B, alpha):
    layer = torch.nn.Linear(*W.T.shape, bias=False)
    layer.weight.data = W
    lora = LoRALinear(layer, len(A), alpha)
    lora.down.data, lora.up.data = A, B
    return lora(x)


_x, _W, _A, _B = normals(20, (3, 6), (6, 6), (2, 6), (6, 2))
_x1, _W1, _A1, _B1 = normals(21, (2, 4), (5, 4), (4, 4), (5, 4))
check_with_change = Exercise(
    "18 A layer with LoRA",
    "x (B, N), W (M, N), A (rank, N), B (M, rank), alpha -> (B, M): the layer and its change.",
    layer_with_lora,
    cases={
        "the outputs of rank 2 with α = 6": (_x, _W, _A, _B, 6.0),
        "the outputs of rank 4 with α = 2": (_x1, _W1, _A1, _B1, 2.0),
    },
    slips={
        "the scale is forgotten: the change counts α / rank times.": (
            lambda x, W, A, B, alpha: x @ W.T + x @ A.T @ B.T
        ),
        "α is not divided by the rank.": (
            lambda x, W, A, B, alpha: x @ W.T + alpha * x @ A.T @ B.T
        ),
        "you multiplied by the rank; α is divided by it.": (
            lambda x, W, A, B, alpha: x @ W.T + alpha * len(A) * x @ A.T @ B.T
        ),
        "α / rank is squared: it stands before the product once, not before each matrix.": (
            lambda x, W, A, B, alpha: x @ W.T + (alpha / len(A)) ** 2 * x @ A.T @ B.T
        ),
        "this is the change alone; the layer's own output is missing.": (
            lambda x, W, A, B, alpha: alpha / len(A) * x @ A.T @ B.T
        ),
        "the change is missing.": lambda x, W, A, B, alpha: x @ W.T,
        "the scale acts on the old matrix, too; it belongs to the change alone.": (
            lambda x, W, A, B, alpha: alpha / len(A) * (x @ W.T + x @ A.T @ B.T)
        ),
        "W is not transposed: a layer computes x Wᵀ.": (
            lambda x, W, A, B, alpha: x @ W + alpha / len(A) * x @ A.T @ B.T
        ),
        "the change is subtracted.": (
            lambda x, W, A, B, alpha: x @ W.T - alpha / len(A) * x @ A.T @ B.T
        ),
    },
    right=[_layer, lambda x, W, A, B, alpha: x @ (W + alpha / len(A) * B @ A).T],
    hints=[
        "A layer without bias computes `x @ W.T`; the change is added to it.",
        "The rank is the number of rows of A. x goes through A first, then through B.",
        "`x @ W.T + alpha / len(A) * (x @ A.T) @ B.T`",
    ],
)
