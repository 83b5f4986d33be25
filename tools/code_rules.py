"""Layout rules about code cells and what is stored with them.

A rule takes a Lesson and yields one line per fault. nbval compares outputs; these rules see to it
that there is something to compare, and that the cells stay small.
"""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kernel_environment import ROOT
from lesson import FOLDED, Lesson, defined_names, tags
from nbformat import NotebookNode

Faults = Iterator[str]

NBVAL_TAGS = {"nbval-ignore-output", "nbval-check-output"}
NBVAL_COMMENT = re.compile(r"^\s*#+\s*(NBVAL|PYTEST_VALIDATE)_\w+\s*$", re.MULTILINE)
CLAIM = re.compile(r"^\s*claim\(", re.MULTILINE)
MOST_LINES, MEDIAN_LINES, MOST_FUNCTION_LINES = 20, 5, 16
MOST_CLASS_LINES = 30  # a class that the reader writes stands whole in one cell


def executed_in_order(lesson: Lesson) -> Faults:
    """One clean run from top to bottom: nbval compares nothing for a cell that was never run."""
    counts = [cell.execution_count for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts must be 1, 2, 3, ..., they are {counts}"


def metadata_is_bare(lesson: Lesson) -> Faults:
    """Nothing is stored that differs from run to run or from machine to machine."""
    metadata = lesson.notebook.metadata
    if set(metadata) != {"kernelspec", "language_info"}:
        yield (
            f"metadata must be kernelspec and language_info, it is {sorted(metadata)}: "
            "`make notebooks` takes the rest away"
        )
    if (name := metadata.get("kernelspec", {}).get("name")) != "python3":
        yield f"the kernel must be python3, it is {name!r}"
    for position, cell in enumerate(lesson.cells):
        if extra := sorted(set(cell.metadata) - {"tags", *FOLDED}):
            yield f"cell {position}: metadata may hold tags only, it also holds {extra}"
    for number, cell in lesson.numbered:
        folded = {name: cell.metadata[name] for name in FOLDED if name in cell.metadata}
        if folded != (FOLDED if number == 1 else {}):
            yield f"[{number}] has {folded}: the set-up cell is folded, and no other"


def nothing_is_skipped(lesson: Lesson) -> Faults:
    """Every cell runs under nbval, and what nbval is told stands in a tag."""
    for number, cell in lesson.numbered:
        for tag in tags(cell):
            if "skip" in tag or (tag.startswith("nbval") and tag not in NBVAL_TAGS):
                yield f"[{number}] has the tag {tag!r}"
        if NBVAL_COMMENT.search(cell.source):
            yield f"[{number}] speaks to nbval in a comment: use a tag"


def nothing_went_wrong(lesson: Lesson) -> Faults:
    """No stored error, except one that is the lesson, and no warning that a reader would see."""
    for number, cell in lesson.numbered:
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"[{number}] stores the error {output.ename}: {output.evalue}"
            if output.get("name") == "stderr":
                yield f"[{number}] stores a message on stderr: {output.text[:80]!r}"


def ignored_output_is_claimed(lesson: Lesson) -> Faults:
    """What nbval does not compare is claimed in the same cell or in the next two."""
    for number, cell in lesson.numbered:
        near = lesson.code[number - 1 : number + 2]
        claimed = any(CLAIM.search(other.source) for other in near)
        if "nbval-ignore-output" in tags(cell) and not claimed:
            yield f"[{number}] ignores its output, and no claim(...) stands in the next two cells"


def cells_are_short(lesson: Lesson) -> Faults:
    """No cell has more than 20 lines, 30 with a class; half have at most 5 that are not blank.

    The set-up cell is folded, and its own test says how long it may be.
    """
    for number, tree in lesson.trees:
        most = MOST_CLASS_LINES if any(map(is_class, tree.body)) else MOST_LINES
        if number > 1 and (lines := len(lesson.code[number - 1].source.splitlines())) > most:
            yield f"[{number}] has {lines} lines, {most} are allowed"
    lengths = [filled_lines(cell) for cell in lesson.code]
    if lengths and (median := statistics.median(lengths)) > MEDIAN_LINES:
        yield f"half of the code cells have {median:g} lines or more, {MEDIAN_LINES} are allowed"


def is_class(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef)


def filled_lines(cell: NotebookNode) -> int:
    return sum(1 for line in cell.source.splitlines() if line.strip())


def code_is_explained(lesson: Lesson) -> Faults:
    """Never three code cells in a row without text."""
    kinds = [cell.cell_type for cell in lesson.cells]
    for position in range(len(kinds) - 2):
        if kinds[position : position + 3] == ["code"] * 3:
            number = kinds[: position + 1].count("code")
            yield f"[{number}] begins three code cells in a row without text"


def functions_are_short(lesson: Lesson) -> Faults:
    """A function or method in a notebook has at most 16 lines."""
    for number, tree in lesson.trees:
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    most = MOST_FUNCTION_LINES
                    yield f"[{number}] defines {node.name} in {lines} lines, {most} are allowed"


def names_are_its_own(lesson: Lesson) -> Faults:
    """What helpers defines is imported, never defined again."""
    for number, tree in lesson.trees:
        for name in defined_names(tree):
            if name in helper_names():
                yield f"[{number}] defines {name}, as {helper_names()[name]} does: import it"


@cache
def helper_names(root: Path = ROOT) -> dict[str, str]:
    """Public classes and functions of helpers, but for what a reader writes as an exercise."""
    names, answers = {}, set()
    for path in sorted((root / "helpers").rglob("*.py")):
        module = path.relative_to(root).as_posix()
        defined = defined_names(ast.parse(path.read_text(encoding="utf-8")))
        public = [name for name in defined if not name.startswith("_")]
        if "/exercises/" in module:
            answers.update(public)
        names |= dict.fromkeys(public, module)
    return {name: module for name, module in names.items() if name not in answers}


RULES = [
    executed_in_order,
    metadata_is_bare,
    nothing_is_skipped,
    nothing_went_wrong,
    ignored_output_is_claimed,
    cells_are_short,
    code_is_explained,
    functions_are_short,
    names_are_its_own,
]
