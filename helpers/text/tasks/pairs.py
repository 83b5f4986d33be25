"""Pairs of sequences: a source to read and its target to write, side by side in a batch.

Every target begins with <start> and ends with <end>; shorter rows are filled up with <pad>.
Notebook: *The Transformer*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import whole

SPECIAL = ("<pad>", "<start>", "<end>")
PAD, START, END = range(len(SPECIAL))


class WordTokenizer:
    """One token per word; words stand between blanks. The special tokens have the ids 0, 1, 2.

    >>> WordTokenizer(["be", "to"]).encode("to be")
    [4, 3]
    """

    def __init__(self, words: Iterable[str]):
        self.tokens = [*SPECIAL, *dict.fromkeys(words)]
        self._ids = {token: i for i, token in enumerate(self.tokens)}

    @property
    def vocab_size(self) -> int:
        """V: how many different tokens there are, the special ones included."""
        return len(self.tokens)

    @takes(text="text")
    def encode(self, text: str) -> list[int]:
        """Words to ids; ValueError names the first word the vocabulary lacks."""
        for word in text.split():
            if word not in self._ids:
                raise ValueError(
                    f"Every word must be one of the {self.vocab_size} tokens; got {word!r}. "
                    f"Try words such as {' '.join(self.tokens[3:8])!r}."
                )
        return [self._ids[word] for word in text.split()]

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to words; the special tokens are left out."""
        most = self.vocab_size - 1
        ids = [whole("A token", i, 0, most, "Pass what this tokenizer encoded.") for i in ids]
        return " ".join(self.tokens[i] for i in ids if i >= len(SPECIAL))


@dataclass(frozen=True)
class Pairs:
    """N sources and their targets. sources: (N, S), targets: (N, T + 1), int64 ids."""

    sources: Tensor
    targets: Tensor

    @classmethod
    def from_texts(
        cls, sources: Sequence[str], targets: Sequence[str], tokenizer: WordTokenizer
    ) -> "Pairs":
        """The i-th source belongs to the i-th target. ValueError if their numbers differ."""
        if len(sources) != len(targets) or not len(sources):
            raise ValueError(
                f"Every source must have its target; got {len(sources)} sources and "
                f"{len(targets)} targets. Try lists of equal length, at least one pair."
            )
        framed = [[START, *tokenizer.encode(text), END] for text in targets]
        return cls(padded([tokenizer.encode(text) for text in sources]), padded(framed))

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, rows) -> "Pairs":
        return Pairs(self.sources[rows], self.targets[rows])

    @takes(batch_size="count", generator="generator")
    def sample(self, batch_size: int, generator: torch.Generator | None = None) -> "Pairs":
        """Some of the pairs, drawn with equal chance and with replacement."""
        return self[torch.randint(len(self), (batch_size,), generator=generator)]


@takes(rows="rows")
def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of ids as one tensor, the shorter ones filled up with <pad> at their ends.

    >>> padded([[5], [6, 7]]).tolist()
    [[5, 0], [6, 7]]
    """
    width = max(whole("The length of a row", len(row)) for row in rows)
    return torch.tensor(
        [[*(whole("A token", i, 0) for i in row), *[PAD] * (width - len(row))] for row in rows],
        dtype=torch.int64,
    )
