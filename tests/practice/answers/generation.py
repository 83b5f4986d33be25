"""Right and wrong answers to the exercises of notebook 08."""

import torch

from helpers.learning.sampling import next_token_probs
from helpers.practice.exercises import check_temperature


def by_hand(logits, temperature):
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(-1, keepdim=True)


RIGHT = {check_temperature: [next_token_probs, by_hand]}
WRONG = {
    check_temperature: [
        (lambda z, t: (z * t).softmax(-1), "you multiplied by the temperature"),
        (lambda z, t: z.softmax(-1) / t, "you divided the probabilities"),
        (lambda z, t: z / t, "these are logits"),
        (lambda z, t: (z / t).softmax(0), "over the batch"),
    ]
}
