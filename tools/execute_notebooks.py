"""Execute notebooks in place, so that a second run changes no byte.

    python tools/execute_notebooks.py                      all of notebooks/
    python tools/execute_notebooks.py notebooks/03*.ipynb  some
    python tools/execute_notebooks.py --check              run all, write nothing, fail on a change

The summary shows the claims of all notebooks, so it is executed after them, and by itself whenever
another one changed. A notebook that fails stays as it was. Stored are sources, outputs, tags, folds
and counts from one run from top to bottom; not times, widget state, tracebacks, Python's version.
"""

import argparse
import itertools
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kernel_environment
import nbformat
from kernel_environment import ROOT
from lesson import FOLDED, tags
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import ValidationError

from helpers.basics.files import write_atomically

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
RAISES = "raises-exception"


class CellError(Exception):
    """A cell failed, or a widget's callback in it, which by itself would stop no run."""


@dataclass
class Outcome:
    """What became of one notebook: its word for the report, and whether the file differed."""

    path: Path
    word: str
    changed: bool = False
    failed: bool = False
    seconds: float = 0.0


class WatchfulClient(NotebookClient):
    """A client that also sees errors which output widgets and button clicks keep to themselves."""

    def process_message(self, message, cell, cell_index):
        if message["msg_type"] == "error" and RAISES not in tags(cell):
            number = len(code_cells(self.nb.cells[: cell_index + 1]))
            content = message["content"]
            first_line = content["evalue"].partition("\n")[0]
            self.errors.append(f"cell [{number}]: {content['ename']}: {first_line}")
        return super().process_message(message, cell, cell_index)


def execute(notebook: nbformat.NotebookNode, folder: Path, timeout: int = 600) -> None:
    """Run every cell in a new kernel whose working folder is the notebook's.

    Raises CellError for a failing cell or callback, and nbclient's errors for a dead kernel or a
    cell that takes longer than `timeout` seconds.
    """
    for cell in code_cells(notebook.cells):
        cell.outputs, cell.execution_count = [], None
    # Widget state is stored and then dropped by `clean`: storing none breaks nbclient's Output.
    client = WatchfulClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # one line per notebook, not two
        resources={"metadata": {"path": str(folder)}},
    )
    client.errors = []
    try:
        client.execute()
    except CellExecutionError as error:
        client.errors.append(f"{error.ename}: {error.evalue}")  # noted before, with its cell
    if client.errors:
        raise CellError(client.errors[0])


def read(content: bytes) -> nbformat.NotebookNode:
    """A notebook of format 4.5 from a file's bytes; cells without an id of their own get one.

    The ids come first, since nbformat would draw them at random. ValueError for other formats.
    """
    raw = json.loads(content)
    if not isinstance(raw, dict) or raw.get("nbformat") != 4 or "cells" not in raw:
        raise ValueError("the file must be a notebook of format 4; save it again in JupyterLab")
    raw["nbformat_minor"] = 5
    name_cells(raw["cells"])
    return nbformat.reads(json.dumps(raw), as_version=4)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Drop all that differs from run to run or from machine to machine."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        kept = {name: it for name, it in FOLDED.items() if cell.metadata.get(name) == it}
        kept |= {"tags": tags(cell)} if tags(cell) else {}
        cell.metadata = nbformat.from_dict(kept)
    for cell in code_cells(notebook.cells):
        cell.outputs = clean_outputs(cell.outputs)


def name_cells(cells: list[dict]) -> None:
    """Give every cell an id that is its own; ids that are there stay, so that nothing renumbers."""
    taken, seen = {cell.get("id") for cell in cells}, set()
    for position, cell in enumerate(cells):
        if not cell.get("id") or cell["id"] in seen:
            names = (f"cell-{number:03d}" for number in itertools.count(position))
            cell["id"] = next(name for name in names if name not in taken)
            taken.add(cell["id"])
        seen.add(cell["id"])


def clean_outputs(outputs: list) -> list:
    """Join the pieces of a stream, drop widget views, tracebacks and progress bars."""
    kept = []
    for output in outputs:
        if is_progress_bar(output):
            continue
        last = kept[-1] if kept else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text  # where a stream is cut is a matter of timing
            continue
        if output.output_type == "error":
            output.traceback = []
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
        if output.get("data", True):
            kept.append(output)
    return kept


def is_progress_bar(output: nbformat.NotebookNode) -> bool:
    """Whether an output is tqdm's widget: without a kernel it would stand at 0 % for ever."""
    data = output.get("data", {})
    return WIDGET_VIEW in data and bool(re.match(r".*\b0%\|", data.get("text/plain", "")))


def code_cells(cells: list) -> list:
    return [cell for cell in cells if cell.cell_type == "code"]


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    return nbformat.writes(notebook).rstrip("\n").encode("utf-8") + b"\n"


def run(path: Path, check: bool = False) -> Outcome:
    """Execute one notebook and, unless only checking, write it where it changed."""
    start = time.perf_counter()
    try:
        before = path.read_bytes()
        notebook = read(before)
        execute(notebook, path.resolve().parent)
    except (CellError, OSError, ValueError, RuntimeError, ValidationError) as error:
        first_line = str(error).strip().partition("\n")[0]
        return Outcome(path, f"FAILED, {first_line or type(error).__name__}", failed=True)
    clean(notebook)
    after = as_bytes(notebook)
    if after != before and not check:
        write_atomically(path, after)
    word = "unchanged" if after == before else "would change" if check else "changed"
    return Outcome(path, word, after != before, seconds=time.perf_counter() - start)


def gathers(path: Path) -> bool:
    """Whether a notebook shows the claims of all: a claim added anywhere changes what it prints."""
    return b"from helpers.practice.collected import claims" in path.read_bytes()


def gathering(files: list[Path]) -> list[Path]:
    """The notebooks beside these that gather what stands in them."""
    return sorted({path for file in files for path in file.parent.glob("*.ipynb") if gathers(path)})


def run_all(files: list[Path], check: bool) -> Iterator[Outcome]:
    """Execute the notebooks, and last those that gather: if they are meant or another changed."""
    last = gathering(files)
    first, changed = [path for path in files if path not in last], False
    for path in first:
        yield (outcome := run(path, check))
        changed |= outcome.changed and not check
    yield from (run(path, check) for path in last if changed or path in files)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a change")
    options, bad = parser.parse_args(arguments), 0
    files = options.files or sorted((ROOT / "notebooks").glob("*.ipynb"))
    kernel_environment.prepare()
    os.environ["GPT_PROBABLY_FLIPBOOKS"] = "1"  # a stored widget moves without a kernel
    for outcome in run_all(files, options.check):
        time_taken = "" if outcome.failed else f" ({outcome.seconds:.1f} s)"
        print(f"{outcome.path.name}: {outcome.word}{time_taken}", flush=True)
        bad += outcome.failed or (options.check and outcome.changed)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
