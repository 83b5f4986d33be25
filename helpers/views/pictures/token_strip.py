"""Text cut into tokens: neighbours differ in colour, and the pointer shows a token's number.

The colours lie thin over the page, as in `surprisal_text`, and a hairline ends every token,
so that the cuts are seen without colours too.
"""

import html
import itertools
from collections.abc import Mapping, Sequence

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, counted, given, listed
from helpers.views.drawing.palette import BLUE, GREEN, ORANGE, PURPLE, triple
from helpers.views.pictures.surprisal_text import BOX, SMALL_PRINT

TINTS = [*map(triple, (BLUE, ORANGE, GREEN, PURPLE))]  # taken in turn
SHOWN = 1200  # tokens; more would make a page slow
NAMED = 6  # tokens in the description
Counts = Mapping[str, int]


@signed()
def token_strip(
    tokens: Sequence[bytes], ids: Sequence[int], title: str = "", others: Counts | None = None
) -> Picture:
    """A text as its tokens, each on a colour of its own, its number under the pointer.

    tokens: the bytes of each, together the text as UTF-8; ids: their numbers. others: name ->
    how many tokens another tokenizer needs for the same text. ValueError if nothing is there.
    """
    rule, got = "A strip needs at least one token and one id for each", f"{len(tokens)} tokens and "
    given.must(tokens and len(tokens) == len(ids), rule, f"{got}{len(ids)} ids", "Type some text.")
    least = min(ids)
    given.must(least >= 0, "An id must be ≥ 0", least, "Try tokenizer.encode(text).")
    pairs = enumerate(itertools.islice(zip(tokens, ids, strict=True), SHOWN))
    body = "".join(_token(i, *pair) for i, pair in pairs)
    more = f" … and {len(tokens) - SHOWN:,} more" if len(tokens) > SHOWN else ""
    head, counts = _head(tokens, title), _counts(len(tokens), title, others or {})
    markup = f'<p style="{SMALL_PRINT}">{html.escape(head)}</p>'
    markup += f'<pre style="{BOX};line-height:2">{body}{more}</pre>{counts}'
    first = [f"{written(t)!r} ({i})" for t, i in zip(tokens[:NAMED], ids[:NAMED], strict=True)]
    return Picture(f"{head} The first: {listed(first)}.", markup=markup)


def written(token: bytes) -> str:
    """A token as text; bytes that are only a part of a character as \\x.. .

    >>> written(b"the"), written("é".encode()[:1])
    ('the', '\\\\xc3')
    """
    return token.decode("utf-8", errors="backslashreplace")


def _token(i: int, token: bytes, number: int) -> str:
    text = html.escape(written(token))
    shown = text.replace("\n", '<span style="opacity:.5">↵</span>\n')
    style = f"background-color:rgba({TINTS[i % len(TINTS)]},.28);"
    style += "border-right:1px solid rgba(128,128,128,.9);padding:2px 0"
    name = html.escape(f"{number}: {written(token)!r}")
    return f'<span style="{style}" title="{name}">{shown}</span>'


def _head(tokens: Sequence[bytes], title: str) -> str:
    characters, count = len(b"".join(tokens).decode("utf-8", errors="replace")), len(tokens)
    head, each = f"{title}: " if title else "", f"{characters / count:.2f} each"
    return f"{head}{characters:,} characters in {counted(count, 'token')}, {each}."


def _counts(count: int, title: str, others: Counts) -> str:
    """How many tokens each tokenizer needs, as bars of text-coloured rules."""
    counts = {title or "this one": count, **others}
    if len(counts) < 2:
        return ""
    longest = max(counts.values())
    rows = "".join(
        f'<tr><td style="padding:1px 10px 1px 0;text-align:left">{html.escape(name)}</td>'
        f'<td style="padding:1px 8px 1px 0">{n:,}</td><td style="text-align:left">'
        f'<span style="display:inline-block;height:9px;width:{max(1, round(300 * n / longest))}px;'
        f'background-color:rgba({TINTS[0]},.75)"></span></td></tr>'
        for name, n in counts.items()
    )
    return f'<table style="font-size:13px;border:0;margin:0"><tbody>{rows}</tbody></table>'
