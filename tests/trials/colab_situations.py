"""How a reader may come to the course on Colab: each way in a kernel that runs the set-up cell.

Each situation arranges a stand-in for /content and for the Drive, says what surrounds the kernel,
and where the course must be found; None where one sentence must say why it is not.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from clean import run
from nbformat import v4, write

LOOK = "import helpers\nfrom pathlib import Path\n\nPath(helpers.__file__).parent.parent"
WRONG = "file:///nobody/nothing"
PLACE = "gpt-probably"


class Situation(NamedTuple):
    """What stands in /content already, what surrounds the kernel, and where the course is then."""

    name: str
    at: Path  # the folder in which the notebook is opened
    variables: dict[str, str]
    found: Path | None
    cell: str


def situations(folder: Path, course: Path, cell: str, stamped: str) -> Iterator[Situation]:
    """course: a clone; cell: the set-up cell, and stamped with the published address."""
    packed = folder / f"{PLACE}.zip"
    bundle = ["make", "bundle", "--silent"]
    run("make bundle", bundle, cwd=course)
    shutil.copy(course / "dist" / f"{PLACE}.zip", packed)

    def content(name: str) -> Path:
        made = folder / name.replace(" ", "_") / "content"
        made.mkdir(parents=True)
        return made

    here = content("uploaded alone")
    yield Situation("uploaded alone", here, {"UPLOAD": str(packed)}, here / PLACE, cell)
    here = content("unpacked zip")
    shutil.unpack_archive(packed, here)
    (here / PLACE).rename(here / f"{PLACE}-main")
    yield Situation("unpacked zip", here, {}, here / f"{PLACE}-main", cell)
    here = content("Drive folder")
    shutil.unpack_archive(packed, here / "drive" / "MyDrive")
    yield Situation("Drive folder", here, {}, here / "drive" / "MyDrive" / PLACE, cell)
    here = content("COURSE_DIR")
    shutil.unpack_archive(packed, here / "elsewhere")
    there = here / "elsewhere" / PLACE
    yield Situation("COURSE_DIR", here, {"COURSE_DIR": str(there)}, there, cell)
    here = content("published address")
    yield Situation("published address", here, {}, here / PLACE, stamped)
    here = content("plain path")
    yield Situation("plain path", here, {"COURSE_REPO": str(course)}, course, cell)
    here = content("wrong address")
    yield Situation("wrong address", here, {"COURSE_REPO": WRONG}, None, cell)
    here = content("interrupted clone")
    (here / f"part of {PLACE}" / ".git").mkdir(parents=True)
    (here / PLACE).mkdir()
    yield Situation("interrupted clone", here, {}, here / PLACE, stamped)


def tried(situation: Situation, python: Path, env: dict[str, str]) -> None:
    """Run the cell, twice where the course is found. AssertionError if it comes out otherwise."""
    name, at, variables, found, cell = situation
    sources = [cell, cell, LOOK] if found else [cell]
    path = at / "opened.ipynb"
    write(v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources]), path)
    execute = [python.parent / "jupyter-execute", "--inplace", "--allow-errors"]
    env = env | {"COURSE_DIR": str(at / PLACE)} | variables
    run(name, [*execute, "--kernel_name=python3", path], cwd=at, env=env)
    outputs = [out["outputs"] for out in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    if found:
        assert str(found.resolve()) in str(outputs[2]), f"{name}: {outputs}"
        return
    (error,) = [out for out in outputs[0] if out["output_type"] == "error"]
    expected = f"{WRONG} brought no course"
    assert error["ename"] == "RuntimeError" and expected in error["evalue"], f"{name}: {error}"
