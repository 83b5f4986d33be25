"""Exercises of notebook *Start here*: what characters cost."""

import math

import torch

from helpers.practice.answers import in_bits, in_nats, then
from helpers.practice.exercise import Exercise
from helpers.theory import probability


def text_bits(probabilities):
    return -probabilities.log2().sum()


def _cost(text_bits, p):
    """What the answer gives; infinity where Python refuses the logarithm of 0."""
    try:
        return text_bits(p)
    except ValueError:
        return math.inf


SLIPS_OF_THE_COST = {
    "these are nats; for bits the logarithm has base 2.": lambda p: -p.log().sum(),
    "this is the mean of one character; the text costs the sum.": lambda p: -p.log2().mean(),
    "the sign is wrong: what was not certain costs more than nothing.": lambda p: p.log2().sum(),
    "a logarithm of the sum is not the sum of the logarithms.": lambda p: -p.sum().log2(),
    "you weighted each cost by its probability, as in an entropy. These characters have all "
    "occurred: each counts once.": lambda p: -(p * p.log2()).sum(),
    "this is the text's probability; its cost is -log2 of it.": lambda p: p.prod(),
    "these are the costs of the single characters; add them up.": lambda p: -p.log2(),
    "the product of 2,000 halves is so small that the computer takes it for 0. Add the "
    "logarithms instead.": lambda p: -p.prod().log2(),
}
check_text_bits = Exercise(
    "00 The cost of a text",
    "probabilities (n,) of a text's characters, each given those before -> bits of the text.",
    text_bits,
    cases={
        "the cost of five characters": [torch.tensor([0.5, 1.0, 0.25, 0.125, 1.0])],
        "the cost of 2,000 coins": [torch.full((2000,), 0.5)],
    },
    slips=SLIPS_OF_THE_COST,
    right=[
        lambda p: sum(math.log2(1 / each) for each in p),
        lambda p: -p.log().double().sum() / math.log(2),
    ],
    ask=_cost,
    hints=[
        "The text's probability is a product. What does a logarithm make of a product?",
        "Each character costs -log2 of its probability, and the text costs the sum.",
    ],
)


def entropy_per_character(p, lengths):
    entropy = -(p * p.log2()).sum()
    return entropy / (p * lengths).sum()


def _bits(p):
    return -(p * p.log2()).sum()


SLIPS_OF_THE_FLOOR = {
    "these are nats; for bits the logarithm has base 2.": then(entropy_per_character, in_nats),
    "this is the entropy of a whole scene; divide it by the mean length.": lambda p, n: _bits(p),
    "the lengths were averaged as if all scenes were equally likely.": (
        lambda p, n: _bits(p) / n.mean()
    ),
    "the costs were averaged as if all scenes were equally likely; weight each by p.": (
        lambda p, n: -p.log2().mean() / (p @ n)
    ),
    "the costs were added, not averaged; weight each by p.": lambda p, n: -p.log2().sum() / (p @ n),
    "you divided scene by scene and then took the mean. Most characters of a long text stand "
    "in long scenes: divide the mean cost by the mean length.": (
        lambda p, n: -(p * p.log2() / n).sum()
    ),
    "you divided by the length of all scenes together; one throw gives one scene.": (
        lambda p, n: _bits(p) / n.sum()
    ),
    "the sign is wrong: an entropy is never negative.": then(entropy_per_character, torch.neg),
}
check_entropy_per_character = Exercise(
    "00 A floor by hand",
    "p (n,) of the scenes, their lengths (n,) in characters -> bits per character.",
    entropy_per_character,
    cases={
        "the entropy rate": (torch.tensor([0.5, 0.25, 0.25]), torch.tensor([10.0, 20.0, 40.0])),
        "eight equally likely scenes of six": (torch.full((8,), 0.125), torch.full((8,), 6.0)),
    },
    slips=SLIPS_OF_THE_FLOOR,
    right=[
        lambda p, lengths: sum(x * math.log2(1 / x) for x in p.tolist()) / (p @ lengths),
        lambda p, lengths: probability.entropy(p) / math.log(2) / (p * lengths).sum(),
    ],
    hints=[
        "Two numbers are needed: the entropy of the throw, and how long a scene is on average.",
        "The entropy is the mean cost of a throw: each -log2 p counts with its weight p.",
        "The mean length is `(p * lengths).sum()`: a likely scene counts more.",
    ],
)


def equal_choices(nats):
    return nats.mean().exp()


SLIPS_OF_CHOICES = {
    "the costs are in nats, so the base is e, not 2.": lambda nats: 2 ** nats.mean(),
    "you undid the logarithm first and averaged then; one expensive character would decide "
    "alone. Average the costs.": lambda nats: nats.exp().mean(),
    "this counts the texts, not the characters; take the mean, not the sum.": (
        lambda nats: nats.sum().exp()
    ),
    "this is below 1: the costs are positive already, so leave out the minus.": (
        lambda nats: (-nats.mean()).exp()
    ),
    "this is the mean cost in nats; which k has it as its logarithm?": torch.mean,
    "this is the mean cost in bits; which k has it as its logarithm?": then(torch.mean, in_bits),
}
check_equal_choices = Exercise(
    "00 Equal choices",
    "nats (n,), what each character cost -> how many equally likely ones cost as much.",
    equal_choices,
    cases={
        "the number of choices": [torch.tensor([0.0, 3.0, 1.0, 2.0])],
        "with no idea among 60": [torch.full((7,), math.log(60))],
    },
    slips=SLIPS_OF_CHOICES,
    right=[
        lambda nats: math.e ** (sum(nats.tolist()) / len(nats)),
        lambda nats: nats.exp().log().mean().exp(),
    ],
    hints=[
        "With k equally likely characters each costs ln k nats. Which k costs what these cost?",
        "First the mean of the costs, then undo the logarithm.",
    ],
)
