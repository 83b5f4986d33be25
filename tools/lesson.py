"""A notebook as the layout rules see it: its file name, its cells, its text."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]+`")
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # in JupyterLab and on Colab
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """One notebook with its file name."""

    name: str
    notebook: NotebookNode

    @classmethod
    def load(cls, path: Path) -> "Lesson":
        return cls(path.name, nbformat.read(path, as_version=4))

    @property
    def cells(self) -> list[NotebookNode]:
        return self.notebook.cells

    @property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def numbered(self) -> Iterator[tuple[int, NotebookNode]]:
        """Code cells with the number that a reader sees beside them: [1], [2], ..."""
        return enumerate(self.code, start=1)

    @property
    def text(self) -> str:
        """All text cells, without the code that stands in them."""
        sources = [cell.source for cell in self.cells if cell.cell_type == "markdown"]
        return INLINE_CODE.sub("`code`", FENCE.sub("", "\n\n".join(sources)))

    @property
    def trees(self) -> Iterator[tuple[int, ast.Module]]:
        """Code cells as syntax trees; a magic line counts as `pass`."""
        for number, cell in self.numbered:
            yield number, ast.parse(MAGIC.sub(r"\1pass", cell.source))


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def compared_texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """Kind and text of everything in a code cell's outputs that nbval compares."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.name, output.text
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str) and kind not in ("image/png", "image/jpeg"):
                yield kind, value


def defined_names(tree: ast.Module) -> list[str]:
    """Classes and functions at the top of a module or cell."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in tree.body if isinstance(node, kinds)]
