"""How large the gradient is in each layer of a model, and in the last layer of shallower ones."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.views.drawing import given, labels, listed, number, palette, style

DEEPEST = 32
XLABEL = "layer (dotted: the last layer of a model that deep)"


def gradients_by_layer(
    profiles: Mapping[str, Sequence[float]],
    last: Mapping[str, Mapping[int, float]],
    ax: Axes | None = None,
    title: str = "",
    ylabel: str = "gradient norm",
) -> Axes:
    """One line per model over its layers, with the last layer at several depths dotted beside it.

    profiles: name -> a value per layer, the first layer first. last: the same names -> depth ->
    the value in the last layer of a model that deep. ValueError if a name has no layer.
    """
    rule = "Every model needs a value for each of its layers, at least one"
    profiles = given.arrays(profiles, (None,), rule, "Try {'pre-norm': [0.8, 0.6]}.")
    ax = style.axes(ax, grid="both")
    for i, name in enumerate(profiles):
        _draw(ax, profiles[name], last[name], palette.PALETTE[i], palette.MARKERS[i])
    _scale(ax, max(line.get_ydata().max() for line in ax.lines))
    _name_ends(ax, profiles)
    return style.finish(ax, _say(profiles, last), title, XLABEL, ylabel)


def _draw(ax: Axes, values: np.ndarray, last: Mapping[int, float], colour: str, mark: str) -> None:
    layers = np.arange(1, len(values) + 1)
    shown = [layer - 1 for layer in layers if layer & (layer - 1) == 0 or layer == len(values)]
    look = {"marker": mark, "color": colour, "clip_on": False}
    ax.plot(layers, values, lw=2.2, ms=6, markevery=shown, zorder=3, **look)
    ax.plot(list(last), list(last.values()), lw=1.4, ls=":", ms=4, mfc="white", **look)


def _scale(ax: Axes, top: float) -> None:
    ax.set(xscale="log", xlim=(0.93, DEEPEST * 1.07), ylim=(0, 1.12 * top))
    depths = [2**i for i in range(DEEPEST.bit_length())]
    ax.set_xticks(depths, map(str, depths))
    ax.set_xticks([], minor=True)


def _name_ends(ax: Axes, profiles: Mapping[str, np.ndarray]) -> None:
    """The name and the last value at each line's end; the higher one's above, so none overlap."""
    order = sorted(profiles, key=lambda name: profiles[name][-1])
    for place, name in enumerate(order):
        end, above = profiles[name][-1], place > 0
        where = {"offset": (9, 3 if above else -3), "va": "bottom" if above else "top"}
        labels.beside(ax, f"{name} {number(end)}", (len(profiles[name]), end), **where)


def _say(profiles: Mapping[str, np.ndarray], last: Mapping[str, Mapping[int, float]]) -> str:
    along = [
        f"{name} {number(values[0])} in layer 1 and {number(values[-1])} in layer {len(values)}"
        for name, values in profiles.items()
    ]
    depths = {name: [f"{number(v)} at {d}" for d, v in last[name].items()] for name in profiles}
    ends = [f"{name} {listed(values)}" for name, values in depths.items()]
    return f"Gradient by layer: {'; '.join(along)}. The last layer by depth: {'; '.join(ends)}."
