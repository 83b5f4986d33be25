"""An exercise of the notebook *A model of English*: bits per byte."""

import math

import torch

from helpers.practice.exercise import Exercise


def bits_for_each_byte(nats, text):
    return sum(nats) / math.log(2) / len(text.encode())


check_bits_per_byte = Exercise(
    "17 Bits per byte",
    "nats: what each token of a text cost; text -> bits for each byte of its UTF-8.",
    bits_for_each_byte,
    cases={
        "the bits per byte of “Go on.”": ([2.0, 1.0, 0.5], "Go on."),
        "the bits per byte of “Noël à Łódź”": ([6.0, 3.0, 4.0, 2.5, 1.5], "Noël à Łódź"),
    },
    slips={
        "these are nats per byte; a bit is ln 2 nats.": (
            lambda nats, text: sum(nats) / len(text.encode())
        ),
        "these are bits per token; another tokenizer would give another number of them.": (
            lambda nats, text: sum(nats) / math.log(2) / len(nats)
        ),
        "these are nats per token.": lambda nats, text: sum(nats) / len(nats),
        "these are bits per character; the two agree only where every character is one byte. "
        "`text.encode()` gives the bytes.": (
            lambda nats, text: sum(nats) / math.log(2) / len(text)
        ),
        "these are the bits of the whole text.": lambda nats, text: sum(nats) / math.log(2),
        "you multiplied by ln 2; a nat is more than a bit.": (
            lambda nats, text: sum(nats) * math.log(2) / len(text.encode())
        ),
        "a byte has 8 bits, but here each byte counts as one.": (
            lambda nats, text: sum(nats) / math.log(2) / len(text.encode()) / 8
        ),
        "the logarithm acts on every price; they are logarithms already.": (
            lambda nats, text: sum(map(math.log2, nats)) / len(text.encode())
        ),
    },
    right=[
        lambda nats, text: torch.tensor(nats).double().sum() / math.log(2) / len(text.encode()),
        lambda nats, text: sum(x * math.log2(math.e) for x in nats) / len(bytes(text, "utf-8")),
    ],
    hints=[
        "The prices of all tokens together are the price of the text.",
        "Nats become bits when they are divided by ln 2, `math.log(2)`.",
        "The bytes of a text: `len(text.encode())`.",
    ],
)
