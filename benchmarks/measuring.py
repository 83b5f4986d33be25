"""What the benchmarks share: taking turns, medians with their spread, one table.

A benchmark is a module with rows() that yields one Row for each line of the table. Contestants
take turns in the same process, so that a noisy moment of the machine strikes them alike, and what
is compared is the ratio within a round. Import this module before torch: it fixes the threads.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import kernel_environment  # noqa: E402

kernel_environment.prepare()


@dataclass(frozen=True)
class Row:
    """A line of the table; met: whether the goal was reached, None where there is none."""

    work: str
    median: str
    took: str = ""
    spread: str = ""
    goal: str = ""
    met: bool | None = None


def in_turns(ways: dict[str, Callable], rounds: int = 7, warm: int = 2) -> dict[str, list[float]]:
    """Seconds of every way in every round, after some rounds that do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for i in range(rounds + warm):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if i >= warm:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def faster(work: str, seconds: dict[str, list[float]], ours: str, other: str, least=None) -> Row:
    """How many times as long the other takes; the goal, if there is one: at least so many."""
    ratios = [b / a for a, b in zip(seconds[ours], seconds[other], strict=True)]
    met = None if least is None else statistics.median(ratios) >= least
    goal = "" if least is None else f"≥ {least:g} × as fast"
    return _ratio(f"{{:.2f}} × as fast as {other}", work, seconds, ours, other, ratios, goal, met)


def longer(work: str, seconds: dict[str, list[float]], ours: str, other: str, most: float) -> Row:
    """How many times as long as the other ours takes; the goal: at most so many."""
    ratios = [a / b for a, b in zip(seconds[ours], seconds[other], strict=True)]
    met, goal = statistics.median(ratios) <= most, f"≤ {most:g} × as long"
    return _ratio(f"{{:.2f}} × as long as {other}", work, seconds, ours, other, ratios, goal, met)


def _ratio(words: str, work: str, seconds, ours, other, ratios: list[float], goal, met) -> Row:
    mine, theirs = (show(statistics.median(seconds[name])) for name in (ours, other))
    spread = f"{min(ratios):.2f} … {max(ratios):.2f}"
    median = words.format(statistics.median(ratios))
    return Row(work, median, f"{mine} and {theirs}", spread, goal, met)


def at_most(work: str, values: list[float], limit: float, unit: str = "s") -> Row:
    """The median of some values and whether it keeps below a limit, in the same unit."""
    median = statistics.median(values)
    spread = f"{min(values):.3g} … {max(values):.3g}" if len(values) > 1 else ""
    return Row(work, f"{median:.3g} {unit}", "", spread, f"≤ {limit:g} {unit}", median <= limit)


def show(seconds: float) -> str:
    """1.23 s, 4.56 ms or 7.89 µs."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def machine() -> str:
    """What the figures were taken on."""
    import torch  # late: some benchmarks measure how long importing it takes

    names = (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name"))
    processor = next(names, platform.processor() or platform.machine())
    threads = f"{torch.get_num_threads()} threads"
    return f"{processor}, {threads}, PyTorch {torch.__version__}, {date.today()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def lines(rows: Iterable[Row]) -> list[str]:
    """The rows as a table in Markdown."""
    words = {True: "yes", False: "**no**", None: ""}
    head = ["| work | median | took | spread | goal | met |", "|-|-|-|-|-|-|"]
    cells = ([r.work, r.median, r.took, r.spread, r.goal, words[r.met]] for r in rows)
    return head + [f"| {' | '.join(row)} |" for row in cells]


def main(description: str, rows: Callable[[], Iterable[Row]]) -> None:
    """Print a benchmark's rows as they come; --json FILE keeps them for the table of all."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the rows here as well")
    path = parser.parse_args().json
    print(*lines([]), sep="\n")
    found = []
    for row in rows():
        found.append(row)
        print(lines([row])[-1], flush=True)
    if path:
        path.write_text(json.dumps([asdict(row) for row in found]), encoding="utf-8")
