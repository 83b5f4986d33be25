"""Recorded cuts: how GPT-2, GPT-4 and GPT-4o cut some sentences, for a reader without a network.

Made by tools/record_cuts.py from the published vocabularies. Notebook *Text to tokens*.
"""

import json
from functools import cache
from pathlib import Path

RECORD = Path(__file__).parents[2] / "data" / "cuts.json"


class RecordedCuts:
    """A published tokenizer that knows some sentences only, with the names that ours have.

    vocab_size: of the whole tokenizer, special tokens included.
    """

    def __init__(self, name: str, vocab_size: int, sentences: dict[str, dict]):
        self.name, self.vocab_size, self._sentences = name, vocab_size, sentences
        self._tokens = {
            i: bytes.fromhex(token)
            for cut in sentences.values()
            for i, token in zip(cut["ids"], cut["hex"], strict=True)
        }

    @property
    def sentences(self) -> list[str]:
        """The sentences whose cut is recorded."""
        return list(self._sentences)

    def encode(self, text: str) -> list[int]:
        """Text to ids, special tokens kept whole. ValueError for a text that was not recorded."""
        if text not in self._sentences:
            raise ValueError(
                f"The text must be one of the {len(self._sentences)} recorded for {self.name}; "
                f"got {text!r}. Try one of .sentences, or helpers.text.published when online."
            )
        return list(self._sentences[text]["ids"])

    def token_bytes(self, ids: list[int]) -> list[bytes]:
        """The bytes of each token. ValueError for a token that stands in no recorded sentence."""
        if missing := [i for i in ids if i not in self._tokens]:
            raise ValueError(
                f"A token must stand in a sentence recorded for {self.name}; got {missing[0]}. "
                "Use ids that .encode gave."
            )
        return [self._tokens[i] for i in ids]

    def pieces(self, text: str) -> list[str]:
        """The tokens of a recorded sentence as text; part of a character shows as \\x.. ."""
        return [
            token.decode("utf-8", errors="backslashreplace")
            for token in self.token_bytes(self.encode(text))
        ]


@cache
def load() -> dict[str, RecordedCuts]:
    """Every recorded tokenizer by its name: "GPT-2", "GPT-4", "GPT-4o"."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))["cuts"]
    return {name: RecordedCuts(name, **known) for name, known in record.items()}
