"""What trials in a clean environment share: a Python of its own, a clone, and how to say it.

A trial here is a script that makes everything in a temporary folder and removes it afterwards. Its
last printed line says what came out.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
ROOMS = ["basics", "text", "models", "learning", "theory", "views", "practice"]
TESTS = [f"tests/{room}" for room in ROOMS]
SUMMARY = re.compile(r"\d+ (passed|failed|error)")
TWO_AT_ONCE = ["-n", "2", "--color=no"]


def interpreter(name: str) -> str | None:
    """The first Python of this name that starts here, on the PATH or among pyenv's; else None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders = [*map(Path, os.environ["PATH"].split(os.pathsep)), *sorted(pyenv.glob("*/bin"))]
    for path in (folder / name for folder in folders):
        if path.is_file() and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            return str(path)
    return None


def run(words: str, command: list, **options) -> None:
    """Say what is done, do it, and end the trial with a line on it if it fails."""
    print(f"-- {words}", flush=True)
    if status := subprocess.run([*map(str, command)], **options).returncode:
        fail(words, status)


def fail(words: str, status: object) -> None:
    print(f"failed: {words} (exit status {status})", flush=True)
    sys.exit(1)


def environment(folder: Path, python: str, packages: list[str], *options: str) -> Path:
    """A new environment with these packages; the path of its Python."""
    run(f"a clean environment for {python}", [python, "-m", "venv", folder])
    path = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [path, "-m", "pip", "install", "--quiet", *options, *packages]
    run(f"installing {' '.join(packages)}", install)
    return path


def clone(folder: Path) -> Path:
    """The last commit of this project as a repository of its own."""
    run("a clone of the last commit", ["git", "clone", "--quiet", ROOT, folder])
    return folder


def surroundings(python: Path, **more: str) -> dict[str, str]:
    """The variables that a person has who has activated this environment, and some more."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    return kept | {"PATH": path, "VIRTUAL_ENV": str(python.parent.parent)} | more


def pytest(words: str, python: Path, arguments: list, cwd: Path, env: dict) -> str:
    """Run pytest and return its summary; the trial ends if a test failed."""
    summary, status = tried(words, python, arguments, cwd, env)
    if status:
        fail(f"{words}: {summary or 'no summary'}", status)
    return summary


def tried(words: str, python: Path, arguments: list, cwd: Path, env: dict) -> tuple[str, int]:
    """Run pytest; its summary without the time, and its exit status."""
    print(f"-- {words}", flush=True)
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *arguments]
    summary = ""
    with subprocess.Popen(
        [*map(str, command)], cwd=cwd, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            summary = line.strip() if SUMMARY.search(line) else summary
    return summary.partition(" in ")[0].strip("= "), process.returncode
