"""Pages: lists with links and tables, as HTML that a reader can follow, copy and fold away.

Not pictures: a picture's words are read out as one label, and its links cannot be reached. Colours
are the reader's theme's own; JupyterLab keeps this HTML in an untrusted notebook.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpers.basics.signature import signed
from helpers.views.drawing.given import must
from helpers.views.drawing.wording import counted

BOX = "max-width:860px;line-height:1.5"
CELL = "text-align:left;vertical-align:top;padding:5px 14px 5px 4px"
LINE = "border-bottom:1px solid rgba(128,128,128,.35)"
DIFFERS = "≠"

Item = tuple[str, str, str]  # words, name of a link, where it leads


@dataclass(frozen=True)
class Page:
    """HTML for the eye, and plain text for a terminal and for nbval."""

    html: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


@signed()
def folded(groups: Mapping[str, Sequence[Item]], noun: str = "claim", unfold: bool = False) -> Page:
    """One line per group that opens into its items, each with a link.

    groups: heading -> items (words, name of the link, address). ValueError for no group, or for a
    group of nothing.
    """
    sizes = {name: len(items) for name, items in groups.items()}
    rule = "Every group needs at least one item, and there must be a group"
    must(groups and all(groups.values()), rule, sizes, "Try another word.")
    counts = {name: f"{name}: {counted(len(items), noun)}" for name, items in groups.items()}
    opened = " open" if unfold else ""
    body = "".join(
        f'<details{opened} style="margin:4px 0"><summary>{html.escape(counts[name])}</summary>'
        f"<ul>{''.join(map(_item, items))}</ul></details>"
        for name, items in groups.items()
    )
    total = counted(sum(map(len, groups.values())), noun)
    text = f"{total} in {len(groups)} groups. " + "; ".join(counts.values()) + "."
    return Page(f'<div style="{BOX}">{body}</div>', text)


@signed()
def tabulate(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Page:
    """A table; the first cell of a row names it. A cell's further lines are small print.

    A line that begins with ≠ is bold. ValueError unless every row has a cell for each column.
    """
    rows = [tuple(map(str, row)) for row in rows]
    lengths = [len(row) for row in rows]
    rule = f"Every row needs {len(header)} cells, as the header has, and there must be a row"
    must({*lengths} == {len(header)}, rule, lengths, "Try '' for an empty cell.")
    head = "".join(f'<th scope="col" style="{CELL};{LINE}">{html.escape(h)}</th>' for h in header)
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    shown = f'<table style="font-size:14px;border-collapse:collapse"><thead><tr>{head}</tr></thead>'
    return Page(f"{shown}<tbody>{body}</tbody></table>", _aligned([tuple(header), *rows]))


def _item(item: Item) -> str:
    words, name, address = item
    where = f'<a href="{html.escape(address, quote=True)}">{html.escape(name)}</a>'
    return f"<li>{html.escape(words)} <small>({where})</small></li>"


def _row(cells: Sequence[str]) -> str:
    name, *values = cells
    first = f'<th scope="row" style="{CELL};{LINE}">{_lines(name)}</th>'
    return first + "".join(f'<td style="{CELL};{LINE}">{_lines(value)}</td>' for value in values)


def _lines(text: str) -> str:
    first, *others = text.split("\n")
    small = [html.escape(line) for line in others]
    small = [f"<b>{line}</b>" if line.startswith(DIFFERS) else line for line in small]
    return html.escape(first) + "".join(f"<br><small>{line}</small>" for line in small)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """The same in plain text: columns of equal width, small print after its number."""
    rows = [[" ".join(cell.split("\n")) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in padded)


def anchor(heading: str) -> str:
    """What comes after # in a link to a heading: JupyterLab and GitHub put - for each blank.

    >>> anchor("The loss, and what it must be")
    'The-loss,-and-what-it-must-be'
    """
    return heading.replace("`", "").replace(" ", "-")
