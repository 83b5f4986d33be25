"""Every benchmark, one table.   python benchmarks/table.py [NAME …]

Each benchmark runs alone in a Python of its own. The table goes to benchmarks/README.md, between
its two marks, by way of results.json; what was not run this time keeps its lines and its date.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measuring  # first: it fixes the threads

HERE = Path(__file__).resolve().parent
README, RESULTS = HERE / "README.md", HERE / "results.json"
MARKS = ("<!-- table -->", "<!-- end of table -->")
BENCHMARKS = (
    "training_step", "recipes", "generation", "bpe", "moe", "ensembles", "imports", "growth",
    "gpu", "key_to_pixels", "notebooks",
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


def page(text: str, results: dict) -> str:
    """The page with a table for every benchmark, under the command that makes it."""
    parts = []
    for name, result in results.items():
        table = measuring.lines(measuring.Row(**row) for row in result["rows"])
        parts += [f"### `python benchmarks/{name}.py`", *table, f"\n{result['machine']}\n"]
    before, rest = text.split(MARKS[0])
    return "\n".join([before + MARKS[0], *parts, MARKS[1] + rest.split(MARKS[1])[1]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {min(unknown)}; pick from {', '.join(BENCHMARKS)}")
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in names:
        results[name] = run(name)
        ordered = {name: results[name] for name in BENCHMARKS if name in results}
        RESULTS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        README.write_text(page(README.read_text(encoding="utf-8"), ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
