"""Exercises of the notebook *A model of English*: bits per byte, and what counts in an answer."""

import math

import torch

from helpers.practice.answers import then
from helpers.practice.exercise import Exercise


def bits_for_each_byte(nats, text):
    return sum(nats) / math.log(2) / len(text.encode())


check_bits_per_byte = Exercise(
    "19 Bits per byte",
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


def answer_targets(ids, prompt):
    targets = ids[1:].clone()
    targets[: prompt - 1] = -100
    return targets


def _from(start, shift=1, end=None):
    """Targets that count from another place, are shifted otherwise, or stop earlier."""

    def answer(ids, prompt):
        targets = ids[shift : len(ids) - 1 + shift].clone()
        targets[: start(prompt)] = -100
        if end is not None:
            targets[end:] = -100
        return targets

    return answer


def _only_the_prompt(ids, prompt):
    targets = ids[1:].clone()
    targets[prompt - 1 :] = -100
    return targets


def _by_places(ids, prompt):
    places = torch.arange(1, len(ids))
    return torch.where(places >= prompt, ids[1:], torch.tensor(-100))


CHAT = torch.tensor([1, 20, 21, 2, 1, 30, 7, 8, 2])  # a question of 6 tokens, then 7, 8 and the end
check_targets = Exercise(
    "19 What counts in an answer",
    "ids (T,): a prompt of `prompt` tokens, then the answer and its end -> targets (T - 1,).",
    answer_targets,
    cases={
        "the targets of a chat with a prompt of 6 tokens": (CHAT, 6),
        "the targets where the answer is empty": (torch.tensor([1, 20, 30, 2]), 3),
    },
    slips={
        "the prompt counts as well: the model would learn to ask.": _from(lambda prompt: 0),
        "the first token of the answer is left out; it is predicted at the prompt's last place.": (
            _from(lambda prompt: prompt)
        ),
        "the prompt's last token counts as well.": _from(lambda prompt: prompt - 2),
        "the end is left out: a model that is never shown where an answer ends writes on.": (
            _from(lambda prompt: prompt - 1, end=-1)
        ),
        "nothing is shifted: each place would have to predict the token that it has just read.": (
            _from(lambda prompt: prompt, shift=0)
        ),
        "the answer is left out and the prompt counts; it must be the other way round.": (
            _only_the_prompt
        ),
        "0 is a token; what must not count is −100.": then(
            answer_targets, lambda targets: targets.clamp(min=0)
        ),
        "there must be a target for every place but the last; mark the others with −100.": (
            lambda ids, prompt: ids[prompt:]
        ),
    },
    right=[
        _by_places,
        lambda ids, prompt: torch.cat([torch.full((prompt - 1,), -100), ids[prompt:]]),
    ],
    hints=[
        "The target of place t is the token at t + 1: `ids[1:]`.",
        "The answer begins at place `prompt`. Which target predicts its first token?",
        "`targets = ids[1:].clone()` and `targets[: prompt - 1] = -100`. The end stays.",
    ],
)
