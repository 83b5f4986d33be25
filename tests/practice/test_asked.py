"""A model that is asked: live and recorded answers are one, and what differs is told."""

import json

import pytest
import torch

from helpers.learning import questions
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice import asked
from helpers.practice.asked import Asked
from helpers.practice.claims import ClaimError
from helpers.text.tokenizers import BPETokenizer

TEXT = "the cat and the cap"
ASKED = [["likeliest", TEXT, 3], ["prices", TEXT], ["ranked_logits", TEXT], ["greedy", TEXT, 4]]


@pytest.fixture(scope="module")
def pair():
    tokenizer = BPETokenizer.train("the cat and the cap " * 9, 270).with_special("<|endoftext|>")
    torch.manual_seed(0)
    return GPT(GPTConfig(32, tokenizer.vocab_size, 2, 2, 32)).eval(), tokenizer


@pytest.fixture
def record(pair, tmp_path):
    """A record of what the small model answers."""
    rows = [
        {"asked": [name, *given], "answer": asked.written(questions.QUESTIONS[name](*pair, *given))}
        for name, *given in ASKED
    ]
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"answers": rows}))
    return path


@pytest.fixture
def here(monkeypatch, pair):
    """The model is installed."""
    monkeypatch.setattr(GPT, "from_pretrained", lambda name: pair[0])
    monkeypatch.setattr(asked.published, "load", lambda name: pair[1])


@pytest.fixture
def missing(monkeypatch):
    """It is not."""

    def nothing(name):
        raise ConnectionError("Type: pip install it")

    monkeypatch.setattr(GPT, "from_pretrained", nothing)


def test_with_the_model_and_without_it_the_same_comes_out(record, here, monkeypatch):
    live = Asked("small", record)
    answers = [live.ask(*question) for question in ASKED]
    monkeypatch.setattr(GPT, "from_pretrained", raising)
    silent = Asked("small", record)
    for question, answer in zip(ASKED, answers, strict=True):
        recorded = silent.ask(*question)
        assert repr(recorded) == repr(answer) == repr(live.recorded(*question))


def raising(name):
    raise ConnectionError("Type: pip install it")


def test_where_the_model_is_missing_it_says_what_to_type(record, missing):
    silent = Asked("small", record)
    assert repr(silent).startswith("Type: pip install it\n")
    with pytest.raises(
        ConnectionError, match="got 'greedy', which does not.* Type: pip install it"
    ):
        silent.ask("greedy", "another text", 4)


def test_where_it_is_installed_it_answers_what_no_record_has(record, here):
    live = Asked("small", record)
    assert "answers by itself" in repr(live)
    assert len(live.ask("likeliest", "the", 2)) == 2
    with pytest.raises(ConnectionError, match="Try `ask` where"):
        live.recorded("likeliest", "the", 2)


def test_a_function_of_the_readers_answers_and_is_held_against_the_record(record, here):
    live = Asked("small", record)
    assert live.ask("likeliest", TEXT, 3, by=questions.likeliest) == live.recorded(*ASKED[0])
    with pytest.raises(ClaimError, match="likeliest.* where the record has"):
        live.ask("likeliest", TEXT, 3, by=lambda *given: [["the", 0.9]])
    with pytest.raises(ClaimError, match="where the record has"):  # as many, of the wrong price
        live.ask(
            "prices", TEXT, by=lambda *given: [[p, 2 * n] for p, n in questions.prices(*given)]
        )
    with pytest.raises(ClaimError, match="where the record has"):
        live.ask("ranked_logits", TEXT, by=lambda *given: questions.ranked_logits(*given) + 1)


def test_an_unknown_question_and_a_damaged_record_are_told(record, missing, tmp_path):
    with pytest.raises(ValueError, match="must be one of .*greedy.*got 'gredy'"):
        Asked("small", record).ask("gredy", TEXT, 4)
    (tmp_path / "bad.json").write_text(record.read_text()[:-9])
    for path in ("bad.json", "none.json"):
        with pytest.raises(ValueError, match="must be a record of questions and answers"):
            Asked("small", tmp_path / path)


def test_numbers_agree_within_two_percent_and_texts_to_the_letter():
    assert asked.alike([["a", 1.0]], [["a", 1.01]]) and not asked.alike(1.0, 1.05)
    assert not asked.alike("a", "b") and not asked.alike([1.0], [1.0, 2.0])
    z = torch.tensor([0.0, -20.0])
    assert asked.alike(z, z.double() + 0.01) and not asked.alike(z, z.double() + 1)
