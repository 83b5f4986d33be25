"""Documents: the texts in files, piece by piece, each for training or for validation.

A .jsonl or .ndjson file holds one document a line, as {"text": …}; any other file is one document
of UTF-8. Decided once, here: a line ends with \\n, whatever ended it in the file (\\r\\n or \\r),
and a byte order mark in front is left out.
"""

import codecs
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from helpers.text import stream

IN_LINES = (".jsonl", ".ndjson")
PARTS = ("train", "validation")
BLOCK = 1 << 18  # bytes of a file read at once
NEAR = 1 << 16  # bytes within which the end of a line is looked for
Piece = tuple[str, str | None]  # the part, and a piece of its text; None ends a document


def read(
    files: Iterable[Path], validation: float, skipped: Counter | None = None
) -> Iterator[Piece]:
    """Every piece of every document, in order, with its part.

    Of documents in lines the share `validation` goes to the validation part, evenly spread over all
    files; of a single text its last piece, from the end of a line on. A document in a line must fit
    into memory, a single text need not. ValueError names the file, and the line, that is no text.
    skipped: counts bad lines by file, which are then left out.
    """
    in_lines, share = 0, Fraction(str(validation))
    for file in files:
        if file.suffix.lower() not in IN_LINES:
            yield from _single(file, validation)
            continue
        for text in _lines(file, skipped):
            chosen = math.floor((in_lines + 1) * share) > math.floor(in_lines * share)
            in_lines += 1
            yield from _document(PARTS[chosen], [text])


def plain(text: str) -> str:
    """A text as it is tokenized: without a byte order mark, its lines ended by \\n."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _document(part: str, chunks: Iterable[str]) -> Iterator[Piece]:
    for piece in stream.pieces(chunks):
        yield part, piece
    yield part, None


def _single(file: Path, validation: float) -> Iterator[Piece]:
    size = file.stat().st_size
    cut = _cut(file, size, validation)
    for part, start, end in zip(PARTS, (0, cut), (cut, size), strict=True):
        if start < end:
            yield from _document(part, _decoded(file, start, end))


def _cut(file: Path, size: int, validation: float) -> int:
    """The byte at which the validation part begins: a line's, if one begins near; a character's."""
    start = size - math.floor(size * validation)
    with file.open("rb") as content:
        content.seek(start)
        near = content.read(min(NEAR, max(4, (size - start) // 10)))  # a tenth of it may be lost
    if line := re.search(rb"\n|\r(?=[^\n])", near):
        return start + line.end()
    return start + next((i for i, byte in enumerate(near) if byte & 0xC0 != 0x80), 0)


def _decoded(file: Path, start: int, end: int) -> Iterator[str]:
    """The text between two bytes of a file, block by block."""
    utf8 = codecs.getincrementaldecoder("utf-8" if start else "utf-8-sig")()
    decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
    with file.open("rb") as content:
        content.seek(start)
        while block := content.read(min(BLOCK, end - content.tell())):
            yield _text(decoder, block, content.tell() == end, file)


def _text(decoder: io.IncrementalNewlineDecoder, block: bytes, last: bool, file: Path) -> str:
    try:
        text, reason = decoder.decode(block, final=last), "it holds NUL bytes"
    except UnicodeDecodeError as error:
        text, reason = "\0", error.reason
    if "\0" in text:
        raise ValueError(
            f"{file} must be UTF-8 text; it is not ({reason}). "
            "Save it as UTF-8 in an editor, or leave it out."
        )
    return text


def _lines(file: Path, skipped: Counter | None) -> Iterator[str]:
    """The texts of a file of documents. A byte that is no UTF-8 makes its line a bad one."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            text = _field(line)
            if text is not None:
                yield plain(text)
            elif skipped is not None:
                skipped[file.name] += 1
            else:
                raise ValueError(
                    f'{file}, line {number} must be JSON with a "text"; got {line[:40]!r}. '
                    "Correct the line, or leave bad lines out with skip_bad_lines=True "
                    "(--skip-bad-lines)."
                )


def _field(line: str) -> str | None:
    """The text of a line; None if it has none, or none that could be written down."""
    try:
        text = json.loads(line)["text"]
        return text if text.encode() is not None else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
