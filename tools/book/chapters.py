"""A notebook becomes a chapter of the book; the file itself stays as it is.

What holds in JupyterLab only goes away, the set-up cell is folded, links lead to the book's pages.
"""

import copy
import html
import re

import publish
from lesson import Lesson, tags
from nbformat import NotebookNode
from solve import exercise_cells

FOLD = "hide-input"  # the tag that myst-nb folds a cell for
IN_OUTPUT = re.compile(r'(?<=href=")(\w+)\.ipynb(?=["#])')
LINKED_CELL = re.compile(r"(\w+\.ipynb)#cell-id=([\w-]+)")
README = re.compile(r"\.\./README\.md\b")
FRONT = "index.md"


def as_chapter(
    lesson: Lesson, linked: frozenset[tuple[str, str]] = frozenset(), repository: str = ""
) -> NotebookNode:
    """A copy of the notebook as the book shows it.

    linked: (file, id of a cell) to which a link leads from anywhere in the course. repository:
    owner/name; without it nothing is said of Colab.
    """
    notebook = copy.deepcopy(lesson.notebook)
    tasks = {cell.id for cell, *_ in exercise_cells(notebook)}
    for before, cell in zip([None, *notebook.cells], notebook.cells, strict=False):
        if cell.id in tasks and before.cell_type == "markdown" and repository:
            place = f"{publish.on_colab(lesson.name, repository)}#scrollTo={cell.id}"
            before.source += f"\n\n[Do it in Colab]({place})"
    for cell in notebook.cells:
        show_links(cell)
        if (lesson.name, cell.id) in linked:
            cell.source = f'<a id="cell-id={cell.id}"></a>\n\n{cell.source}'
    begin(notebook, lesson.name, repository)
    return notebook


def begin(notebook: NotebookNode, name: str, repository: str) -> None:
    """Instead of the row of badges the chapter says where it runs; the set-up cell is folded."""
    text = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    _, title, body = text.source.split("\n\n", 2)
    or_there = f" or [in Colab]({publish.on_colab(name, repository)})" * bool(repository)
    where = f"run it [in JupyterLab]({FRONT}#Two-commands){or_there}"
    runs = f"*This chapter is the notebook `{name}`. To do its exercises, {where}.*"
    text.source = f"{title}\n\n{runs}\n\n{body}"
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.metadata["tags"] = [*tags(code), FOLD]


def show_links(cell: NotebookNode) -> None:
    """README is the front page; in a stored output, which Sphinx leaves alone, pages are HTML."""
    if cell.cell_type == "markdown":
        cell.source = README.sub(FRONT, cell.source)
    for output in cell.get("outputs", []):
        if "text/html" in output.get("data", {}):
            page = output.data["text/html"]
            output.data["text/html"] = IN_OUTPUT.sub(r"\1.html", page)


def linked_cells(lessons: list[Lesson]) -> frozenset[tuple[str, str]]:
    """(file, id) of every cell that a link of the course names."""
    texts = (html.unescape(str(lesson.notebook)) for lesson in lessons)
    return frozenset(found for text in texts for found in LINKED_CELL.findall(text))
