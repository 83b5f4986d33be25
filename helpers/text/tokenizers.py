"""Tokenizers: text to numbers and back, losing nothing.

Built by hand in notebook *Text to tokens*.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from helpers.basics.files import settle
from helpers.basics.signature import signed
from helpers.text import vocabulary_files
from helpers.text.bpe import BPETokenizer, checked_ids
from helpers.text.published import PublishedTokenizer
from helpers.text.smollm import SmolTokenizer
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
    @signed()
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
        """The tokenizer that `to_json` wrote down; ValueError for a character that comes twice."""
        tokenizer = cls(settings["characters"], settings.get("special", ()))
        if tokenizer.characters != [*settings["characters"]]:
            raise ValueError(
                "its characters must be sorted, each once. Try CharTokenizer(text).to_json()"
            )
        return tokenizer


Tokenizer = CharTokenizer | BPETokenizer | PublishedTokenizer
KINDS = {"characters": CharTokenizer, "published": PublishedTokenizer}
KINDS |= {kind.kind: kind for kind in (BPETokenizer, SmolTokenizer)}


@signed()
def load(folder: str | Path) -> Tokenizer:
    """The tokenizer that `model.save(folder, tokenizer)` wrote, or GPT-2's files in the folder.

    ValueError when there is none, when it is damaged or not that of the model in the folder.
    ConnectionError for one that is kept by its name alone (GPT-4's) and is not in tiktoken's cache.
    """
    if vocabulary_files.found(folder):
        return vocabulary_files.read(folder)
    path = Path(folder) / "tokenizer.json"
    try:
        settle(path.parent)
        content = path.read_bytes()
        settings = json.loads(content.decode())
        tokenizer = KINDS[settings["kind"]].from_settings(settings)
        _check_model(path.with_name("config.json"), content, tokenizer.vocab_size)
        return tokenizer
    except ConnectionError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f"{path} must be a tokenizer written by model.save(folder, tokenizer); "
            f"it cannot be read ({error}). Save the model together with its tokenizer."
        ) from None


def _check_model(path: Path, content: bytes, vocab_size: int) -> None:
    """The model beside it must have been saved with this file, if a model is there.

    An older one names no sha256: its number of tokens must be the same.
    """
    config = json.loads(path.read_bytes()) if path.is_file() else {}
    found = hashlib.sha256(content).hexdigest()
    if config.get("tokenizer_sha256", found) != found:
        raise ValueError(f"its sha256 is not the one that {path} names. Fetch both again")
    size = config.get("vocab_size", vocab_size)
    if size != vocab_size and "tokenizer_sha256" not in config:
        raise ValueError(f"it has {vocab_size:,} tokens, the model {size:,}. Fetch both again")
