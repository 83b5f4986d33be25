"""A published model that is asked: live where it is installed, else from a record of that very run.

A record holds questions with their answers. Where the model is at hand it answers again, and an
answer that differs from the record is a claim that fails; where it is not, the record answers. So
a notebook shows the same with the model and without it. Notebook *A model of English*.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch

from helpers.basics.packed import KEY, pack, unpack
from helpers.learning.questions import QUESTIONS
from helpers.models.gpt import GPT
from helpers.practice.claims import ClaimError
from helpers.text import published

NEAR = {"rel_tol": 0.02, "abs_tol": 0.01}  # processors round differently, and 30 layers add it up


class Asked:
    """A model's answers, by name of the model and path of a record.

    model, tokenizer: None where the model is not at hand; then `missing` says what to type.
    """

    def __init__(self, name: str, record: str | Path):
        self.name, self.missing = name, ""
        self.answers = read(Path(record))
        try:
            self.model, self.tokenizer = GPT.from_pretrained(name), published.load(name)
        except ConnectionError as error:
            self.model = self.tokenizer = None
            self.missing = str(error)

    def __repr__(self) -> str:
        if self.model is None:
            return f"{self.missing}\nUntil then the answers come from the record of the same run."
        return f"{self.name} is installed and answers by itself; the record checks it."

    def ask(self, question: str, *given, by=None):
        """The answer to a question of `questions.QUESTIONS`, given its text and numbers.

        by: a function (model, tokenizer, *given) that answers in the helper's place. Where there is
        a record, its digits are returned, so that all machines show the same. ClaimError where a
        live answer differs from it; ConnectionError where neither model nor record can answer;
        ValueError for a question that does not exist.
        """
        if question not in QUESTIONS:
            names = ", ".join(QUESTIONS)
            raise ValueError(
                f"A question must be one of {names}; got {question!r}. Use one of these."
            )
        recorded = self.answers.get(key(question, given))
        if self.model is None:
            return self._known(recorded, question)
        live = (by or QUESTIONS[question])(self.model, self.tokenizer, *given)
        if recorded is not None and not alike(live, recorded):
            raise ClaimError(
                f"✗ {question}{given}: {live!r:.300} where the record has {recorded!r:.300}"
            )
        return live if recorded is None else recorded

    def recorded(self, question: str, *given):
        """The record's answer, also where the model is at hand: what takes long is not repeated."""
        return self._known(self.answers.get(key(question, given)), question)

    def read(self, text: str) -> tuple[list[str], np.ndarray]:
        """The tokens of a text and the maps (L, nh, T, T) of all heads, rows summing to 1."""
        maps = self.ask("maps", text).double()
        return self.ask("pieces", text), (maps / maps.sum(-1, keepdim=True)).numpy()

    def _known(self, recorded, question: str):
        if recorded is None:
            raise ConnectionError(
                f"Without the model an answer must stand in the record; got {question!r}, which "
                f"does not. Try `ask` where the model is installed. {self.missing}"
            )
        return recorded


def key(question: str, given: tuple) -> str:
    """A question with what it is asked about, as one text."""
    return json.dumps([question, *given], sort_keys=True)


def read(path: Path) -> dict:
    """Question -> answer, of a record; ValueError for a file that is none."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["answers"]
        return {key(*_split(row["asked"])): _opened(row["answer"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} must be a record of questions and answers; it cannot be read: {error}. "
            "Make it again: python tools/record_runs.py english."
        ) from None


def written(answer):
    """An answer as JSON can hold it: a tensor packed, numbers with six digits."""
    if isinstance(answer, torch.Tensor):
        return pack(answer.numpy())
    if isinstance(answer, list):
        return [written(part) for part in answer]
    return float(f"{answer:.6g}") if isinstance(answer, float) else answer


def alike(one, other) -> bool:
    """Whether two answers agree: texts exactly, numbers within 2 % or 0.01."""
    if isinstance(other, torch.Tensor):
        return one.shape == other.shape and bool(
            np.allclose(one.double(), other, NEAR["rel_tol"], 0.05)
        )
    if isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return math.isclose(one, other, **NEAR) if isinstance(other, float) else one == other


def _split(asked: list) -> tuple:
    return asked[0], tuple(asked[1:])


def _opened(answer):
    return (
        torch.from_numpy(unpack(answer)) if isinstance(answer, dict) and KEY in answer else answer
    )
