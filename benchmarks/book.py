"""The web book from the notebooks, in a process of its own.   python benchmarks/book.py"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import measuring  # first: it fixes the threads

MOST = 60  # seconds


def seconds() -> float:
    """One build into an empty folder. CalledProcessError if Sphinx warns."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, measuring.ROOT / "tools" / "build_book.py", "--out", folder]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def rows() -> Iterator[measuring.Row]:
    yield measuring.at_most("the web book, built", [seconds() for _ in range(3)], MOST)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
