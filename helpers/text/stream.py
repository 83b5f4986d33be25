"""A stream: a text that comes in chunks, cut into pieces that can be tokenized one by one.

A piece ends before a blank, or before the end of a line that ends with a word: there the patterns
of GPT-2 and GPT-4 cut whatever stands around. So the ids of the pieces, put together, are those of
the whole text, and no more than a piece is ever in memory.
"""

import re
from collections.abc import Iterable, Iterator

import regex

from helpers.text.special import WithSpecial, names_pattern

AT_ONCE = 1 << 18  # characters of a piece at most: a longer word is cut
FEW = 1 << 12  # characters of a piece where memory counts more than speed
BORDER = regex.compile(r"(?r)(?<=[\p{L}\p{N}])(?=\s)|(?<=\S)(?=[^\S\r\n])")  # the last one


def pieces(
    chunks: Iterable[str], names: Iterable[str] = (), size: int | None = None
) -> Iterator[str]:
    """The same text in pieces of about `size` characters; none of the names is cut in two.

    size: AT_ONCE if not given; a piece without a border grows up to AT_ONCE and is cut there.

    >>> [*pieces(["to b", "e or", " not to be"], size=8)]
    ['to be or', ' not to', ' be']
    """
    names, text, size = list(names), "", size or AT_ONCE
    pattern, longest, wanted = names_pattern(names), max(map(len, names), default=0), size
    for chunk in (part for whole in chunks for part in _short(whole, size)):
        text += chunk
        while len(text) > wanted + longest:  # then every name that begins in `wanted` is complete
            end = _end(text, wanted, pattern)
            if end is None and wanted < AT_ONCE:
                wanted = min(2 * wanted, AT_ONCE)
            else:
                end = end or _forced(text, wanted, pattern)
                yield text[:end]
                text, wanted = text[end:], size
    yield text


def _short(chunk: str, size: int) -> Iterator[str]:
    for start in range(0, len(chunk), size):
        yield chunk[start : start + size]


def _end(text: str, most: int, pattern: re.Pattern | None) -> int | None:
    """The last border within `most` characters that lies in no name, if there is one."""
    border = BORDER.search(text, 1, most + 1)
    while border and (name := _around(text, border.start(), pattern)):
        border = BORDER.search(text, 1, name.start() + 1)
    return border.start() if border else None


def _forced(text: str, most: int, pattern: re.Pattern | None) -> int:
    name = _around(text, most, pattern)
    return (name.start() or name.end()) if name else most


def _around(text: str, place: int, pattern: re.Pattern | None) -> re.Match | None:
    """The name that a cut at this place would go through."""
    names = pattern.finditer(text) if pattern else ()
    return next((name for name in names if name.start() < place < name.end()), None)


def encode(tokenizer: WithSpecial, chunks: Iterable[str], **special) -> Iterator[int]:
    """The ids of a text that comes in chunks, say the lines of a file, in bounded memory.

    special: allowed_special and disallowed_special, as `encode` has them. The ids are those of the
    whole text, but for a word of more than AT_ONCE characters. ValueError as for `encode`.
    """
    for piece in pieces(chunks, tokenizer.special, FEW):
        yield from tokenizer.encode(piece, **special)
