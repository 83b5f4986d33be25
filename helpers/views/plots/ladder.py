"""A ladder of models: what each of them reaches, a dot for every seed, against floors."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import amounts, given, labels, number
from helpers.views.drawing.palette import BLUE, DASHES, QUIET, VERMILLION
from helpers.views.drawing.style import SIZE, axes, finish
from helpers.views.drawing.wording import writable

UNIT = "nats per character"
STEP, ASIDE = {"color": BLUE, "marker": "o"}, {"color": VERMILLION, "marker": "s"}


@signed()
def ladder(
    losses: Mapping[str, Sequence[float]],
    floors: Mapping[str, float] | None = None,
    aside: Collection[str] = (),
    ax: Axes | None = None,
    title: str = "",
    unit: str = UNIT,
    what: str = "validation loss",
) -> Axes:
    """One row per model from top to bottom: a dot for each seed, the mean written beside it.

    losses: name -> a loss per seed. floors: name -> loss, drawn as vertical lines. aside: names
    that are no step of the ladder; a thin line joins the means of all others. what, unit: what the
    axis says. ValueError if a model has no loss.
    """
    rule = "Every model needs a loss for each of its seeds, at least one"
    losses = given.arrays(losses, (None,), rule, "Try {'one head': [2.41, 2.40, 2.41]}.")
    floors = floors or {}
    ax = axes(ax, size=(7.4, 1.3 + 0.34 * len(losses)), grid="x")
    steps = [(v.mean(), row) for row, (n, v) in enumerate(losses.items()) if n not in aside]
    ax.plot(*zip(*steps, strict=True), color=BLUE, lw=1, alpha=0.45, zorder=2)
    for row, (name, values) in enumerate(losses.items()):
        _dots(ax, row, values, **(ASIDE if name in aside else STEP))
    for i, (name, floor) in enumerate(floors.items()):
        ax.axvline(floor, color=QUIET, lw=1.2, ls=DASHES[(i + 1) % len(DASHES)], zorder=1.5)
        where = {"xycoords": ax.get_xaxis_transform(), "ha": "center", "color": QUIET}
        labels.beside(ax, f"{name} {number(floor)}", (floor, 1), (0, 4), **where)
    ax.set_yticks(range(len(losses)), map(writable, losses), fontsize=SIZE)
    ax.set(ylim=(len(losses) - 0.5, -0.6))
    ax.margins(x=0.08)
    said = _say(losses, floors, f"{what} in {unit}")
    return finish(ax, said, title, f"{what} ({unit})", pad=22)  # over the floors' names


def _dots(ax: Axes, row: int, values: np.ndarray, **look) -> None:
    ax.plot(values, [row] * len(values), ls="", ms=6, alpha=0.7, mew=0, zorder=3, **look)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    where = {"ha": "left", "va": "center", "bbox": behind}
    labels.beside(ax, f"{values.mean():.2f}", (values.max(), row), (9, 0), **where)


def _say(losses: Mapping[str, np.ndarray], floors: Mapping[str, float], what: str) -> str:
    spans = {n: f" (from {number(v.min())} to {number(v.max())})" for n, v in losses.items()}
    means = [f"{n} {number(v.mean())}{spans[n] * (len(v) > 1)}" for n, v in losses.items()]
    text = f"{what[0].upper()}{what[1:]} by model, mean over seeds: {'; '.join(means)}."
    return f"{text} Floors: {amounts(floors)}." if floors else text
