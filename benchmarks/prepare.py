"""Preparing shards: memory against the length of the text, all cores against one, long words.

    python benchmarks/prepare.py

Every preparation runs in a fresh Python that tells its time and its peak memory; the text is the
Playwright's, bpe:8192 is learned and used. Importing the helpers alone takes some 220 MB of each.
"""

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import measuring  # first: it fixes the threads

from helpers.text import merges, playwright

CHILD = """
import os, resource, sys, time
from helpers.text import prepare
if sys.argv[3] == "one":
    os.sched_setaffinity(0, {0})
started = time.perf_counter()
prepare.prepare([sys.argv[1]], sys.argv[2], "bpe:8192")
seconds, unit = time.perf_counter() - started, 1 if sys.platform == "darwin" else 1024
print(seconds, unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
SIZES, MOST = (50, 200, 800), 50  # MB of text; MB that the peak may grow by
LETTERS, MERGES = 80_000, 64


def prepared(megabytes: int, end: str, cores: str = "all") -> tuple[float, float]:
    """Seconds, and MB at the peak."""
    text = playwright.write(1_000_000, seed=1).replace("\n", end)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        with path.open("w", encoding="utf-8") as file:
            for _ in range(megabytes):
                file.write(text)
        command = [sys.executable, "-c", CHILD, str(path), str(Path(folder) / "out"), cores]
        done = subprocess.run(
            command, cwd=measuring.ROOT, check=True, capture_output=True, text=True
        )
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak / 1e6


def rows() -> Iterator[measuring.Row]:
    took = {f"{size} MB": prepared(size, "\n") for size in SIZES}
    took["200 MB in one line"] = prepared(200, " ")
    first = took[f"{SIZES[0]} MB"][1]
    for text, (seconds, peak) in took.items():
        words, goal = f"{peak:.0f} MB at most", f"within {MOST} MB of the first"
        met = abs(peak - first) <= MOST
        yield measuring.Row(f"prepare, {text}", words, f"{seconds:.1f} s", "", goal, met)
    paces = [_pace("all"), _pace("one")]
    words = "{:.1f} MB a second on all cores, {:.1f} on one".format(*paces)
    yield measuring.Row("prepare, once the merges are learned", words)
    letters = random.Random(0).choices(b"abcdefgh", k=LETTERS)
    seconds = measuring.in_turns({"": lambda: _learn(bytes(letters))}, rounds=5, warm=1)[""]
    work = f"{MERGES} merges in one word of {LETTERS:,} letters"
    yield measuring.at_most(work, seconds, 1)


def _pace(cores: str) -> float:
    """MB a second, without what every preparation takes."""
    short, long = (prepared(size, "\n", cores)[0] for size in SIZES[:2])
    return (SIZES[1] - SIZES[0]) / (long - short)


def _learn(word: bytes) -> None:
    list(islice(merges.learn({word: 1}), MERGES))


if __name__ == "__main__":
    measuring.main(__doc__, rows)
