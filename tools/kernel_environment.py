"""The environment that every notebook kernel runs in, for tests and tools alike.

The digits of a long training depend on the number of threads, so what a notebook stores is always
made with two. What is compared does not depend on it: several at once get one thread each.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXED = {
    "PYTHONHASHSEED": "0",
    # The kernel of this environment, not one that the user registered for another.
    "JUPYTER_PREFER_ENV_PATH": "1",
}


def prepare(crowded: bool = False, environ: MutableMapping[str, str] = os.environ) -> None:
    """Make `helpers` importable for kernels, and fix what decides their numbers.

    crowded: whether several of them run at once. Then one thread for each is faster: of two
    small trainings with two threads each one took 41 ms a step, alone it takes 5.
    """
    environ.update(FIXED)
    threads = environ.get("GPT_PROBABLY_THREADS", "1" if crowded else "2")  # a trial asks for two
    environ["OMP_NUM_THREADS"] = environ["MKL_NUM_THREADS"] = threads
    # How long an idle thread spins before it sleeps: 5 ms a step in place of 10.
    environ["GOMP_SPINCOUNT"] = "10000"
    others = [p for p in environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != str(ROOT)]
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *others])
