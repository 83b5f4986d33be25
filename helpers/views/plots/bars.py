"""Bars: named values, and distributions side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given
from helpers.views.drawing.palette import BLUE, GREEN, HATCHED, INK
from helpers.views.drawing.style import SIZE, SMALL, axes, finish
from helpers.views.drawing.wording import (
    amounts,
    likeliest,
    listed,
    number,
    writable,
)

SHOWN = 0.005  # smaller probabilities get no number
MANY = 24  # more bars get no numbers
FILLED, DOTTED = {"color": BLUE}, {"facecolor": GREEN, "edgecolor": "white", "hatch": "..."}
LOOKS = (HATCHED, FILLED, DOTTED)


@signed()
def bars(
    values: Mapping[str, float], title: str = "", xlabel: str = "", ax: Axes | None = None
) -> Axes:
    """One horizontal bar per name, top to bottom in the given order, its number at its end."""
    given.must(values, "bars needs at least one value", "none", "Try {'name': 1.0}.")
    names, lengths = list(values), given.array(list(values.values()))
    ax = axes(ax, size=(7, 1 + 0.36 * len(names)), grid="x")
    drawn = ax.barh(range(len(names)), lengths, height=0.62, **FILLED)
    ax.bar_label(drawn, list(map(number, lengths)), padding=4, fontsize=SMALL, color=INK)
    ax.set_yticks(range(len(names)), map(writable, names), fontsize=SIZE)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    of = f" of {xlabel}" if xlabel else ""
    alt = f"Bar chart{of}: {amounts(dict(zip(names, lengths, strict=True)))}."
    return finish(ax, alt, title, xlabel)


@signed()
def policies(
    answers: Sequence[str],
    probs: Mapping[str, Sequence[float]],
    title: str = "",
    xlabel: str = "answer",
    ax: Axes | None = None,
) -> Axes:
    """Up to three distributions over the same answers, a group of bars for each answer.

    probs: name -> (answers,). ValueError if one does not fit the answers, or there are too many.
    """
    n, advice = len(answers), "Try {'π_ref': reference, 'π*': optimum}."
    rule = f"policies needs one to three distributions over the {n} answers"
    given.must(len(probs) <= len(LOOKS), rule, len(probs), advice)
    probs = given.arrays(probs, (n,), rule, advice)
    least = min(p.min() for p in probs.values())
    given.must(least >= 0, f"{rule}, none below 0", least, advice)
    ax = axes(ax, size=(7.4, 3.4), grid="y")
    _grouped(ax, probs, LOOKS, (SMALL - 1.5) * (n * len(probs) <= MANY))
    ax.set_xticks(range(n), map(writable, answers), fontsize=SIZE - (n > 10))
    ax.tick_params(axis="x", length=0, labelrotation=45 * (n > 10))
    ax.set_ylim(0, 1.22 * max(p.max() for p in probs.values()))
    tops = {n: [f"{answers[i]} {p[i]:.3f}" for i in likeliest(p, 4)] for n, p in probs.items()}
    alt = "; ".join(f"{name} {listed(top)}" for name, top in tops.items())
    return finish(ax, f"Probabilities: {alt}.", title, xlabel, "probability")


def _grouped(ax: Axes, probs: Mapping[str, np.ndarray], looks: Sequence, size: float) -> None:
    """Bars side by side at every place, named in a key; over each its number, unless size is 0."""
    width = 0.84 / len(probs)
    for i, ((name, heights), look) in enumerate(zip(probs.items(), looks, strict=False)):
        places = np.arange(len(heights)) + (i - (len(probs) - 1) / 2) * width
        ax.bar(places, heights, width * 0.9, label=name, **look)
        for x, p in zip(places, heights, strict=True):
            if size and p >= SHOWN:
                text = f"{p:.2f}".removeprefix("0")
                ax.text(x, p + 0.015, text, ha="center", fontsize=size, color=INK)
    ax.legend(frameon=False, fontsize=SIZE, ncols=3, labelcolor=INK, loc="upper right")
