"""Diversity and error: the three curves of an ensemble of linear students, by hand.

Notebook *Diversity and error*.
"""

import itertools
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import ipywidgets
import numpy as np

from helpers.basics.signature import signed
from helpers.theory import ensembles, simulation
from helpers.views.drawing import Picture, number
from helpers.views.plots.diversity import say_curves
from helpers.views.widgets import controls, diversity_parts
from helpers.views.widgets.controls import Question
from helpers.views.widgets.explorer import Explorer

SHARES = np.linspace(0, 1, 201)
LAMBDAS = [float(f"{d}e{e}") for e in (-3, -2, -1) for d in (1, 2, 3, 5, 7)] + [1.0]
MEMBERS = [1, 2, 3, 5, 10, 30, math.inf]
SIMULATED_AT = (0.0, 0.2, 0.4, 0.6, 0.8)
INPUTS, MORE_RUNS, MOST_RUNS, SEED = 60, 10, 40, 1  # of the simulation
SYSTEM = ("lam", "sigma2", "alpha", "K", "T")  # the controls that the curves depend on
RUNS = "simulated runs per point"
HINT = "Make a guess, then have the curves drawn."
WIDTH = 92  # characters of a line of text above the curves

FIGURE_1 = {"c": 0.0, "lam": 0.05, "sigma2": 0.2, "alpha": 1.0, "K": math.inf, "T": 0.0}
# fmt: off
QUESTIONS = {
    controls.FREE: Question({}, "", ""),
    "strong weight decay": Question(FIGURE_1 | {"lam": 0.3},
        "λ = 0.3 is more than the noise σ² = 0.2. How much should be held out from each student?",
        "Nothing. The students are too stiff already; seeing less makes them stiffer."),
    "only two students": Question(FIGURE_1 | {"K": 2},
        "With λ = 0.05 and K = ∞ the best c is 0.27. Is it still, with only two students?",
        "No, 0.167. Two students average little away, so each of them must know more by itself."),
    "less weight decay": Question(FIGURE_1 | {"lam": 0.01},
        "λ falls from 0.05 to 0.01, K = ∞. Does the least ensemble error rise, fall or stay?",
        "It stays, 0.358, and is reached at c = 0.34. Holding out replaces the missing decay."),
    "the average student": Question(FIGURE_1 | {"lam": 0.01},
        "λ = 0.01. As c grows from 0 to 0.4, does the average student get better or worse?",
        "Better, 0.954 → 0.668: with as many examples as weights it had fitted all the noise."),
    "more data, more noise": Question(
        FIGURE_1 | {"alpha": 2.0, "sigma2": 0.5, "lam": 0.02, "K": 10},
        "α = 2, σ² = 0.5, λ = 0.02. How much should be held out from each of ten students?",
        "About two thirds, c = 0.65. With two students it would be nothing at all: try K = 2."),
    "noisy training": Question(FIGURE_1 | {"K": 10, "T": 1.0},
        "Training itself is noisy, T = 1; ten students, λ = 0.05. What is the best c now?",
        "0. The noise alone makes them differ enough; held-out data would only be missed."),
}
# fmt: on


@signed()
def diversity_error(
    c: float = 0.1,
    lam: float = 0.05,
    sigma2: float = 0.2,
    alpha: float = 1.0,
    K: float = math.inf,
    T: float = 0.0,
) -> Explorer:
    """Ensemble error, average error and ambiguity against c, for any system of linear students.

    A bar below shows what the error at the chosen c consists of. A question sets the controls and
    hides the curves until the box is ticked. The button simulates and puts points on the curves;
    another system wipes them away. ValueError for a start that is impossible.
    """
    ensembles.learning_curve(c, alpha, lam, sigma2, K, T)
    moved = controls.questions(QUESTIONS, "curves") | {
        "c": _slider(c, 0, 1, 0.01, "c: share held out"),
        "lam": controls.choice(lam, LAMBDAS, "λ: weight decay", _spelled),
        "sigma2": _slider(sigma2, 0, 1, 0.05, "σ²: target's noise"),
        "alpha": _slider(alpha, 0.2, 4, 0.1, "α: examples per dimension"),
        "K": controls.choice(K, MEMBERS, "K: students", _spelled),
        "T": _slider(T, 0, 1, 0.05, "T: training noise"),
        "runs": ipywidgets.IntSlider(0, 0, MOST_RUNS, step=MORE_RUNS, description=RUNS),
    }
    actions = {f"simulate {MORE_RUNS} more runs": _simulate_more}
    return Explorer(
        _drawing(), actions=actions, adjust=_following(), pairs=[("question", "shown")], **moved
    )


