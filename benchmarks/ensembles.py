"""Sollich & Krogh's ensemble: its exact curve and a simulation.   python benchmarks/ensembles.py

The sliders of notebook *Diversity and error* redraw both at every move, so both have a limit.
"""

from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads
import numpy

from helpers.theory import ensembles, simulation

SETTING = {"alpha": 1.0, "lam": 0.05, "sigma2": 0.2, "K": 10}


def rows() -> Iterator[measuring.Row]:
    c = numpy.linspace(0, 0.9, 200)
    yield _row("exact curve, 200 points", lambda: ensembles.learning_curve(c, **SETTING), limit=2)
    run = lambda: simulation.simulate(c=0.3, **SETTING, N=200, runs=1, seed=0)  # noqa: E731
    yield _row("simulation, K=10 N=200", run, limit=150)


def _row(work: str, way: Callable, limit: float) -> measuring.Row:
    milliseconds = [1e3 * s for s in measuring.in_turns({work: way}, rounds=15)[work]]
    return measuring.at_most(f"Sollich–Krogh: {work}", milliseconds, limit, "ms")


if __name__ == "__main__":
    measuring.main(__doc__, rows)
