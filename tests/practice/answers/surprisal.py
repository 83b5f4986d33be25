"""Right and wrong answers to the exercises of notebook 00."""

import math

import torch

from helpers.practice.exercises import (
    check_entropy_per_character,
    check_equal_choices,
    check_text_bits,
)
from helpers.theory import probability


def bits_in_a_loop(probabilities):
    total = 0.0
    for p in probabilities:
        total += math.log2(1 / p)
    return total


def mean_over_mean(p, lengths):
    return sum(x * math.log2(1 / x) for x in p.tolist()) / (p @ lengths)


def geometric(nats):
    return nats.exp().log().mean().exp()


RIGHT = {
    check_text_bits: [bits_in_a_loop, lambda p: -p.log().double().sum() / math.log(2)],
    check_entropy_per_character: [
        mean_over_mean,
        lambda p, n: probability.entropy(p) / math.log(2) / (p * n).sum(),
    ],
    check_equal_choices: [lambda nats: math.e ** (sum(nats.tolist()) / len(nats)), geometric],
}
WRONG = {
    check_text_bits: [
        (lambda p: -p.log().sum(), "base 2"),
        (lambda p: -p.log2().mean(), "the mean of one character"),
        (lambda p: p.log2().sum(), "the sign is wrong"),
        (lambda p: -torch.log2(p.sum()), "a logarithm of the sum"),
        (lambda p: -(p * p.log2()).sum(), "each counts once"),
        (lambda p: p.prod(), "this is the text's probability"),
        (lambda p: -p.log2(), "add them up"),
        (lambda p: -p.prod().log2(), "the product of 2,000 halves"),
        (lambda p: -math.log2(math.prod(p.tolist())), "the product of 2,000 halves"),
        (lambda p: -p.log2().sum() + 1, "should be 6, yours is 7"),
        (lambda p: -p.log10().sum(), "should be 6"),
    ],
    check_entropy_per_character: [
        (lambda p, n: -(p * p.log()).sum() / (p * n).sum(), "base 2"),
        (lambda p, n: -(p * p.log2()).sum(), "a whole scene"),
        (lambda p, n: -(p * p.log2()).sum() / n.mean(), "the lengths were averaged"),
        (lambda p, n: -p.log2().mean() / (p * n).sum(), "the costs were averaged"),
        (lambda p, n: -p.log2().sum() / (p * n).sum(), "the costs were added"),
        (lambda p, n: -(p * p.log2() / n).sum(), "scene by scene"),
        (lambda p, n: -(p * p.log2()).sum() / n.sum(), "the length of all scenes"),
        (lambda p, n: (p * p.log2()).sum() / (p * n).sum(), "the sign is wrong"),
        (lambda p, n: torch.tensor(0.075), "eight equally likely"),
        (lambda p, n: -(p * p.log2()).sum() / n.max(), "the entropy rate should be 0.075"),
    ],
    check_equal_choices: [
        (lambda nats: 2 ** nats.mean(), "the base is e"),
        (lambda nats: nats.exp().mean(), "one expensive character"),
        (lambda nats: nats.sum().exp(), "not the sum"),
        (lambda nats: (-nats).mean().exp(), "leave out the minus"),
        (lambda nats: nats.mean(), "mean cost in nats"),
        (lambda nats: nats.mean() / math.log(2), "mean cost in bits"),
        (lambda nats: nats.median().exp(), "the number of choices should be"),
        (lambda nats: nats.exp(), "the shape of the number of choices"),
        (lambda nats: math.exp(1.5), "with no idea among 60"),
    ],
}
