"""Chats: questions and answers as one row of tokens each, and which of them the loss counts.

A base model continues documents; a chat is a document of one fixed form. Built in notebook *Adapt a
model*, with sums as the Playwright asks them.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.text.playwright.slots import NUMERALS, THINGS

USER, ASSISTANT, END = "<|user|>", "<|assistant|>", "<|end|>"
MARKS = (USER, ASSISTANT, END)
UNASKED = -100  # the target of a position that the loss leaves out
Exchange = tuple[str, str]  # a question and its answer


def sums() -> list[Exchange]:
    """All sums of the Playwright as questions and answers: 36 pairs of numbers, 8 things.

    >>> sums()[0]
    ('One and one crowns: how many?', 'Two crowns.')
    """
    return [
        (
            f"{NUMERALS[a].capitalize()} and {NUMERALS[b]} {things}: how many?",
            f"{NUMERALS[a + b + 1].capitalize()} {things}.",
        )
        for a in range(6)
        for b in range(6)
        for things in THINGS
    ]


@takes(question="text")
def asked(question: str) -> str:
    """A question in the template, up to where the answer begins.

    >>> asked("How many?")
    '<|user|>How many?<|assistant|>'
    """
    return f"{USER}{question}{ASSISTANT}"


@takes(exchanges="rows", tokenizer="with special", opening="call")
def rows(
    exchanges: Sequence[Exchange], tokenizer, opening: Callable[[str], str] = asked
) -> tuple[Tensor, Tensor]:
    """Every exchange as a row of tokens and its targets: x, y (B, T).

    y is x one step later where the answer and its end are to be predicted, and -100 elsewhere: on
    the question, and behind the end, where the row is filled up with <|end|>. tokenizer: one that
    has the marks as special tokens. opening: how a question is written before its answer.
    """
    whole_rows, starts = [], []
    for question, answer in map(_checked, exchanges):
        before = tokenizer.encode(opening(question), allowed_special="all")
        whole_rows.append(before + tokenizer.encode(answer + END, allowed_special="all"))
        starts.append(len(before))
    T, end = max(map(len, whole_rows)), tokenizer.special[END]
    x = torch.full((len(whole_rows), T), end)
    y = torch.full((len(whole_rows), T), UNASKED)
    for i, (row, start) in enumerate(zip(whole_rows, starts, strict=True)):
        x[i, : len(row)] = torch.tensor(row)
        y[i, start - 1 : len(row) - 1] = torch.tensor(row[start:])  # the mark predicts the first
    return x, y


@takes(replies="rows", answers="rows")
def graded(replies: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """Shares of replies, each the text behind the question: right, begun right, and ended.

    right: the answer, then the end at once. begun: the answer, whatever follows. ended: an end.
    ValueError unless there is an answer for every reply.
    """
    n, got = len(replies), f"{len(answers)} answers"
    need(n == len(answers), "answers", f"be as many as the {n} replies", got, "Try answers[:n].")
    pairs = [_checked(pair) for pair in zip(replies, answers, strict=True)]
    return {
        "right": sum(reply.startswith(answer + END) for reply, answer in pairs) / n,
        "begun": sum(reply.startswith(answer) for reply, answer in pairs) / n,
        "ended": sum(END in reply for reply in replies) / n,
    }


def _checked(pair: Exchange) -> Exchange:
    """Two texts, the second not empty; ValueError otherwise."""
    two = isinstance(pair, (tuple, list)) and len(pair) == 2
    texts = two and all(isinstance(text, str) for text in pair) and pair[1]
    rule = "be two texts, the second not empty"
    need(texts, "A question and its answer", rule, pair, "Try ('How many?', 'Six.').")
    return pair
