"""GGUF: a file with a model's settings, its vocabulary and its tensors, most of them rounded.

The file begins with a header that says what follows: keys with values (a tokenizer among them),
then each tensor's name, shape, type and place, then the numbers. Source: the specification of GGUF
version 3 (ggml-org/ggml, docs/gguf.md). Nothing of it is code, so reading it runs none.
"""

import math
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

MAGIC, VERSIONS = b"GGUF", (2, 3)
NUMBERS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}  # as `struct` names them
BROKEN = (OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError, struct.error)
TEXT, LIST = 8, 9  # the two kinds of values that are no numbers
MOST = 1 << 24  # elements of a list, bytes of a text: a damaged header may say any number


class Damaged(ValueError):
    """What is wrong with a file, in half a sentence; whoever reads the file says the other half."""


class Stored(NamedTuple):
    """A tensor in the file: its shape, the number of its type, where its bytes begin."""

    shape: tuple[int, ...]
    kind: int
    start: int


class GGUF:
    """The header of a GGUF file, read whole; the tensors' bytes are read when they are asked for.

    settings: key -> value. tensors: name -> what is stored. ValueError, and nothing is read on,
    for a file that is missing, damaged, too short or of another version.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        try:
            self.content = np.memmap(self.path, np.uint8, "c")  # pages come when they are read
            self._read()
        except BROKEN as error:
            raise ValueError(
                f"{self.path} must be a whole GGUF file of version {VERSIONS[0]} or {VERSIONS[1]}; "
                f"it cannot be read: {error or type(error).__name__}. Fetch the file again."
            ) from None

    def bytes_of(self, name: str, count: int) -> np.ndarray:
        """The next `count` bytes from where a tensor begins; ValueError where the file ends."""
        start = self.tensors[name].start
        if start + count > len(self.content):
            raise ValueError(
                f"{self.path} must hold {count:,} bytes of {name!r}; it ends before. "
                "Fetch the file again."
            )
        return self.content[start : start + count]

    def _read(self) -> None:
        self._place = 0
        self._view = memoryview(self.content)
        if bytes(self._view[:4]) != MAGIC:
            raise Damaged("it does not begin with the letters GGUF")
        version, n_tensors, n_settings = self._take("4xIQQ")
        if version not in VERSIONS:
            raise Damaged(f"it is of version {version}")
        self.settings = {self._text(): self._value(*self._take("I")) for _ in range(n_settings)}
        found = {self._text(): self._stored() for _ in range(n_tensors)}
        unit = self.settings.get("general.alignment", 32)
        data = math.ceil(self._place / unit) * unit  # the numbers begin at a multiple of it
        self.tensors = {name: one._replace(start=data + one.start) for name, one in found.items()}

    def _take(self, form: str) -> tuple:
        values = struct.unpack_from("<" + form, self._view, self._place)
        self._place += struct.calcsize("<" + form)
        return values

    def _text(self) -> str:
        (count,) = self._take("Q")
        text = bytes(self._view[self._place : self._place + _few(count)])
        if len(text) < count:
            raise Damaged("it ends within a text")
        self._place += count
        return text.decode()

    def _value(self, kind: int):
        if kind == TEXT:
            return self._text()
        if kind != LIST:
            return self._take(NUMBERS[kind])[0]
        kind, count = self._take("IQ")
        if kind in NUMBERS:
            return [*self._take(f"{_few(count)}{NUMBERS[kind]}")]
        return [self._value(kind) for _ in range(_few(count))]

    def _stored(self) -> Stored:
        (dimensions,) = self._take("I")
        shape = self._take(f"{_few(dimensions)}Q")[::-1]  # the file has the fastest first
        return Stored(shape, *self._take("IQ"))


def _few(count: int) -> int:
    if count > MOST:
        raise Damaged(f"it says a length of {count:,}")
    return count
