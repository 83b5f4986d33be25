"""Diversity and error: the three curves of an ensemble of linear students, by hand. Notebook 12."""

import math
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.theory import ensembles
from helpers.views import plots
from helpers.views.drawing.palette import INK, QUIET
from helpers.views.drawing.picture import Picture, show
from helpers.views.drawing.style import SIZE, axes, finish
from helpers.views.drawing.wording import number
from helpers.views.plots.diversity import SHARE
from helpers.views.widgets.explorer import Explorer

SHARES = np.linspace(0, 1, 201)
LAMBDAS = [float(f"{d}e{e}") for e in (-3, -2, -1) for d in (1, 2, 3, 5, 7)] + [1.0]
MEMBERS = [1, 2, 3, 5, 10, 30, math.inf]
SIMULATED_AT = (0.0, 0.2, 0.4, 0.6, 0.8)
INPUTS, MORE_RUNS, MOST_RUNS, SEED = 60, 10, 40, 1  # of the simulation
LIVE_DPI = 100
SYSTEM = ("lam", "sigma2", "alpha", "K", "T")  # the controls that the curves depend on
WIDTH = 92  # characters of a line of text above the curves


class Question(NamedTuple):
    """Something to predict, the controls it is asked at, and what the curves say."""

    asked: str
    at: dict[str, float]
    answer: str


FREE = "none: I move the controls myself"
FIGURE_1 = {"c": 0.0, "lam": 0.05, "sigma2": 0.2, "alpha": 1.0, "K": math.inf, "T": 0.0}
QUESTIONS = {
    FREE: Question("", {}, ""),
    "strong weight decay": Question(
        "λ = 0.3 is more than the noise σ² = 0.2. How much should be held out from each student?",
        FIGURE_1 | {"lam": 0.3},
        "Nothing. The students are too stiff already; seeing less makes them stiffer.",
    ),
    "only two students": Question(
        "With λ = 0.05 and K = ∞ the best c is 0.27. Is it still, with only two students?",
        FIGURE_1 | {"K": 2},
        "No, 0.167. Two students average little away, so each of them must know more by itself.",
    ),
    "less weight decay": Question(
        "λ falls from 0.05 to 0.01, K = ∞. Does the least ensemble error rise, fall or stay?",
        FIGURE_1 | {"lam": 0.01},
        "It stays, 0.358, and is reached at c = 0.34. Holding out replaces the missing decay.",
    ),
    "the average student": Question(
        "λ = 0.01. As c grows from 0 to 0.4, does the average student get better or worse?",
        FIGURE_1 | {"lam": 0.01},
        "Better, 0.954 → 0.668: with as many examples as weights it had fitted all the noise.",
    ),
    "more data, more noise": Question(
        "α = 2, σ² = 0.5, λ = 0.02. How much should be held out from each of ten students?",
        FIGURE_1 | {"alpha": 2.0, "sigma2": 0.5, "lam": 0.02, "K": 10},
        "About two thirds, c = 0.65. With two students it would be nothing at all: try K = 2.",
    ),
    "noisy training": Question(
        "Training itself is noisy, T = 1; ten students, λ = 0.05. What is the best c now?",
        FIGURE_1 | {"K": 10, "T": 1.0},
        "0. The noise alone makes them differ enough; held-out data would only be missed.",
    ),
}


def diversity_error(
    c: float = 0.1,
    lam: float = 0.05,
    sigma2: float = 0.2,
    alpha: float = 1.0,
    K: float = math.inf,
    T: float = 0.0,
) -> Explorer:
    """Ensemble error, average error and ambiguity against c, for any system of linear students.

    A question sets the controls and hides the curves until the box is ticked. The button
    simulates and puts points on the curves; another system wipes them away. ValueError for a
    start that is impossible.
    """
    ensembles.learning_curve(c, alpha, lam, sigma2, K, T)
    controls = {
        "question": ipywidgets.Dropdown(options=list(QUESTIONS), description="predict first"),
        "shown": ipywidgets.Checkbox(value=True, description="show the curves and the answer"),
        "c": _slider(c, 0, 1, 0.01, "c: share held out"),
        "lam": _choice(lam, LAMBDAS, "λ: weight decay"),
        "sigma2": _slider(sigma2, 0, 1, 0.05, "σ²: target's noise"),
        "alpha": _slider(alpha, 0.2, 4, 0.1, "α: examples per dimension"),
        "K": _choice(K, MEMBERS, "K: students"),
        "T": _slider(T, 0, 1, 0.05, "T: training noise"),
        "runs": ipywidgets.IntSlider(
            max=MOST_RUNS, step=MORE_RUNS, description="simulated runs per point"
        ),
    }
    actions = {f"simulate {MORE_RUNS} more runs": _simulate_more}
    return Explorer(_drawing(), actions=actions, adjust=_Follower(controls), **controls)


def _slider(value: float, low: float, high: float, step: float, name: str):
    low, high = min(low, value), max(high, value)
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, description=name)


