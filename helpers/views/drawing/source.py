"""Source of the helpers for a reader: coloured, with its file and the class that it belongs to."""

import html
import inspect
import keyword
import re
import sys
from itertools import groupby, takewhile

from helpers.views.drawing.given import must
from helpers.views.drawing.pages import Page

# The colours of JupyterLab's own editor, which follow its theme; elsewhere tones that both bear.
COLOURS = {
    "string": "var(--jp-mirror-editor-string-color, #c0504d)",
    "comment": "var(--jp-mirror-editor-comment-color, #5f9ea0)",
    "keyword": "var(--jp-mirror-editor-keyword-color, #3a9d3a)",
    "number": "var(--jp-mirror-editor-number-color, #3a9d3a)",
}
WORDS = re.compile(
    r'(?P<string>[rbfu]{0,2}(?:""".*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'))'
    r"|(?P<comment>#[^\n]*)"
    rf"|(?P<keyword>\b(?:{'|'.join(keyword.kwlist)})\b)"
    r"|(?P<number>\b\d[\d_.]*(?:e-?\d+)?\b)",
    re.DOTALL,
)
BOX = "margin:0 0 10px 0;padding:8px 12px;overflow-x:auto;line-height:1.35;"
BOX += "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)"
BORDER = "border:1px solid rgba(128,128,128,.35);border-radius:4px"


def listing(*things) -> Page:
    """The source of modules, classes, functions and methods, under the names of their files.

    Methods stand below the first line of their class. ValueError when a thing has no source in a
    file.
    """
    must(things, "There must be something to list", things, "Try listing(a_function).")
    files = [(file, _sources(same)) for file, same in groupby(things, _file)]
    text = "\n".join(f"# {file}\n" + "\n".join(sources) for file, sources in files)
    boxes = (
        f'<div><small>{html.escape(file)}</small><pre style="{BOX};{BORDER}">'
        f"{coloured(chr(10).join(sources).rstrip())}</pre></div>"
        for file, sources in files
    )
    return Page("".join(boxes), text.rstrip())


def coloured(source: str) -> str:
    """Python as HTML: keywords, texts, numbers and comments have colours of their own."""
    parts, end = [], 0
    for found in WORDS.finditer(source):
        colour = COLOURS[found.lastgroup]
        parts.append(html.escape(source[end : found.start()], quote=False))
        parts.append(f'<span style="color:{colour}">{html.escape(found[0], quote=False)}</span>')
        end = found.end()
    return "".join(parts) + html.escape(source[end:], quote=False)


def _file(thing) -> str:
    name = getattr(inspect.getmodule(thing), "__name__", "")
    rule = "A listing needs a module, class, function or method that stands in a file"
    must(name not in ("", "__main__", "builtins"), rule, thing, "Try a name of helpers.")
    return name.replace(".", "/") + ".py"


def _sources(things) -> list[str]:
    """What stands in a file; the first line of a class once above those of its methods."""
    sources = []
    for head, same in groupby(things, _head):
        sources += [head] * bool(head) + [inspect.getsource(thing) for thing in same]
    return sources


def _head(thing) -> str:
    """The first line of the class that a method belongs to; nothing for what stands alone."""
    holder, dot, _ = getattr(thing, "__qualname__", "").rpartition(".")
    if not dot or "<locals>" in holder:
        return ""
    lines = inspect.getsource(getattr(sys.modules[thing.__module__], holder)).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("class "))  # no decorators
    head = [*takewhile(lambda line: not line.endswith(":"), lines[first:])]
    return "\n".join([*lines[first : first + len(head) + 1], "    …", ""])
