"""The course with other dice: every notebook from five seeds, every claim counted.

    python tests/trials/seeds.py

The seeds in a notebook's cells and the default seeds of what trains are moved: other first weights,
other batches, other texts, other draws. A claim that does not hold is noted and stops nothing. How
far the key numbers move is written into tests/trials/seeds.md.
"""

import itertools
import json
import re
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import mean, stdev

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))

import kernel_environment  # noqa: E402
import nbformat  # noqa: E402
from kernel_environment import ROOT  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TABLE = Path(__file__).with_name("seeds.md")
QUIET = ["--IPKernelApp.log_level=ERROR"]
SHIFTS = [0, 1000, 2000, 3000, 4000]
# All but 949: the text that the notebooks show and talk about.
SEEDS = re.compile(r"\b(manual_seed\(|default_rng\(|Random\(|seed=)(?!949\b)(\w+)(?=[,)])")
WRONG = "00 A die has seven faces."  # on purpose: it shows what a failing claim says
KEYS = {  # a claim that measures it, by notebook -> the number's name and unit
    "00 The model is within 0.05 nats of the truth.": "shipped GPT, excess, nats",
    "01 but falls behind.": "GPT, 300 steps, nats",
    "04 Of a thousand unseen numbers at least 950 come out right.": "translated without a mistake",
    "06 One head gets below the bigram floor.": "attention alone, nats",
    "06 Two layers fall below 1.": "induction, nats",
    "08 GPT-0 is better than any bigram.": "GPT-0, 2,000 steps, nats",
    "08 The second recipe wins.": "what the second recipe gains, nats",
    "10 Having read before is worth more than a nat.": "excess after 20 steps, nats",
    "11 Of new drawings it names over seven in ten.": "drawings named",
    "11 Nobody is above β ln Z.": "mean reward − β·KL",
    "13 The fit beats the truth on its own data.": "log-likelihood of the fit above the truth's",
    "15 Forty steps are enough to see it.": "variation of the load",
    "22 All six pay less than the best bigram, 2.28 nats.": "suspect, 300 steps, nats",
    "05 Training on the text first helps both.": "characters whose kind is found",
}


def with_other_dice(notebook: nbformat.NotebookNode, shift: int) -> None:
    """Move each seed in the cells; note claims from the first cell on, tell them in the last."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = SEEDS.sub(rf"\1\2 + {shift}", cell.source)
    ours = "from tests.trials import dice\n\n"  # twice: a notebook may have dice of its own
    first, last = f"{ours}dice.throw({shift})", f"{ours}print(dice.told())"
    new = nbformat.v4.new_code_cell
    notebook.cells = [new(first), *notebook.cells, new(last)]


def run(job: tuple[Path, int]) -> tuple[list, list[str]]:
    """What the claims of one notebook say with one shift, and which cells failed."""
    path, shift = job
    notebook = nbformat.read(path, as_version=4)
    with_other_dice(notebook, shift)
    options = {"timeout": 900, "allow_errors": True, "extra_arguments": QUIET}
    options["resources"] = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, **options).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    failed = [f"{out.ename}: {out.evalue[:200]}" for out in outputs if out.output_type == "error"]
    return json.loads(notebook.cells[-1].outputs[-1].text), failed


def row(name: str, values: list[float]) -> str:
    shown = " ".join(f"{value:.3f}" for value in values)
    return f"| {name} | {mean(values):.3f} | {stdev(values):.3f} | {shown} |"


def main() -> int:
    kernel_environment.prepare(crowded=True)
    jobs = list(itertools.product(NOTEBOOKS, SHIFTS))
    held, found, failures = defaultdict(list), defaultdict(list), []
    with ProcessPoolExecutor(2) as pool:
        for (path, shift), (claims, failed) in zip(jobs, pool.map(run, jobs), strict=True):
            print(f"{path.stem}, seeds + {shift}: {len(claims)} claims", flush=True)
            failures += [f"{path.stem}, seeds + {shift}: {words}" for words in failed]
            for statement, holds, measured in claims:
                held[f"{path.stem[:2]} {statement}"].append(holds)
                for name, value in measured.items():
                    found[f"{path.stem[:2]} {statement}", name].append(value)
    assert not any(held.pop(WRONG))
    broken = {claim: sum(values) for claim, values in held.items() if not all(values)}
    rows = ["| number | mean | deviation | five seeds |", "|-|-|-|-|"]
    for claim, name in KEYS.items():
        parts = {part: values for (said, part), values in found.items() if said == claim}
        rows += [row(f"{name}: {part}" if part else name, values) for part, values in parts.items()]
    TABLE.write_text("\n".join([*rows, ""]), encoding="utf-8")
    print(*rows, *failures, sep="\n")
    print(*(f"{claim} Holds {n} of {len(SHIFTS)} times." for claim, n in broken.items()), sep="\n")
    said, wrong = sum(map(len, held.values())), sum(len(SHIFTS) - n for n in broken.values())
    print(f"{len(held)} claims, five seeds: {said - wrong} of {said} hold", end="")
    print(f"; {len(failures)} cells fail" if failures else "")
    return int(bool(broken or failures))


if __name__ == "__main__":
    sys.exit(main())
