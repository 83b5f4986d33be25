"""Every wrong concept, put into a copy of the course, makes a claim of its notebook fail.

    python tests/trials/concepts.py                all
    python tests/trials/concepts.py the_block      one notebook's

tests/mutations holds the slips that tests find; this finds what only a notebook's claims notice.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import kernel_environment  # noqa: E402
import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError  # noqa: E402

from tests.mutations.concept import Concept  # noqa: E402
from tests.mutations.concepts import CONCEPTS  # noqa: E402


def copied(folder: Path) -> Path:
    """What a notebook needs, in a folder of its own; the data is read where it is."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("helpers", "notebooks", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    (folder / "data").symlink_to(ROOT / "data")
    return folder


def outcome(concept: Concept, course: Path) -> str:
    """Nothing if the claim failed as it must; else what happened in place of that."""
    (path,) = (course / "notebooks").glob(f"[0-9][0-9]_{concept.notebook}.ipynb")
    notebook = nbformat.read(path, as_version=4)
    if not concept.file:
        for cell in notebook.cells:
            cell.source = cell.source.replace(concept.old, concept.new)
        return failed_claim(notebook, path.parent, concept.claim)
    file = course / "helpers" / concept.file
    sound = file.read_text(encoding="utf-8")
    try:
        file.write_text(sound.replace(concept.old, concept.new), encoding="utf-8")
        return failed_claim(notebook, path.parent, concept.claim)
    finally:
        file.write_text(sound, encoding="utf-8")


def failed_claim(notebook: nbformat.NotebookNode, folder: Path, statement: str) -> str:
    options = {"timeout": 600, "resources": {"metadata": {"path": str(folder)}}}
    options["extra_arguments"] = ["--IPKernelApp.log_level=ERROR"]
    try:
        NotebookClient(notebook, kernel_name="python3", **options).execute()
    except CellExecutionError as error:
        expected = error.ename == "ClaimError" and error.evalue.startswith(f"✗ {statement}")
        return "" if expected else f"{error.ename}: {error.evalue.splitlines()[0][:200]}"
    return "every claim holds"


def main(notebooks: list[str]) -> int:
    kernel_environment.prepare()
    concepts = [c for c in CONCEPTS if not notebooks or c.notebook in notebooks]
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        course = copied(Path(folder) / "course")
        os.environ["PYTHONPATH"] = str(course)
        for concept in concepts:
            wrong = outcome(concept, course)
            survived += bool(wrong)
            found = f"SURVIVED ({wrong})" if wrong else "found"
            print(f"{concept.notebook}: {concept.name}: {found}", flush=True)
    print(f"{len(concepts)} wrong concepts in the notebooks: {survived} survive")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
