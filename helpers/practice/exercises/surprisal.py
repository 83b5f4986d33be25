"""Exercises of notebook 00: what characters cost."""

import math

import torch

from helpers.practice.exercise import compare, exercise
from helpers.practice.solutions import surprisal


@exercise(
    "00",
    "The cost of a text",
    hints=[
        "The text's probability is a product. What does a logarithm make of a product?",
        "Each character costs -log2 of its probability, and the text costs the sum.",
    ],
    solution=surprisal.text_bits,
)
def check_text_bits(text_bits):
    """probabilities (n,) of a text's characters, each given those before -> bits of the text."""
    p = torch.tensor([0.5, 1.0, 0.25, 0.125, 1.0])
    wanted = -p.log2().sum()
    slips = {
        "these are nats; for bits the logarithm has base 2.": -p.log().sum(),
        "this is the mean of one character; the text costs the sum.": -p.log2().mean(),
        "the sign is wrong: what was not certain costs more than nothing.": p.log2().sum(),
        "a logarithm of the sum is not the sum of the logarithms.": -p.sum().log2(),
        "you weighted each cost by its probability, as in an entropy. These characters have all "
        "occurred: each counts once.": -(p * p.log2()).sum(),
        "this is the text's probability; its cost is -log2 of it.": p.prod(),
        "these are the costs of the single characters; add them up.": -p.log2(),
    }
    compare(text_bits(p), wanted, slips, what="the cost of five characters")
    words = (
        "the product of 2,000 halves is so small that the computer takes it for 0. Add the "
        "logarithms instead."
    )
    cost = _cost(text_bits, torch.full((2000,), 0.5))
    compare(cost, 2000.0, {words: math.inf}, what="the cost of 2,000 coins")


def _cost(text_bits, p):
    """What the answer gives; infinity where Python refuses the logarithm of 0."""
    try:
        return text_bits(p)
    except ValueError:
        return math.inf


@exercise(
    "00",
    "A floor by hand",
    hints=[
        "Two numbers are needed: the entropy of the throw, and how long a scene is on average.",
        "The entropy is the mean cost of a throw: each -log2 p counts with its weight p.",
        "The mean length is `(p * lengths).sum()`: a likely scene counts more.",
    ],
    solution=surprisal.entropy_per_character,
)
def check_entropy_per_character(entropy_per_character):
    """p (n,) of the scenes, their lengths (n,) in characters -> bits per character."""
    p, lengths = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([10.0, 20.0, 40.0])
    h, mean = -(p * p.log2()).sum(), (p * lengths).sum()
    slips = {
        "these are nats; for bits the logarithm has base 2.": h * math.log(2) / mean,
        "this is the entropy of a whole scene; divide it by the mean length.": h,
        "the lengths were averaged as if all scenes were equally likely.": h / lengths.mean(),
        "the costs were averaged as if all scenes were equally likely; weight each by p.": (
            -p.log2().mean() / mean
        ),
        "the costs were added, not averaged; weight each by p.": -p.log2().sum() / mean,
        "you divided scene by scene and then took the mean. Most characters of a long text stand "
        "in long scenes: divide the mean cost by the mean length.": (
            -(p * p.log2() / lengths).sum()
        ),
        "you divided by the length of all scenes together; one throw gives one scene.": (
            h / lengths.sum()
        ),
        "the sign is wrong: an entropy is never negative.": -h / mean,
    }
    compare(entropy_per_character(p, lengths), h / mean, slips, what="the entropy rate")
    p, lengths = torch.full((8,), 0.125), torch.full((8,), 6.0)
    compare(entropy_per_character(p, lengths), 0.5, what="eight equally likely scenes of six")


@exercise(
    "00",
    "Equal choices",
    hints=[
        "With k equally likely characters each costs ln k nats. Which k costs what these cost?",
        "First the mean of the costs, then undo the logarithm.",
    ],
    solution=surprisal.equal_choices,
)
def check_equal_choices(equal_choices):
    """nats (n,), what each character cost -> how many equally likely ones cost as much."""
    nats = torch.tensor([0.0, 3.0, 1.0, 2.0])
    slips = {
        "the costs are in nats, so the base is e, not 2.": 2 ** nats.mean(),
        "you undid the logarithm first and averaged then; one expensive character would decide "
        "alone. Average the costs.": nats.exp().mean(),
        "this counts the texts, not the characters; take the mean, not the sum.": nats.sum().exp(),
        "this is below 1: the costs are positive already, so leave out the minus.": (
            -nats.mean()
        ).exp(),
        "this is the mean cost in nats; which k has it as its logarithm?": nats.mean(),
        "this is the mean cost in bits; which k has it as its logarithm?": (
            nats.mean() / math.log(2)
        ),
    }
    compare(equal_choices(nats), math.exp(1.5), slips, what="the number of choices")
    compare(equal_choices(torch.full((7,), math.log(60))), 60.0, what="with no idea among 60")
