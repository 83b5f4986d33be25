"""How long importing a module takes, each in a fresh Python.   python benchmarks/imports.py

Which modules may load torch, matplotlib or ipywidgets at all is a test's business
(tests/test_floors.py); here is what it costs the reader.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads

PYTHON = "nothing (Python alone)"


def importing(module: str) -> Callable[[], None]:
    code = f"import {module}" if module else ""
    command = [sys.executable, "-c", code]
    return lambda: subprocess.run(command, cwd=measuring.ROOT, check=True)


def rows() -> Iterator[measuring.Row]:
    ways = {
        PYTHON: importing(""),
        "helpers.text.playwright": importing("helpers.text.playwright"),
        "torch": importing("torch"),
        "helpers.models.gpt": importing("helpers.models.gpt"),
        "helpers.learning.training": importing("helpers.learning.training"),
        "helpers.views.widgets": importing("helpers.views.widgets"),
    }
    seconds = measuring.in_turns(ways, rounds=5, warm=1)
    module = "helpers.text.playwright"
    yield measuring.longer(f"import {module}", seconds, module, PYTHON, most=3)
    for module in ("helpers.models.gpt", "helpers.learning.training", "helpers.views.widgets"):
        yield measuring.longer(f"import {module}", seconds, module, "torch", most=1.5)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