def _choice(value: float, usual: list[float], name: str) -> ipywidgets.SelectionSlider:
    """A slider over chosen numbers, evenly spaced, and the value to begin with."""
    options = [(f"{x:g}".replace("inf", "∞"), x) for x in sorted({*usual, value})]
    return ipywidgets.SelectionSlider(options=options, value=value, description=name)


class _Follower:
    """Keeps controls in step: a new question sets them, a new system has no simulated points."""

    def __init__(self, controls: Mapping[str, ipywidgets.Widget]):
        self.question = controls["question"].value
        self.system = _system(controls)

    def __call__(self, explorer: Explorer) -> None:
        controls = explorer.controls
        if controls["question"].value != self.question:
            self.question = controls["question"].value
            controls["shown"].value = self.question == FREE
            for name, value in QUESTIONS[self.question].at.items():
                controls[name].value = value
        if _system(controls) != self.system:
            self.system = _system(controls)
            controls["runs"].value = 0


def _system(controls: Mapping[str, ipywidgets.Widget]) -> tuple[float, ...]:
    return tuple(controls[name].value for name in SYSTEM)


def _simulate_more(explorer: Explorer) -> None:
    runs = explorer.controls["runs"]
    runs.value = min(MOST_RUNS, runs.value + MORE_RUNS)


@lru_cache(maxsize=32)
def simulated(
    alpha: float, lam: float, sigma2: float, K: float, T: float, runs: int
) -> dict[float, ensembles.Measured]:
    """Measured errors at some shares c, none for runs = 0; always the same for the same system."""
    shares = SIMULATED_AT if runs else ()
    return {
        c: ensembles.simulate(c, alpha, lam, sigma2, K, N=INPUTS, runs=runs, seed=SEED, T=T)
        for c in shares
    }


def _drawing() -> Callable[..., Picture]:
    figure = Figure(figsize=(7.4, 4.9), facecolor="white")  # kept: a new one would double the time
    ax = figure.add_axes((0.075, 0.1, 0.73, 0.7))

    def draw(question, shown, c, lam, sigma2, alpha, K, T, runs) -> Picture:
        asked = QUESTIONS[question]
        _wipe(ax)
        if not shown:
            return _hidden(ax, asked.asked, f"{_settings(lam, sigma2, alpha, K, T)}, c = {c:g}.")
        curves = ensembles.learning_curve(SHARES, alpha, lam, sigma2, K, T)
        points = simulated(alpha, lam, sigma2, K, T, runs)
        plots.diversity(SHARES, curves, points, here=c, ax=ax)
        words = [asked.asked, asked.answer, *_words(c, lam, sigma2, alpha, K, T)]
        return _with_words(ax, words)

    return draw


def _wipe(ax: Axes) -> None:
    """Curves, points and words go, axes and ticks stay: a third less to do than ax.clear()."""
    for artist in [*ax.collections, *ax.lines, *ax.texts]:
        artist.remove()
    ax.containers.clear()  # before Matplotlib 3.11 a removed one stayed here


def _words(c, lam, sigma2, alpha, K, T) -> list[str]:
    here = map(number, ensembles.learning_curve(c, alpha, lam, sigma2, K, T))
    best = ensembles.best_c(alpha, lam, sigma2, K, T)
    least = ensembles.learning_curve(best, alpha, lam, sigma2, K, T).error
    return [
        "At c = {}: ensemble error {} = average error {} − ambiguity {}.".format(f"{c:g}", *here),
        f"{_settings(lam, sigma2, alpha, K, T)}: the best c is {number(round(best, 3))}, with "
        f"error {number(least)} (star).",
    ]


def _settings(lam, sigma2, alpha, K, T) -> str:
    members = f"K = {K:g}".replace("inf", "∞")
    return f"λ = {lam:g}, σ² = {sigma2:g}, α = {alpha:g}, {members}, T = {T:g}"


def _with_words(ax: Axes, words: list[str]) -> Picture:
    words = [part for part in words if part]
    _write(ax, words)
    return show(ax, " ".join([*words, ax.get_label()]), dpi=LIVE_DPI)


def _hidden(ax: Axes, *words: str) -> Picture:
    hint = "Make a guess, then have the curves drawn."
    finish(axes(ax), hint, "", SHARE, "squared error").set(xlim=(0, 1), ylim=(0, 1.05))
    ax.text(0.5, 0.5, hint, transform=ax.transAxes, ha="center", color=QUIET, fontsize=SIZE)
    return _with_words(ax, [*words])


def _write(ax: Axes, words: list[str]) -> None:
    """Sentences above the curves, the last one just above them."""
    text = "\n".join(line for part in words for line in textwrap.wrap(part, WIDTH))
    place = {"xytext": (-30, 12), "textcoords": "offset points", "annotation_clip": False}
    ax.annotate(
        text, (0, 1), xycoords="axes fraction", color=INK, fontsize=SIZE, linespacing=1.5, **place
    )
