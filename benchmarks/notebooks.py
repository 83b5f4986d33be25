"""The notebooks as a test, one after the other.   python benchmarks/notebooks.py

What a reader waits who runs `pytest --nbval notebooks/`, and the slowest notebook of it. Once: it
takes minutes.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import measuring  # first: it fixes the threads

ALL, ONE = 6.5 * 60, 45  # seconds


def seconds_of(notebook: Path) -> float:
    """One notebook under nbval, from pytest's start to its end. SystemExit if a cell fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", notebook]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=measuring.ROOT, capture_output=True, text=True)
    if done.returncode or re.search(r"\bfailed\b", done.stdout):
        raise SystemExit(f"{notebook.name} fails, so its time means nothing:\n{done.stdout}")
    return time.perf_counter() - started


def rows() -> Iterator[measuring.Row]:
    found = {
        path.stem: seconds_of(path) for path in sorted(measuring.ROOT.glob("notebooks/*.ipynb"))
    }
    work = f"nbval, {len(found)} notebooks one after the other"
    yield measuring.at_most(work, [sum(found.values())], ALL)
    for name, seconds in sorted(found.items(), key=lambda item: -item[1])[:3]:
        yield measuring.at_most(f"nbval, {name}", [seconds], ONE)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
