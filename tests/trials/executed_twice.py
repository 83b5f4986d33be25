"""A second run changes no byte: all notebooks executed in place, and then executed again.

    python tests/trials/executed_twice.py                              all notebooks
    python tests/trials/executed_twice.py notebooks/09_generate.ipynb  some

In a clone of the last commit, so that nothing here changes. The first run is what a person does
after an edit (`make notebooks`) and may change outputs, for digits of a long training depend on the
processor. The second run must find every byte as the first left it.
"""

import sys
import tempfile
from pathlib import Path

from clean import clone, fail, run, surroundings

EXECUTE = [sys.executable, "tools/execute_notebooks.py"]


def main(notebooks: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="gpt-probably-") as name:
        project = clone(Path(name) / "project")
        options = {"cwd": project, "env": surroundings(Path(sys.executable))}
        stored = contents(project)
        run("the first run", [*EXECUTE, *notebooks], **options)
        first = contents(project)
        run("the second run", [*EXECUTE, *notebooks], **options)
        again = contents(project)
    differ = [name for name in first if first[name] != again[name]]
    if differ:
        fail(f"a second run changes {', '.join(differ)}", 1)
    n, moved = len(notebooks or first), sum(stored[name] != first[name] for name in first)
    print(
        f"{n} notebooks: a second run changes no byte; the first, on this machine, changed {moved}"
    )


def contents(project: Path) -> dict[str, bytes]:
    """Every notebook's bytes."""
    return {path.name: path.read_bytes() for path in sorted(project.glob("notebooks/*.ipynb"))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
