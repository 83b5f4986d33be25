"""Every claim of the course, read from the notebooks that lie beside the one that asks.

A claim is found in the source of a cell; whether it held is read from the cell's stored output.
Notebook *Summary*.
"""

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpers.basics.signature import signed
from helpers.views.drawing.pages import Page, anchor, folded

HELD, FAILED, NOT_REACHED = "held", "failed", "not reached"
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
NAMES = "[0-9][0-9]_*.ipynb"


@dataclass(frozen=True)
class Claim:
    """A sentence that a cell checks, where it stands, and what became of it.

    statement: an expression inside an f-string is written as "…". state: "held" if "✓ statement"
    is among the cell's stored outputs, "failed" if "✗ statement" is, else "not reached". expected:
    the cell catches the failure, because the failure is the lesson. title: the notebook's.
    """

    statement: str
    notebook: str
    title: str
    section: str
    link: str
    state: str
    expected: bool = False


def claims(folder: Path | str = ".") -> list[Claim]:
    """The claims of every notebook NN_topic.ipynb in the folder, in the order of the course.

    ValueError when there is no such notebook.
    """
    found = sorted(Path(folder).glob(NAMES))
    if not found:
        raise ValueError(
            f"The folder must hold notebooks with names such as 00_start_here.ipynb; "
            f"{Path(folder).resolve().name!r} has none. Try claims('notebooks')."
        )
    return [claim for path in found for claim in _in_notebook(path)]


@signed()
def index(claims: Iterable[Claim], unfold: bool = False) -> Page:
    """The claims as lines to open, one for each notebook; ValueError when there are none."""
    groups: dict[str, list] = {}
    for claim in claims:
        group = groups.setdefault(claim.title, [])
        group.append((claim.statement + _remark(claim), claim.section, claim.link))
    return folded(groups, unfold=unfold)


def _remark(claim: Claim) -> str:
    if claim.state == HELD:
        return ""
    return " (it fails, to show how)" if claim.expected else f" ({claim.state} where this was run)"


def title(path: Path) -> str:
    """The heading of level 1."""
    return next(text for level, text in headings(path) if level == 1)


def headings(path: Path) -> list[tuple[int, str]]:
    """Level and text of every heading, in order."""
    return [found for cell in _cells(path) for found in _headings_in(cell)]


@signed()
def link(notebook: str, heading: str, cell: str = "") -> str:
    """A relative link to a section.

    A browser writes √ or a quotation mark as %E2%88%9A or %22, and JupyterLab then looks for a
    heading of that name; such a section is linked by the id of its cell, if that is given.
    """
    target = anchor(heading)
    plain = quote(target, safe="-_.,:;!?()'=/+*&@$~") == target
    return f"{notebook}#{target}" if plain or not cell else f"{notebook}#cell-id={cell}"


def _in_notebook(path: Path) -> list[Claim]:
    found, section, home, name = [], "", "", title(path)
    for cell in _cells(path):
        for _, text in _headings_in(cell):
            section, home = text, cell.get("id", "")
        for statement, pattern, expected in _claimed(cell):
            where = link(path.name, section, home)
            state = _state(pattern, cell)
            found.append(Claim(statement, path.name, name, section, where, state, expected))
    return found


def _cells(path: Path) -> list[dict]:
    return json.loads(Path(path).read_text(encoding="utf-8"))["cells"]


def _headings_in(cell: dict) -> list[tuple[int, str]]:
    if cell["cell_type"] != "markdown":
        return []
    return [(len(marks), text) for marks, text in HEADING.findall(FENCE.sub("", _source(cell)))]


def _source(cell: dict) -> str:
    return "".join(cell["source"])


def _claimed(cell: dict) -> list[tuple[str, str, bool]]:
    """Of each claim in a code cell: the statement, a pattern of it, whether it may fail."""
    if cell["cell_type"] != "code":
        return []
    tree = ast.parse(MAGIC.sub(r"\1pass", _source(cell)))
    caught = {id(n) for t in ast.walk(tree) if isinstance(t, ast.Try) for n in ast.walk(t)}
    calls = [node for node in ast.walk(tree) if _is_claim(node)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [(*_statement(call.args[0]), id(call) in caught) for call in calls]


def _is_claim(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim" and node.args


def _statement(node: ast.expr) -> tuple[str, str]:
    """The sentence as a reader sees it, and a regular expression that its output matches."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    fixed = [part.value if isinstance(part, ast.Constant) else None for part in parts]
    shown = "".join("…" if text is None else text for text in fixed)
    return shown, "".join(".*" if text is None else re.escape(text) for text in fixed)


def _state(pattern: str, cell: dict) -> str:
    printed = "\n".join(_printed(cell))
    sentence = pattern.removesuffix(r"\.")  # before a measured value it ends with a colon
    for mark, state in (("✓", HELD), ("✗", FAILED)):
        if re.search(rf"^{mark} {sentence}(\.?|: ≈ .*|\.? Measured: .*)$", printed, re.MULTILINE):
            return state
    return NOT_REACHED


def _printed(cell: dict) -> Iterable[str]:
    return ("".join(out["text"]) for out in cell["outputs"] if out["output_type"] == "stream")
