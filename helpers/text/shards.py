"""Shards: a text longer than memory, as files of token numbers that are mapped and not read.

A folder holds meta.json and, for each part ("train", "validation"), PART_00000.bin and so on:
little-endian numbers, 2 bytes each while the vocabulary allows it. meta.json has the sha256 of all
tokens of a part, so that two texts are told apart. Written by
`python -m helpers.text.prepare`, read by `helpers.learning.pretrain`.
Notebook *From GPT-1 to GPT-3*.
"""

import bisect
import hashlib
import itertools
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from helpers.basics.files import replacing
from helpers.text import tokenizers
from helpers.text.special import END

META = "meta.json"


class Shards:
    """One part of a prepared text, open for reading windows anywhere in it.

    ValueError for a folder that is no such text, or that has lost a file.
    """

    def __init__(self, folder: str | Path, part: str = "train"):
        self.folder, self.part = Path(folder), part
        self.meta = read_meta(self.folder)
        files = sorted(self.folder.glob(f"{part}_*.bin"))
        self.arrays = [_mapped(path, self.meta["dtype"]) for path in files]
        if sum(map(len, self.arrays)) != self.meta["tokens"].get(part):
            raise ValueError(
                f"{self.folder} must hold the {self.meta['tokens'].get(part, 0):,} tokens that "
                f"{META} counts for {part!r}; its files have {sum(map(len, self.arrays)):,}. "
                "Prepare the text again."
            )

    @property
    def vocab_size(self) -> int:
        """V, the token that ends a document included."""
        return self.meta["vocab_size"]

    def tokenizer(self) -> tokenizers.Tokenizer | None:
        """What the text was written with, the end of a document included; None if it is not here.

        ValueError for a damaged file.
        """
        if not (self.folder / "tokenizer.json").exists():
            return None
        try:
            found = tokenizers.load(self.folder)
        except ConnectionError:  # GPT-4's, and not in this machine's cache
            return None
        # older shards count the end of a document, which their tokenizer does not know
        return found if found.vocab_size == self.vocab_size else found.with_special(END)

    def windows(self, places: Iterable[int], block_size: int) -> tuple[Tensor, Tensor]:
        """The windows that begin at these places, y one step later: (B,) -> x, y (B, T) int64.

        Places are counted over all beginnings of a window, from 0 to `room(block_size)` - 1; a
        window never reaches from one file into the next.
        """
        ends = list(itertools.accumulate(max(0, len(a) - block_size) for a in self.arrays))
        rows = [self._row(int(place), ends, block_size) for place in places]
        ids = torch.from_numpy(np.stack(rows).astype(np.int64))  # (B, T + 1)
        return ids[:, :-1], ids[:, 1:]

    def room(self, block_size: int) -> int:
        """In how many places a window may begin. ValueError if there is none."""
        room = sum(max(0, len(array) - block_size) for array in self.arrays)
        if not room:
            raise ValueError(
                f"A shard must be longer than block_size = {block_size} tokens; the longest of "
                f"{self.part!r} in {self.folder} has {max(map(len, self.arrays), default=0):,}. "
                "Prepare a longer text, or use a smaller block_size."
            )
        return room

    def sample(
        self, batch_size: int, block_size: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """A random batch, as `batches.sample` gives it: x, y (B, T)."""
        places = torch.randint(self.room(block_size), (batch_size,), generator=generator)
        return self.windows(places.tolist(), block_size)

    def _row(self, place: int, ends: list[int], block_size: int) -> np.ndarray:
        i = bisect.bisect_right(ends, place)  # the first file whose places end after this one
        start = place - (ends[i - 1] if i else 0)
        return self.arrays[i][start : start + block_size + 1]


def _mapped(path: Path, dtype: str) -> np.ndarray:
    """The whole tokens of a file, as far as it was written."""
    count = path.stat().st_size // np.dtype(dtype).itemsize
    return np.memmap(path, dtype, mode="r", shape=(count,)) if count else np.empty(0, dtype)


class Writer:
    """Writes the tokens of one part as they come, in files of `shard_tokens` tokens.

    Used in a with statement: an error inside it leaves no file behind that is not full.
    """

    def __init__(self, folder: Path, part: str, dtype: str, shard_tokens: int):
        self.folder, self.part, self.dtype, self.shard_tokens = folder, part, dtype, shard_tokens
        self.tokens, self.open, self.sha256 = 0, ExitStack(), hashlib.sha256()

    def add(self, ids: Iterable[int]) -> None:
        """Tokens to follow those already there."""
        ids = np.asarray(ids, dtype=self.dtype)
        self.sha256.update(ids.tobytes())
        while len(ids):
            here = self.tokens % self.shard_tokens
            if here == 0:
                self._next()
            fits, ids = np.split(ids, [self.shard_tokens - here])
            self.file.write(fits.tobytes())
            self.tokens += len(fits)

    def _next(self) -> None:
        self.open.close()
        name = f"{self.part}_{self.tokens // self.shard_tokens:05d}.bin"
        self.file = self.open.enter_context(replacing(self.folder / name))

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *error) -> None:
        self.open.__exit__(*error)


def read_meta(folder: Path) -> dict:
    """What meta.json says. ValueError if it is not there or not such a file."""
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        known = {key: meta[key] for key in ("dtype", "vocab_size", "end_of_text", "tokens")}
        return known | {"sha256": meta.get("sha256", {})}  # older shards have none
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{folder} must be a folder of token shards; {META} cannot be read ({error}). "
            "Prepare one with python -m helpers.text.prepare."
        ) from None
