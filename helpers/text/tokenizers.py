"""Tokenizers: text to numbers and back, losing nothing.

Built by hand in notebook 03.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from helpers.basics.files import settle
from helpers.text.bpe import BPETokenizer, checked_ids

__all__ = ["BPETokenizer", "CharTokenizer", "Tokenizer", "load"]


class CharTokenizer:
    """One token per character: the sorted characters of a text, numbered from 0.

    >>> CharTokenizer.from_text("to be").encode("bet")
    [1, 2, 4]
    """

    def __init__(self, characters: Iterable[str]):
        self.characters = sorted(set(characters))
        if not self.characters:
            raise ValueError(
                "A vocabulary must have at least one character; got an empty text. "
                "Try the text that the model will learn from."
            )
        self._ids = {character: i for i, character in enumerate(self.characters)}

    @classmethod
    def from_text(cls, text: str) -> "CharTokenizer":
        """The vocabulary is every character that occurs in the text; ValueError if none does."""
        return cls(text)

    @property
    def vocab_size(self) -> int:
        """V: how many different characters there are."""
        return len(self.characters)

    def encode(self, text: str) -> list[int]:
        """Characters to ids; ValueError names the first character the vocabulary lacks."""
        try:
            return [self._ids[character] for character in text]
        except KeyError:
            at, unknown = next((i, c) for i, c in enumerate(text) if c not in self._ids)
        raise ValueError(
            f"Every character must be in the vocabulary {''.join(self.characters)!r}; "
            f"got {unknown!r} at position {at}. Leave it out, or train on a text that has it."
        )

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text, the inverse of `encode`; ValueError for an id outside 0 … V - 1."""
        return "".join(self.characters[i] for i in checked_ids(ids, self.vocab_size))

    def to_json(self) -> str:
        """The tokenizer as JSON, for `model.save(folder, tokenizer)`."""
        return json.dumps({"kind": "characters", "characters": "".join(self.characters)}) + "\n"

    @classmethod
    def from_settings(cls, settings: dict) -> "CharTokenizer":
        """The tokenizer that `to_json` wrote down."""
        return cls(settings["characters"])


Tokenizer = CharTokenizer | BPETokenizer
KINDS = {"characters": CharTokenizer, "bpe": BPETokenizer}


def load(folder: str | Path) -> Tokenizer:
    """The tokenizer that `model.save(folder, tokenizer)` wrote. ValueError when it is not there."""
    path = Path(folder) / "tokenizer.json"
    try:
        settle(path.parent)
        settings = json.loads(path.read_text(encoding="utf-8"))
        return KINDS[settings["kind"]].from_settings(settings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} must be a tokenizer written by model.save(folder, tokenizer); "
            f"it cannot be read ({error}). Save the model together with its tokenizer."
        ) from None
