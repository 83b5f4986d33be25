"""Exercises of notebook *Train a GPT*: the loss, and clipping."""

import torch
from torch.nn import functional as F

from helpers.models.losses import token_loss
from helpers.practice.answers import in_bits, normals, require, then
from helpers.practice.exercise import Exercise


def batch_loss(logits, idx):
    targets = idx[:, 1:]
    log_probs = logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1))
    return -log_probs.mean()


def _costs(logits, idx):
    return F.cross_entropy(logits.mT, idx[:, 1:], reduction="none")


def _mean(change):
    """The mean of the costs after a change."""
    return lambda z, idx: change(_costs(z, idx)).mean()


def _over(dim):
    """The loss of a softmax over another dimension."""
    return lambda z, idx: F.nll_loss(z.log_softmax(dim).mT, idx[:, 1:])


SLIPS_OF_THE_LOSS = {
    "the minus is missing: ln P is below 0, a cost is above.": then(batch_loss, torch.neg),
    "this is the sum; divide by the number of targets, B · T.": then(_costs, torch.sum),
    "this is the cost of a whole text; divide by T as well.": _mean(lambda cost: cost.sum(1)),
    "this sums over the texts; divide by B as well.": _mean(lambda cost: cost.sum(0)),
    "each token's cost is right; their mean is missing.": _costs,
    "each text's mean is right; one number is asked.": lambda z, idx: _costs(z, idx).mean(-1),
    "these are bits; the loss is in nats.": then(batch_loss, in_bits),
    "this is the perplexity, e to the loss.": then(batch_loss, torch.exp),
    "this is -ln of the mean P; asked is the mean of -ln P.": (
        lambda z, idx: -(-_costs(z, idx)).exp().mean().log()
    ),
    "the logarithm is missing: this is the mean probability.": _mean(lambda cost: (-cost).exp()),
    "only the last place counts here; every place has a target.": _mean(lambda cost: cost[:, -1]),
    "the last target is forgotten; each of the T places has one.": _mean(lambda cost: cost[:, :-1]),
    "these targets are the tokens that were read; each place must pay for the next one.": (
        lambda z, idx: F.cross_entropy(z.mT, idx[:, :-1])
    ),
    "the places are one too late: logits at t are about the token at t + 1.": (
        lambda z, idx: F.cross_entropy(z[:, 1:].mT, idx[:, 1:-1])
    ),
    "the logits still have to become ln P: log_softmax is missing.": (
        lambda z, idx: F.nll_loss(z.mT, idx[:, 1:])
    ),
    "the logits go through two softmaxes; cross_entropy has one inside.": (
        lambda z, idx: batch_loss(z.softmax(-1), idx)
    ),
    "the softmax runs over the places, not over the vocabulary.": _over(1),
    "the softmax runs over the texts, not over the vocabulary.": _over(0),
    "`view` to (B, V, T) mixes places and tokens. Swap with transpose, or flatten B and T.": (
        lambda z, idx: F.cross_entropy(z.view(len(z), -1, z.shape[1]), idx[:, 1:])
    ),
}
check_batch_loss = Exercise(
    "08 The loss of a batch",
    "logits (B, T, V) and idx (B, T + 1) -> the mean cost of a target, in nats.",
    batch_loss,
    cases={
        "the loss": (2 * normals(0, (2, 3, 5))[0], torch.tensor([[0, 3, 1, 4], [2, 2, 0, 1]])),
        "the loss of equal logits, ln V,": (torch.zeros(3, 4, 5), torch.arange(15).view(3, 5) % 5),
    },
    slips=SLIPS_OF_THE_LOSS,
    right=[
        lambda z, idx: F.cross_entropy(z.flatten(0, 1), idx[:, 1:].flatten()),
        lambda z, idx: token_loss(z, idx[:, 1:]),
        lambda z, idx: _costs(z, idx).double().mean().item(),
    ],
    hints=[
        "The logits at place t are about the token at t + 1. Which tokens are targets?",
        "Each target costs -ln of the probability it was given; `log_softmax(-1)` makes all ln P.",
        "`gather(-1, targets.unsqueeze(-1))` picks their ln P; the loss is minus the mean.",
    ],
)


def clipped(gradients, most):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    factor = min(1.0, most / norm)
    return [factor * g for g in gradients]


def _row(gradients):
    return torch.cat([gradient.flatten() for gradient in gradients])


def _clipped_row(clipped, gradients, most):
    """The clipped gradients in one row, after a look at how many and what shape they are."""
    got, shapes = clipped(gradients, most), [gradient.shape for gradient in gradients]
    require(isinstance(got, (list, tuple)), "return a list with one tensor for each gradient.")
    got = [torch.as_tensor(gradient) for gradient in got]
    words = "every gradient must keep its place and its shape."
    require([gradient.shape for gradient in got] == shapes, words)
    return _row(got)


def _scaled(factor):
    """All gradients times one factor, a function of their row and of most."""
    return lambda gradients, most: [factor(_row(gradients), most) * g for g in gradients]


def _normed(order):
    return _scaled(lambda row, most: most / row.norm(order))


def _by_torch(gradients, most):
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, most)
    return [parameter.grad for parameter in parameters]


SLIPS_OF_CLIPPING = {
    "each tensor has been clipped alone. One norm for all, or the direction changes.": (
        lambda gradients, most: [most * g / g.norm() for g in gradients]
    ),
    "each number is cut at ±1, which changes the direction. Scale all.": (
        lambda gradients, most: [g.clamp(-most, most) for g in gradients]
    ),
    "the gradients are as they were; their norm of 5 is too large.": lambda gradients, _: gradients,
    "the norm is the root of the sum of squares; the root is missing.": (
        _scaled(lambda row, most: most / row.norm() ** 2)
    ),
    "the norms of the tensors are added; add their squares, then take the root.": (
        lambda gradients, most: [most / sum(map(torch.norm, gradients)) * g for g in gradients]
    ),
    "this divides by the largest number; the norm counts all of them.": _normed(torch.inf),
    "this divides by the sum of the sizes; the norm is the root of the sum of squares.": _normed(1),
    "the factor is upside down: too large a gradient must become smaller.": (
        _scaled(lambda row, most: row.norm() / most)
    ),
    "add up the squares; do not average them.": (
        _scaled(lambda row, most: most / row.square().mean().sqrt())
    ),
    "this has norm 1; what is asked is the norm `most`.": _scaled(lambda row, most: 1 / row.norm()),
    "a small gradient must stay as it is; this one has grown.": _normed(2),
}
GRADIENTS = [torch.tensor([3.0, -1.0]), torch.tensor([[2.0, 1.0], [-1.0, 3.0]])]  # norm 5
check_clipped = Exercise(
    "08 Clipping by the global norm",
    "A list of gradients and the largest norm allowed -> the list of clipped gradients.",
    clipped,
    cases={
        "the row of gradients, of norm 5, clipped at 1,": (GRADIENTS, 1.0),
        "the row of gradients, of norm 5, clipped at 2,": (GRADIENTS, 2.0),
        "the row of gradients, of norm 0.5, clipped at 2,": ([g / 10 for g in GRADIENTS], 2.0),
    },
    slips=SLIPS_OF_CLIPPING,
    right=[_by_torch, _scaled(lambda row, most: most / max(row.norm(), most))],
    ask=_clipped_row,
    hints=[
        "One norm for all tensors together: the root of the sum of all squares.",
        "All are multiplied by one factor, so that the direction stays. When must it be 1?",
        "The factor is `min(1.0, most / norm)`, and every gradient is multiplied by it.",
    ],
)
