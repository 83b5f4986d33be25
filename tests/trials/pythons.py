"""The notebooks on every Python that may be met, each in a clean environment of its own.

    python tests/trials/pythons.py              3.10 to 3.14
    python tests/trials/pythons.py 3.13         some

Stored outputs are compared, so a sum that another Python rounds in another way is seen. A Python is
looked for on the PATH and among pyenv's; one that is not there is named and is no failure.
"""

import sys
import tempfile
from pathlib import Path

from clean import TWO_AT_ONCE, clone, environment, interpreter, surroundings, tried

VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
LOCKED_FROM = 11  # what the lock names asks for 3.11; below, the newest that pyproject.toml allows


def notebooks_on(version: str, python: str) -> tuple[str, bool]:
    """What came out on one Python, in words, and whether a cell failed."""
    with tempfile.TemporaryDirectory(prefix="gpt-probably-") as name:
        project = clone(Path(name) / "project")
        locked = int(version.partition(".")[2]) >= LOCKED_FROM
        packages = (
            ["-r", f"{project}/requirements.txt"] if locked else ["-e", f"{project}[lab,test]"]
        )
        path = environment(Path(name) / "venv", python, packages)
        arguments = [*TWO_AT_ONCE, "--nbval", "notebooks"]
        words = f"all notebooks on Python {version}"
        summary, status = tried(words, path, arguments, project, surroundings(path))
    return summary or f"pytest ended with status {status}", status != 0


def main(versions: list[str]) -> int:
    results, failed = [], False
    for version in versions or VERSIONS:
        found, wrong = "not on this machine", False
        if python := interpreter(f"python{version}"):
            found, wrong = notebooks_on(version, python)
        results.append(f"Python {version}: {found}")
        failed |= wrong
    print("; ".join(results))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
