"""Every cell run twice in place: who comes back to a cell must see what stood there before.

    python tests/trials/twice.py                        all notebooks
    python tests/trials/twice.py notebooks/03*.ipynb    some

A cell that changes what it reads (a list that grows, a model trained further, a mode left behind)
passes once and fails, or says something else, the second time. All claims must hold both times.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))

import kernel_environment  # noqa: E402
import nbformat  # noqa: E402
from kernel_environment import ROOT  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

QUIET = ["--IPKernelApp.log_level=ERROR"]
MAY_FAIL = "raises-exception"


def doubled(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook's code cells, each followed by itself."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    new = nbformat.v4.new_code_cell
    cells = [new(cell.source, metadata=cell.metadata) for cell in code for _ in range(2)]
    return nbformat.v4.new_notebook(cells=cells)


def failures(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """What went wrong in a doubled notebook that was run, one line for each cell."""
    for position, cell in enumerate(notebook.cells):
        for output in cell.outputs:
            if output.output_type == "error" and MAY_FAIL not in cell.metadata.get("tags", []):
                when = "the second time" if position % 2 else "the first time"
                words = output.evalue.partition("\n")[0][:200]
                yield f"[{position // 2 + 1}] {when}: {output.ename}: {words}"


def run(path: Path) -> tuple[int, list[str]]:
    """How many cells a notebook has, and what failed in it."""
    notebook = doubled(nbformat.read(path, as_version=4))
    options = {"timeout": 900, "allow_errors": True, "extra_arguments": QUIET}
    options["resources"] = {"metadata": {"path": str(path.resolve().parent)}}
    NotebookClient(notebook, kernel_name="python3", **options).execute()
    return len(notebook.cells) // 2, list(failures(notebook))


def main(arguments: list[str]) -> int:
    kernel_environment.prepare(crowded=True)
    paths = [Path(a) for a in arguments] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    cells, failed = 0, 0
    with ProcessPoolExecutor(2) as pool:
        for path, (n_cells, wrong) in zip(paths, pool.map(run, paths), strict=True):
            print(
                f"{path.stem}: {n_cells} cells, {len(wrong)} fail", *wrong, sep="\n  ", flush=True
            )
            cells, failed = cells + n_cells, failed + len(wrong)
    print(f"{cells} cells of {len(paths)} notebooks, each run twice: {failed} fail")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
