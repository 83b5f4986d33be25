"""Right and wrong answers to the exercises of notebook 10."""

import torch
from torch.nn import functional as F

from helpers.learning.alignment import dpo_loss, optimal_policy
from helpers.practice.exercises import (
    check_best_policy,
    check_image_again,
    check_preference_loss,
)


def by_fold(patches, P, height, width):
    channels_first = patches.view(len(patches), P * P, -1).permute(2, 1, 0)  # K, pixel, N
    return F.fold(channels_first.flatten(0, 1)[None], (height, width), P, stride=P)[0]


def by_axes(patches, P, height, width):
    grid = patches.view(height // P, width // P, P, P, -1)  # row, column, y, x, K
    return grid.permute(4, 0, 2, 1, 3).reshape(-1, height, width)


def pixel_by_pixel(patches, P, height, width):
    K = patches.shape[1] // P**2
    image = torch.empty(K, height, width, dtype=torch.float64)
    for y in range(height):
        for x in range(width):
            n = y // P * (width // P) + x // P
            start = (y % P * P + x % P) * K
            image[:, y, x] = patches[n, start : start + K]
    return image


def axes(split, order):
    """The image by a view and a permutation, with a slip in one of them."""

    def answer(patches, P, height, width):
        sizes = {"r": height // P, "c": width // P, "y": P, "x": P, "k": patches.shape[1] // P**2}
        grid = patches.reshape([sizes[name] for name in split])
        return grid.permute([split.index(name) for name in order]).reshape(-1, height, width)

    return answer


def after_subtracting(reference, reward, beta):
    possible = reward[reference > 0].max()
    weights = reference * ((reward - possible) / beta).exp().clamp(max=1e30)
    return weights / weights.sum()


def by_normaliser(reference, reward, beta):
    scores = reference.double().log() + reward.double() / beta
    return torch.exp(scores - torch.logsumexp(scores, 0))


def naive(reference, reward, beta):
    weights = reference * torch.exp(reward / beta)
    return weights / weights.sum()


def by_softplus(w, lost, ref_w, ref_l, beta):
    return F.softplus(beta * (lost - ref_l - w + ref_w)).mean()


def by_two_logits(w, lost, ref_w, ref_l, beta):
    logits = torch.stack([beta * (w - ref_w), beta * (lost - ref_l)], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(w), dtype=torch.long))


def exponent(rule):
    """DPO's loss with another exponent than β · margin."""
    return lambda *given: -F.logsigmoid(rule(*given)).mean()


def margin(w, lost, ref_w, ref_l):
    return (w - ref_w) - (lost - ref_l)


RIGHT = {
    check_image_again: [by_fold, by_axes, pixel_by_pixel],
    check_best_policy: [optimal_policy, after_subtracting, by_normaliser],
    check_preference_loss: [dpo_loss, by_softplus, by_two_logits],
}
WRONG = {
    check_image_again: [
        (axes("cryxk", "krycx"), "column by column"),
        (axes("rcxyk", "krycx"), "rows and columns are swapped"),
        (axes("rckyx", "krycx"), "the channels are mixed up"),
        (axes("crkyx", "krycx"), "column by column"),
        (lambda patches, P, height, width: patches.view(-1, height, width), "its own corner"),
        (lambda *given: by_axes(*given).permute(1, 2, 0), "the channels must come first"),
        (lambda *given: by_axes(*given).flip(0), "should be"),
        (lambda *given: by_axes(*given).flip(1), "should be"),
        (lambda *given: by_axes(*given)[None], "the shape of"),
    ],
    check_best_policy: [
        (lambda ref, r, beta: naive(ref, r, 1 / beta), "you multiplied by β"),
        (lambda ref, r, beta: (r / beta).softmax(-1), "the reference is forgotten"),
        (lambda ref, r, beta: ref * (r / beta).exp(), "do not sum to 1"),
        (lambda ref, r, beta: (ref + r / beta).softmax(-1), "must enter as its logarithm"),
        (lambda ref, r, beta: by_normaliser(ref, r, beta).log(), "these are logarithms"),
        (lambda ref, r, beta: ref * (r / beta).softmax(-1), "no longer sums to 1"),
        (lambda ref, r, beta: ((ref.log() + r) / beta).softmax(-1), "divides the reward alone"),
        (lambda ref, r, beta: ((ref + 1e-3).log() + r / beta).softmax(-1), "should be"),
        (lambda ref, r, beta: optimal_policy(ref.clamp(min=1e-3), r, beta), "never gives"),
        (
            lambda ref, r, beta: (
                (r / beta).softmax(-1) if (ref == 0).any() else naive(ref, r, beta)
            ),
            "whatever its reward",
        ),
        (naive, "overflows"),
        (lambda ref, r, beta: optimal_policy(ref, r, max(beta, 0.1)), "should be"),
    ],
    check_preference_loss: [
        (
            lambda w, lost, *rest: by_softplus(lost, w, rest[1], rest[0], rest[2]),
            "winner and loser",
        ),
        (exponent(lambda w, lost, a, b, beta: beta * (w - lost)), "the reference is missing"),
        (exponent(lambda w, lost, a, b, beta: beta * (a - b)), "the policy is missing"),
        (lambda *given: by_softplus(*given[:4], 1) * given[4], "β stands outside"),
        (lambda *given: by_softplus(*given[:4], 1), "β is missing"),
        (exponent(lambda *given: margin(*given[:4]) / given[4]), "you divided by β"),
        (exponent(lambda w, lost, a, b, beta: beta * (w - a + lost - b)), "swapped in one"),
        (lambda *given: -by_softplus(*given), "the sign is missing"),
        (lambda *given: (given[4] * margin(*given[:4])).sigmoid().mean(), "logarithm is missing"),
        (lambda *given: -(given[4] * margin(*given[:4])).sigmoid().mean().log(), "average last"),
        (
            lambda *given: -(given[4] * margin(*given[:4])).sigmoid().mean(),
            "this is minus the mean",
        ),
        (lambda *given: F.softplus(-given[4] * margin(*given[:4]).mean()), "the mean margin"),
        (lambda *given: F.softplus(-given[4] * margin(*given[:4])).sum(), "the sum over"),
        (lambda *given: F.softplus(-given[4] * margin(*given[:4])), "the mean over the pairs"),
        (lambda *given: -(given[4] * margin(*given[:4])).sigmoid().log().mean(), "rounds to 0"),
        (lambda *given: by_softplus(*given) + 0.1, "should be"),
    ],
}
