"""Exercises of notebook 08: generation."""

import torch

from helpers.practice.exercise import compare, exercise
from helpers.practice.solutions import generation


@exercise(
    "08",
    "Softmax with temperature",
    hints=[
        "Temperature acts on the logits, before the softmax.",
        "A high temperature brings the logits together. Which of * and / does that?",
        "The softmax runs over the vocabulary, the last dimension.",
    ],
    solution=generation.tempered,
)
def check_temperature(tempered):
    """logits (..., V), temperature > 0 -> probabilities (..., V)."""
    z = torch.tensor([2.0, 1.0, 0.0])
    slips = {
        "these are logits; they still have to become probabilities.": z / 2,
        "you multiplied by the temperature; a high one must make all tokens more alike.": (
            (z * 2).softmax(-1)
        ),
        "you divided the probabilities, which no longer sum to 1. Divide the logits.": (
            z.softmax(-1) / 2
        ),
        "the temperature changes nothing.": z.softmax(-1),
    }
    compare(tempered(z, 2.0), (z / 2).softmax(-1), slips, what="the distribution at T = 2")
    z = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    slips = {
        "the softmax runs over the batch; every row must sum to 1.": (z / 0.5).softmax(0),
        "the softmax runs over everything at once; every row must sum to 1.": (
            (z / 0.5).flatten().softmax(0).view_as(z)
        ),
    }
    compare(tempered(z, 0.5), (z / 0.5).softmax(-1), slips, what="a batch of two at T = 0.5")
