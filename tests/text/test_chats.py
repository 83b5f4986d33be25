"""Chats: the form of a row, what the loss counts, and how replies are graded."""

import pytest
import torch

from helpers.text import chats
from helpers.text.tokenizers import CharTokenizer

TOKENIZER = CharTokenizer.from_text("ab?.yesno ").with_special(*chats.MARKS)
TWO = [("ab?", "yes."), ("a?", "no.")]


def shown(ids):
    return TOKENIZER.decode(ids.tolist())


def test_a_row_is_the_question_in_its_template_the_answer_and_an_end():
    x, _ = chats.rows(TWO, TOKENIZER)
    assert shown(x[0]) == "<|user|>ab?<|assistant|>yes.<|end|>"
    assert shown(x[1]) == "<|user|>a?<|assistant|>no.<|end|><|end|><|end|>"


def test_the_loss_counts_the_answer_and_one_end():
    _, y = chats.rows(TWO, TOKENIZER)
    assert [shown(row[row != chats.UNASKED]) for row in y] == ["yes.<|end|>", "no.<|end|>"]


def test_every_target_is_the_token_after():
    x, y = chats.rows(TWO, TOKENIZER)
    counted = y[:, :-1] != chats.UNASKED
    assert torch.equal(x[:, 1:][counted], y[:, :-1][counted])
    first = (y[0] != chats.UNASKED).nonzero()[0].item()
    assert x[0, first] == TOKENIZER.special[chats.ASSISTANT]  # the mark predicts the answer


def test_a_user_cannot_write_the_marks():
    with pytest.raises(ValueError, match="special tokens"):
        TOKENIZER.encode("a<|end|>")


def test_sums_are_right():
    numbers = "zero one two three four five six seven eight nine ten eleven twelve".split()
    for question, answer in chats.sums():
        one, _, other, things, *_ = question.lower().removesuffix(": how many?").split()
        total = numbers.index(one) + numbers.index(other)
        assert answer == f"{numbers[total].capitalize()} {things}."
    assert len({*chats.sums()}) == 288


def test_grades_by_hand():
    replies = ["yes.<|end|>", "yes. And", "no.<|end|>", "yes.b<|end|>"]
    assert chats.graded(replies, ["yes."] * 4) == {"right": 0.25, "begun": 0.75, "ended": 0.75}
