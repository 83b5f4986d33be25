"""Tokenizers: text to numbers and back, losing nothing.

Built by hand in notebook 03.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from helpers.basics.files import settle
from helpers.text import vocabulary_files
from helpers.text.bpe import BPETokenizer, checked_ids
from helpers.text.published import PublishedTokenizer
from helpers.text.special import WithSpecial

__all__ = ["BPETokenizer", "CharTokenizer", "PublishedTokenizer", "Tokenizer", "load"]


class CharTokenizer(WithSpecial):
    """One token per character: the sorted characters of a text, numbered from 0.

    special: names of tokens that are no text; their ids follow.

    >>> CharTokenizer.from_text("to be").encode("bet")
    [1, 2, 4]
    """

    def __init__(self, characters: Iterable[str], special: Iterable[str] = ()):
        self.characters = sorted(set(characters))
        if not self.characters:
            raise ValueError(
                "A vocabulary must have at least one character; got an empty text. "
                "Try the text that the model will learn from."
            )
        self._ids = {character: i for i, character in enumerate(self.characters)}
        super().__init__(special, first=len(self.characters))

    @classmethod
    def from_text(cls, text: str) -> "CharTokenizer":
        """The vocabulary is every character that occurs in the text; ValueError if none does."""
        return cls(text)

    @property
    def vocab_size(self) -> int:
        """V: how many different characters there are, and special tokens."""
        return len(self.characters) + len(self.special)

    def encode_ordinary(self, text: str) -> list[int]:
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
        tokens = [*self.characters, *self.special]
        return "".join(tokens[i] for i in checked_ids(ids, self.vocab_size))

    def with_special(self, *names: str) -> "CharTokenizer":
        """A copy that has these special tokens, too; those it has already keep their ids."""
        return CharTokenizer(self.characters, dict.fromkeys([*self.special, *names]))

    def to_json(self) -> str:
        """The tokenizer as JSON, for `model.save(folder, tokenizer)`."""
        settings = {"kind": "characters", "characters": "".join(self.characters)}
        return json.dumps(settings | ({"special": [*self.special]} if self.special else {})) + "\n"

    @classmethod
    def from_settings(cls, settings: dict) -> "CharTokenizer":
        """The tokenizer that `to_json` wrote down."""
        return cls(settings["characters"], settings.get("special", ()))


Tokenizer = CharTokenizer | BPETokenizer | PublishedTokenizer
KINDS = {"characters": CharTokenizer, "bpe": BPETokenizer, "published": PublishedTokenizer}


def load(folder: str | Path) -> Tokenizer:
    """The tokenizer that `model.save(folder, tokenizer)` wrote, or GPT-2's files in the folder.

    ValueError when there is none. ConnectionError for one that is kept by its name alone (GPT-4's)
    and is not in tiktoken's cache.
    """
    if vocabulary_files.found(folder):
        return vocabulary_files.read(folder)
    path = Path(folder) / "tokenizer.json"
    try:
        settle(path.parent)
        settings = json.loads(path.read_text(encoding="utf-8"))
        return KINDS[settings["kind"]].from_settings(settings)
    except ConnectionError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} must be a tokenizer written by model.save(folder, tokenizer); "
            f"it cannot be read ({error}). Save the model together with its tokenizer."
        ) from None
