"""The published course on Google Colab's versions: address, set-up cell, widgets, notebooks, tests.

    python tests/trials/colab.py

A stand-in for Colab: a clean environment with its versions, in its Python, and a package
`google.colab` that every kernel has imported when it starts. Where this machine has no Python 3.13,
the Python and the PyTorch of this environment stand in for Colab's.
"""

import json
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from clean import (
    ROOT,
    TESTS,
    TWO_AT_ONCE,
    clone,
    environment,
    interpreter,
    pytest,
    run,
    surroundings,
)
from colab_situations import situations, tried
from kernel_environment import FIXED
from nbformat import v4, write

PYTHON, TORCH = "3.13", "torch==2.11.0"
KERNEL = ["ipywidgets==7.7.1", "ipython==7.34.0", "ipykernel==6.17.1"]
PACKAGES = [
    "anywidget==0.9.21",
    "matplotlib==3.10.0",
    "numpy==2.1.3",
    "tiktoken==0.14.0",
    "tqdm==4.67.3",
]
PACKAGES += ["safetensors", "regex", "transformers", "scikit-learn", "pillow", "psutil"]
TOOLS = ["nbformat", "nbclient"]
TESTERS = ["pytest==8.4.2", "pytest-xdist", "nbval"]
FILES = """import os
from types import SimpleNamespace

# A reader chooses the file that UPLOAD names.
files = SimpleNamespace(upload=lambda: {os.environ["UPLOAD"]: b""})
"""
REPOSITORY = "ada/gpt-probably"
BEGIN = "import time\n\nbegan = time.monotonic()"
END = "print(f'{time.monotonic() - began:.2f}')\nassert time.monotonic() - began < 1"


def published(folder: Path, python: Path) -> Path:
    """A clone that `make publish` has stamped; its changes are committed."""
    origin = clone(folder / "origin")
    (python.parent.parent / "ready").touch()  # what make takes for an environment
    publish = ["make", "publish", f"REPO={REPOSITORY}", f"VENV={python.parent.parent}"]
    run(f"make publish REPO={REPOSITORY}", publish, cwd=origin)
    for path in sorted(origin.glob("notebooks/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        badge = f"colab.research.google.com/github/{REPOSITORY}/blob/main/notebooks/{path.name}"
        assert badge in "".join(cells[0]["source"]), path.name
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    commit = ["git", *who, "commit", "--quiet", "--all", "--message", "Published"]
    run("the stamped notebooks are committed", commit, cwd=origin)
    return origin


def colab(folder: Path, python: Path, origin: Path) -> dict[str, str]:
    """Colab's surroundings; the published address leads to the clone on this machine."""
    (folder / "packages" / "google" / "colab").mkdir(parents=True)
    (folder / "packages" / "google" / "colab" / "__init__.py").write_text(FILES, encoding="utf-8")
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-colab.py").write_text("import google.colab\n", encoding="utf-8")
    variables = FIXED | {"GOMP_SPINCOUNT": "1000", "GIT_CONFIG_COUNT": "1"}
    variables |= {"GIT_CONFIG_KEY_0": f"url.{origin.as_uri()}.insteadOf"}
    variables |= {"GIT_CONFIG_VALUE_0": f"https://github.com/{REPOSITORY}"}
    variables |= {"COURSE_DIR": str(folder / "content" / "gpt-probably")}
    variables |= {"IPYTHONDIR": str(folder / "ipython")}
    return surroundings(python, PYTHONPATH=str(folder / "packages"), **variables)


def session(content: Path, origin: Path, python: Path, env: dict, more: list[str]) -> str:
    """A notebook with the set-up cell twice and then some cells; seconds of the second time."""
    cell = (origin / "tools" / "setup_cell.py").read_text(encoding="utf-8")
    before = "import os, sys\n\nbefore = list(sys.path), os.getcwd()"
    after = "import helpers\n\nassert before == (list(sys.path), os.getcwd())\nhelpers.__file__"
    sources = [cell, before, BEGIN, cell, END, after, *more]
    content.mkdir()
    path = content / "session.ipynb"
    write(v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources]), path)
    execute = [python.parent / "jupyter-execute", "--inplace", "--kernel_name=python3", path]
    run(f"the set-up cell twice, then {len(more)} widgets", execute, cwd=content, env=env)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert str(content) in str(cells[5]["outputs"]), "helpers must come from the fetched course"
    for drawn in cells[6:]:
        assert "jupyter.widget-view" in str(drawn["outputs"]), "".join(drawn["source"])
    path.unlink()
    return cells[4]["outputs"][0]["text"][0].strip()


def came_by_every_way(folder: Path, origin: Path, python: Path, env: dict[str, str]) -> int:
    """The set-up cell in every situation; how many there are."""
    cells = [
        (root / "tools" / "setup_cell.py").read_text(encoding="utf-8") for root in (ROOT, origin)
    ]
    every = [*situations(folder, origin, *cells)]
    for each in every:
        tried(each, python, env)
    return len(every)


def everything(folder: Path, interpreted: str, torch: str) -> str:
    """All that is tried, in one environment."""
    python = environment(
        folder / "venv", interpreted, [torch, *KERNEL, *PACKAGES, *TOOLS, *TESTERS]
    )
    origin = published(folder, python)
    env, content = colab(folder, python, origin), folder / "content"
    (folder / "ways").mkdir()
    ways = came_by_every_way(folder / "ways", origin, python, env)
    widgets = sorted((ROOT / "tests" / "browser" / "widgets").glob("*.py"))
    cells = [path.read_text(encoding="utf-8") for path in widgets]
    seconds = session(content, origin, python, env, cells)
    opened = content / "opened"
    opened.mkdir()
    (opened / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for path in origin.glob("notebooks/*.ipynb"):
        shutil.copy(path, opened)
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", *TWO_AT_ONCE]
    nbval += ["--dist=loadfile"]  # as our conftest does, which these copies are without
    nbval += ["--nbval-sanitize-with", origin / "tests" / "nbval_sanitize.cfg"]
    cells_passed = pytest("the stamped notebooks", python, [*nbval, "."], opened, env)
    home = surroundings(python)
    passed = pytest("the helpers' tests", python, [*TWO_AT_ONCE, *TESTS], origin, home)
    return (
        f"{ways} ways to come to the course, set-up cell again in {seconds} s, "
        f"{len(cells)} widgets drawn; notebooks: {cells_passed}; helpers: {passed}"
    )


def main() -> None:
    ours = f"torch=={version('torch')}".partition("+")[0]
    found = interpreter(f"python{PYTHON}")
    python, torch = (found, TORCH) if found else (sys.executable, ours)
    with tempfile.TemporaryDirectory(prefix="gpt-probably-") as name:
        result = everything(Path(name), python, torch)
    number = PYTHON if found else f"{sys.version_info[0]}.{sys.version_info[1]}"
    print(f"Python {number}, {torch.replace('==', ' ')}: {result}")


if __name__ == "__main__":
    sys.exit(main())
