"""Every benchmark, one table.   python benchmarks/table.py [NAME …]

Each benchmark runs alone in a Python of its own. The table goes to benchmarks/README.md, between
its two marks, by way of results.json; what was not run this time keeps its lines and its date.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measuring  # first: it fixes the threads, and where to import from
from results import Results

HERE = Path(__file__).resolve().parent
BENCHMARKS = (
    "training_step", "recipes", "generation", "bpe", "prepare", "moe", "ensembles", "imports",
    "growth", "gpu", "key_to_pixels", "notebooks", "book", "english",
)  # fmt: skip


def run(name: str) -> dict:
    """A benchmark's rows as dictionaries, with the machine they were measured on."""
    print(f"\n== {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [sys.executable, HERE / f"{name}.py", "--json", path]
        if status := subprocess.run(command, cwd=measuring.ROOT).returncode:
            raise SystemExit(f"benchmarks/{name}.py ended with status {status}.")
        return {
            "machine": measuring.machine(),
            "rows": json.loads(path.read_text(encoding="utf-8")),
        }


def tables(results: dict[str, dict]) -> list[str]:
    """A table for every benchmark, under the command that makes it."""
    parts = []
    for name, result in results.items():
        table = measuring.lines(measuring.Row(**row) for row in result["rows"])
        parts += [f"### `python benchmarks/{name}.py`", *table, f"\n{result['machine']}\n"]
    return parts


RESULTS = Results(
    file=HERE / "results.json",
    page=HERE / "README.md",
    marks=("<!-- table -->", "<!-- end of table -->"),
    names=BENCHMARKS,
    lines=tables,
)


def main() -> None:
    for name in RESULTS.chosen(__doc__.splitlines()[0]):
        RESULTS.keep(name, run(name))


if __name__ == "__main__":
    main()
