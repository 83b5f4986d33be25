"""How large the gradient is in each layer of a model, and in the last layer of shallower ones."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, labels, listed, number, palette, style

DEEPEST = 32
LEFT, RIGHT = "layer", "layers in the model (its last one)"


@signed()
def gradients_by_layer(
    profiles: Mapping[str, Sequence[float]],
    last: Mapping[str, Mapping[int, float]],
    panels: Sequence[Axes] | None = None,
    title: str = "",
    ylabel: str = "gradient norm",
) -> Axes:
    """Two panels: every layer of one model of each kind; the last layer of models of many depths.

    profiles: name -> a value per layer, the first layer first. last: the same names -> depth ->
    the value in the last layer of a model that deep. panels: two Axes, the left one is returned.
    ValueError if a name has no layer.
    """
    rule = "Every model needs a value for each of its layers, at least one"
    profiles = given.arrays(profiles, (None,), rule, "Try {'pre-norm': [0.8, 0.6]}.")
    left, right = panels or style.row_of_axes(2, (7.4, 3.8), sharey=True)
    ends = {name: np.array(list(last[name].items())).reshape(-1, 2).T for name in profiles}
    _draw(left, {n: (np.arange(1, len(v) + 1), v) for n, v in profiles.items()})
    _draw(right, ends, ls=":", mfc="white")
    tops = [v.max() for v in profiles.values()] + [v.max() for _, v in ends.values() if len(v)]
    left.set_ylim(0, 1.12 * max(tops))
    style.finish(right, "", xlabel=RIGHT)
    _name_ends(right, profiles)  # the last layer of the model on the left stands there, too
    return style.finish(left, say_gradients(profiles, last), title, LEFT, ylabel)


def _draw(ax: Axes, curves: Mapping[str, Sequence[np.ndarray]], **look) -> None:
    style.axes(ax, grid="both")
    for i, (x, y) in enumerate(curves.values()):
        shown = [place for place, n in enumerate(x) if int(n) & (int(n) - 1) == 0 or n == x[-1]]
        look |= {"marker": palette.MARKERS[i], "color": palette.PALETTE[i], "markevery": shown}
        ax.plot(x, y, lw=2.2, ms=6, clip_on=False, zorder=3, **look)
    ax.set(xscale="log", xlim=(0.93, DEEPEST * 1.07))
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


def say_gradients(
    profiles: Mapping[str, Sequence[float]], last: Mapping[str, Mapping[int, float]]
) -> str:
    """Both panels in words."""
    along = [
        f"{name} {number(values[0])} in layer 1 and {number(values[-1])} in layer {len(values)}"
        for name, values in profiles.items()
    ]
    depths = {name: [f"{number(v)} at {d}" for d, v in last[name].items()] for name in profiles}
    ends = [f"{name} {listed(values)}" for name, values in depths.items()]
    return f"Gradient by layer: {'; '.join(along)}. The last layer by depth: {'; '.join(ends)}."