def _slider(value: float, low: float, high: float, step: float, name: str):
    low, high = min(low, value), max(high, value)
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, description=name)


def _spelled(value: float) -> str:
    return f"{value:g}".replace("inf", "∞")


def _following() -> Callable[[Explorer], None]:
    """A new question sets the controls; a new system has no simulated points."""
    asked = controls.asking(QUESTIONS)
    changed = controls.Follower(*SYSTEM, bring=lambda *_: {"runs": 0})

    def follow(explorer: Explorer) -> None:
        asked(explorer)
        changed(explorer)

    return follow


def _simulate_more(explorer: Explorer) -> None:
    runs = explorer.controls["runs"]
    runs.value = min(MOST_RUNS, runs.value + MORE_RUNS)


def simulated(runs: int, **system: float) -> dict[float, ensembles.Measured]:
    """Measured errors at some shares c, none for runs = 0; always the same for the same system."""
    if not runs:
        return {}
    return {c: simulation.averaged(_first(runs, _done(c, **system))) for c in SIMULATED_AT}


Runs = tuple[list, Iterator]  # those that were made, and those to come


@lru_cache(maxsize=64)
def _done(c: float, **system: float) -> Runs:
    return [], simulation.each_run(c, **system, N=INPUTS, seed=SEED)


def _first(runs: int, so_far: Runs) -> list:
    made, coming = so_far
    made += itertools.islice(coming, max(0, runs - len(made)))
    return made[:runs]


def _drawing() -> Callable[..., Picture]:
    """Curves above, below them the error at this c as a bar of its three parts."""

    def draw(question, shown, c, runs, **system) -> Picture:
        asked = QUESTIONS[question]
        if not shown:
            said = [asked.asked, f"{_settings(**system)}, c = {c:g}."]
            return _picture(said, diversity_parts.hidden(HINT), [HINT])
        three, points = ensembles.learning_curve(SHARES, **system), simulated(runs, **system)
        parts = ensembles.error_parts(c, **system)
        shapes = diversity_parts.curves(SHARES, three, points, c)
        shapes += diversity_parts.error_bar(parts, three)
        said = [asked.asked, asked.answer, *_words(c, system)]
        return _picture(said, shapes, [say_curves(SHARES, three, points)])

    return draw


def _picture(words: list[str], shapes: list[str], told: list[str]) -> Picture:
    """Sentences above the shapes; they begin the description."""
    words = [part for part in words if part]
    lines = [line for part in words for line in textwrap.wrap(part, WIDTH)]
    return Picture(" ".join([*words, *told]), markup=diversity_parts.sheet(lines, shapes))


def _words(c: float, system: Mapping[str, float]) -> list[str]:
    error, average, ambiguity = map(number, ensembles.learning_curve(c, **system))
    ignored, shared, private = map(number, ensembles.error_parts(c, **system))
    here = f"ensemble error {error} = average error {average} − ambiguity {ambiguity}"
    parts = f"It is {ignored} that all ignore + {shared} that pairs share + {private} of one's own"
    best = ensembles.best_c(**system)
    least = number(ensembles.learning_curve(best, **system).error)
    there = f"the best c is {number(round(best, 3))}, with error {least} (star)"
    return [f"At c = {c:g}: {here}.", f"{parts}.", f"{_settings(**system)}: {there}."]


def _settings(lam, sigma2, alpha, K, T) -> str:
    return f"λ = {lam:g}, σ² = {sigma2:g}, α = {alpha:g}, K = {_spelled(K)}, T = {T:g}"
