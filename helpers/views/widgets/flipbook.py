"""A flipbook: pictures of an Explorer's states, stored so that it can be moved without a kernel.

It holds what each control reaches alone from where the widget stands, and chosen pairs. Pictures of
neighbouring states share most of their lines: each line is stored once, and in alphabetical order
those that differ in a number lie side by side, where compression finds them.
"""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping

from helpers.views.drawing import Picture
from helpers.views.widgets import stops
from helpers.views.widgets.board import MODULE

ALONE, PAIRED = 24, 8  # stops of a control, at most: more would make a notebook heavy
CUTS = re.compile(r"(?=<)")


def record(explorer, pairs: Collection[tuple[str, str]] = ()) -> str:
    """All that is stored, packed as text. The explorer stands afterwards where it stood.

    pairs: names of two controls that are moved together.
    """
    start = explorer.stops
    found = {_key(start): (start, explorer.picture)}
    for _ in _moves(explorer, start, pairs):
        found.setdefault(_key(explorer.stops), (explorer.stops, explorer.picture))
    return _packed(_book(explorer, [*found.values()]))


def page(picture: Picture, book: str) -> str:
    """HTML that shows the picture, and where scripts may run the whole book."""
    name = hashlib.sha256(book.encode()).hexdigest()[:12]
    start = f"""for (const host of document.querySelectorAll('[data-book="{name}"]'))
  flip(host, "{book}");"""
    module = f'<script type="module">\n{MODULE}\n{start}\n</script>'
    return f'<div data-book="{name}">{picture.html}</div>{module}'


def _moves(
    explorer, start: Mapping[str, str], pairs: Collection[tuple[str, str]]
) -> Iterator[None]:
    ways = [[name] for name in explorer.controls] + [[*pair] for pair in pairs]
    for names in ways:
        most = ALONE if len(names) == 1 else PAIRED
        yield from _along(explorer, names, most)
        explorer.bring(start)


def _along(explorer, names: list[str], most: int) -> Iterator[None]:
    """Through all stops of the first control, and at each through all of the others."""
    if not names:
        yield
        return
    control = explorer.controls[names[0]]
    for stop in _some(stops.every(control), most):
        explorer.bring({names[0]: stop})
        yield from _along(explorer, names[1:], most)


def _some(texts: tuple[str, ...], most: int) -> list[str]:
    """At most so many of them, evenly from the first to the last."""
    last = len(texts) - 1
    if last < most:
        return [*texts]
    return [texts[round(i * last / (most - 1))] for i in range(most)]


def _book(explorer, states: list[tuple[dict[str, str], Picture]]) -> dict[str, object]:
    board = explorer.board()
    for control in board:
        name, order = control["name"], control["texts"] or []
        there = dict.fromkeys(at[name] for at, _ in states)
        control["texts"] = sorted(there, key=lambda t: order.index(t) if t in order else len(order))
    pages = [*dict.fromkeys((picture.alt, picture.inline) for _, picture in states)]
    lines = sorted({line for _, markup in pages for line in CUTS.split(markup)})
    number = {line: i for i, line in enumerate(lines)}
    return {
        "board": board,
        "states": [
            {
                "at": [control["texts"].index(at[control["name"]]) for control in board],
                "page": pages.index((picture.alt, picture.inline)),
            }
            for at, picture in states
        ],
        "pages": [
            {"alt": alt, "cut": [number[line] for line in CUTS.split(markup)]}
            for alt, markup in pages
        ],
        "lines": lines,
    }


def _packed(book: Mapping[str, object]) -> str:
    text = json.dumps(book, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _key(at: Mapping[str, str]) -> tuple:
    return tuple(at.items())
