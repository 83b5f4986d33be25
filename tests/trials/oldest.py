"""The oldest supported versions: every lower bound of pyproject.toml taken at its word.

    python tests/trials/oldest.py

All notebooks, as a processor without vector units would run them, and the helpers' tests. Every
claim must hold; stored texts are not compared, for PyTorch draws other numbers from the same seed
(multinomial and randperm do in 2.4) and promises nothing else.
What has no lower bound, such as NumPy, comes as these allow it.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from clean import TESTS, TWO_AT_ONCE, clone, environment, interpreter, pytest, surroundings
from kernel_environment import ROOT

LOWER_BOUND = re.compile(r'"([\w-]+)>=([\d.]+)[^"]*"')
NOT_HERE = {"setuptools", "ruff", "jupyterlab"}  # they do not run the course
ANY = ["ipykernel", "pillow", "psutil", "regex", "safetensors", "tiktoken", "tqdm"]


def oldest() -> list[str]:
    """Each package of pyproject.toml that has a lower bound, at that version."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return [f"{name}=={low}" for name, low in LOWER_BOUND.findall(text) if name not in NOT_HERE]


def versions(python: Path) -> str:
    """Python's, PyTorch's, NumPy's and Matplotlib's versions, as they are installed."""
    names = ["torch", "numpy", "matplotlib", "ipywidgets"]
    ask = "import platform, sys; from importlib.metadata import version as v; "
    ask += "print('Python', platform.python_version(), *(f'{n} {v(n)}' for n in sys.argv[1:]))"
    asked = subprocess.run([python, "-c", ask, *names], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gpt-probably-") as name:
        folder = Path(name)
        wanted = interpreter("python3.10") or sys.executable
        python = environment(folder / "venv", wanted, [*oldest(), *ANY])
        about, project = versions(python), clone(folder / "project")
        print(about)
        env = surroundings(python, ATEN_CPU_CAPABILITY="default")
        nbval = [*TWO_AT_ONCE, "--nbval-lax", "notebooks"]
        cells = pytest("all notebooks and their claims", python, nbval, project, env)
        tests = [*TWO_AT_ONCE, *TESTS]
        passed = pytest("the helpers' tests", python, tests, project, surroundings(python))
    print(f"{about}: notebooks: {cells}; helpers: {passed}")


if __name__ == "__main__":
    sys.exit(main())
