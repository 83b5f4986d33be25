"""A stream: a text that comes in chunks, cut into pieces that can be tokenized one by one.

A piece ends before a blank, or before the end of a line that ends with a word: there the patterns
of GPT-2 and GPT-4 cut whatever stands around. So the ids of the pieces, put together, are those of
the whole text, and no more than a piece is ever in memory.
"""

from collections.abc import Iterable, Iterator

import regex

from helpers.text.special import WithSpecial, names_pattern

AT_ONCE = 1 << 18  # characters of a piece at least; a word longer than this is cut
BORDER = regex.compile(r"(?r)(?<=[\p{L}\p{N}])(?=\s)|(?<=\S)(?=[^\S\r\n])")  # the last one


def pieces(chunks: Iterable[str], names: Iterable[str] = ()) -> Iterator[str]:
    """The same text in pieces of about AT_ONCE characters; none of the names is cut in two.

    >>> "".join(pieces(["to b", "e or", " not to be"]))
    'to be or not to be'
    """
    names, text = list(names), ""
    pattern, longest = names_pattern(names), max(map(len, names), default=0)
    for chunk in (part for whole in chunks for part in _short(whole)):
        text += chunk
        while len(text) >= AT_ONCE + longest:
            end = _end(text, AT_ONCE, pattern)
            yield text[:end]
            text = text[end:]
    yield text


def _short(chunk: str) -> Iterator[str]:
    for start in range(0, len(chunk), AT_ONCE):
        yield chunk[start : start + AT_ONCE]


def _end(text: str, most: int, pattern) -> int:
    """Where the first piece ends, within `most` characters; behind them all names are complete."""
    end = _border(text, most)
    for name in reversed([*pattern.finditer(text)] if pattern else []):
        if name.start() < end < name.end():
            end = _border(text, name.start()) or name.end()
    return end


def _border(text: str, most: int) -> int:
    found = BORDER.search(text, 1, most + 1)
    return found.start() if found else most


def encode(tokenizer: WithSpecial, chunks: Iterable[str], **special) -> Iterator[int]:
    """The ids of a text that comes in chunks, say the lines of a file, in bounded memory.

    special: allowed_special and disallowed_special, as `encode` has them. The ids are those of the
    whole text, but for a word of more than AT_ONCE characters. ValueError as for `encode`.
    """
    for piece in pieces(chunks, tokenizer.special):
        yield from tokenizer.encode(piece, **special)
