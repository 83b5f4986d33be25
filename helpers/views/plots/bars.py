"""Bars: named values, and the next character's probabilities by model and by truth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.numbers import array
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE
from helpers.views.drawing.style import SIZE, SMALL, axes, finish
from helpers.views.drawing.wording import glyph, listed, number, spoken

SHOWN = 0.005  # smaller probabilities get no number
FILLED = {"color": BLUE}
HATCHED = {"facecolor": "white", "edgecolor": ORANGE, "hatch": "/////", "linewidth": 1.4}


def bars(
    values: Mapping[str, float], title: str = "", xlabel: str = "", ax: Axes | None = None
) -> Axes:
    """One horizontal bar per name, top to bottom in the given order, its number at its end."""
    if not values:
        raise ValueError("bars needs at least one value; got none. Try {'name': 1.0}.")
    names, lengths = list(values), array(list(values.values()))
    ax = axes(ax, size=(7, 1 + 0.36 * len(names)))
    drawn = ax.barh(range(len(names)), lengths, height=0.62, **FILLED)
    ax.bar_label(drawn, list(map(number, lengths)), padding=4, fontsize=SMALL, color=INK)
    ax.set_yticks(range(len(names)), names, fontsize=SIZE)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.grid(axis="x", color=GRID)
    said = listed([f"{name} {number(v)}" for name, v in zip(names, lengths, strict=True)])
    return finish(ax, f"Bar chart{f' of {xlabel}' if xlabel else ''}: {said}.", title, xlabel)


def next_character_bars(
    chars: Sequence[str],
    model: Sequence[float],
    truth: Sequence[float] | None = None,
    ax: Axes | None = None,
    top: int = 10,
    title: str = "",
) -> Axes:
    """The likeliest next characters: the model's probability, beside it the true one.

    chars: V characters; model, truth: (V,) probabilities in that order. The `top` characters
    with the largest probability in either are shown. ValueError if the lengths differ.
    """
    both = _beside(chars, {"model": model} | ({} if truth is None else {"truth": truth}))
    best = np.argsort(-np.max(list(both.values()), axis=0), kind="stable")[:top]
    ax = axes(ax, size=(7, 3.6))
    for i, (name, look) in enumerate(zip(both, (FILLED, HATCHED), strict=False)):
        _group(ax, both[name][best], place=i, of=len(both), label=name, **look)
    shown = [glyph(chars[i]) for i in best]
    ax.set_xticks(range(len(best)), shown, fontsize=SIZE + 2, parse_math=False)
    ax.tick_params(axis="x", length=0, pad=6)
    ax.set(ylim=(0, 1.1), yticks=(0, 0.5, 1), xlim=(-0.6, top - 0.4))
    ax.grid(axis="y", color=GRID)
    ax.legend(frameon=False, fontsize=SIZE, loc="upper right", ncols=2, labelcolor=INK)
    return finish(ax, _say_likeliest(chars, both), title, "next character", "probability")


def _group(ax: Axes, probs: np.ndarray, place: int, of: int, **look) -> None:
    width = 0.84 / of
    centres = np.arange(len(probs)) + (place - (of - 1) / 2) * width
    ax.bar(centres, probs, width * 0.9, **look)
    for x, p in zip(centres, probs, strict=True):
        if p >= SHOWN:
            said = f"{p:.2f}".removeprefix("0")
            ax.text(x, p + 0.015, said, ha="center", fontsize=SMALL - 1, color=INK)


def _beside(chars: Sequence[str], given: Mapping[str, object]) -> dict[str, np.ndarray]:
    both = {name: array(probs) for name, probs in given.items()}
    shapes = {name: probs.shape for name, probs in both.items()}
    if not len(chars) or set(shapes.values()) != {(len(chars),)}:
        raise ValueError(
            f"A distribution must have one probability for each of the {len(chars)} characters "
            f"(at least 1); got shapes {shapes}. Try probs[-1], the last position's row."
        )
    return both


def _say_likeliest(chars: Sequence[str], both: Mapping[str, np.ndarray]) -> str:
    said = [f"likeliest by the {name}: {_top_three(chars, probs)}" for name, probs in both.items()]
    return f"Next character, {'; '.join(said)}."


def _top_three(chars: Sequence[str], probs: np.ndarray) -> str:
    order = np.argsort(-probs, kind="stable")[:3]
    return listed([f"{spoken(chars[i])} {probs[i]:.2f}" for i in order])
