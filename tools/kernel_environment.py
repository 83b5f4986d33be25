"""The environment that every notebook kernel runs in, for tests and tools alike.

Stored outputs can only be compared when the numbers are made in the same way: the digits of a long
training depend on the number of threads, so all runs use the same two.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXED = {
    "OMP_NUM_THREADS": "2",
    "MKL_NUM_THREADS": "2",
    "PYTHONHASHSEED": "0",
    # The kernel of this environment, not one that the user registered for another.
    "JUPYTER_PREFER_ENV_PATH": "1",
}


def prepare(crowded: bool, environ: MutableMapping[str, str] = os.environ) -> None:
    """Make `helpers` importable for kernels, and fix what decides their numbers.

    crowded: whether several of them run at once. How long an idle thread spins before it sleeps
    changes no digit, only the time: on two cores a small training step took 5 ms alone when it
    spins longer and 10 ms when it soon sleeps; two trainings at once took 41 and 10 ms.
    """
    environ.update(FIXED)
    if threads := environ.get("GPT_PROBABLY_THREADS"):  # the trial with one thread
        environ["OMP_NUM_THREADS"] = environ["MKL_NUM_THREADS"] = threads
    environ["GOMP_SPINCOUNT"] = "1000" if crowded else "10000"
    others = [p for p in environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != str(ROOT)]
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *others])
