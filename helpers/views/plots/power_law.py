"""What models of growing size reach, the power law through it, and the limit the law names."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from helpers.basics.signature import signed
from helpers.views.drawing import course, given, labels, listed, number, style
from helpers.views.drawing.palette import DASHES, INK, MARKERS, PALETTE

BEYOND = 100  # how many times the largest model the curves go on
Laws = Mapping[str, tuple[float, float, float]]


@signed()
def power_laws(
    sizes: Sequence[float],
    losses: Mapping[str, Sequence[Sequence[float]]],
    laws: Laws,
    floor: float,
    title: str = "",
    unit: str = "nats per character",
    ax: Axes | None = None,
) -> Axes:
    """Dots: a loss for every size and seed. Curves: limit + factor · size^-exponent, drawn on.

    sizes: (n,). losses: name -> n lists of losses. laws: the same names -> (limit, factor,
    exponent). floor: what is known to be the least. ValueError if the numbers do not match.
    """
    _check(sizes, losses, laws)
    ax = style.axes(ax, size=(7.4, 4.2), grid="both")
    ends, at = [], np.geomspace(min(sizes) / 1.3, BEYOND * max(sizes), 200)
    for i, (name, rows) in enumerate(losses.items()):
        limit, factor, exponent = laws[name]
        x = [size for size, row in zip(sizes, rows, strict=True) for _ in row]
        y = [loss for row in rows for loss in row]
        ax.plot(x, y, MARKERS[i], color=PALETTE[i], ms=5, alpha=0.7, mew=0, zorder=3)
        curve = limit + factor * at**-exponent
        ax.plot(at, curve, color=PALETTE[i], ls=DASHES[i], lw=1.8)
        ends.append((curve[-1], f"{name}: limit {limit:.2f}", PALETTE[i]))
    ax.axhline(floor, color=INK, lw=1.4, ls=":")
    ends.append((floor, f"the truth {floor:.2f}", INK))
    ax.set(xscale="log", xlim=(at[0], at[-1]), ylim=(0, None))
    ax.xaxis.set_minor_formatter(NullFormatter())
    style.finish(ax, _say(sizes, losses, laws, floor, unit), title, "parameters", f"loss ({unit})")
    return labels.label_ends(ax, ends)


def _check(sizes: Sequence, losses: Mapping[str, Sequence], laws: Laws) -> None:
    lengths = {name: len(rows) for name, rows in losses.items()}
    fits = losses and set(lengths.values()) == {len(sizes)} and set(laws) == set(losses)
    rule = f"Every name needs losses for each of the {len(sizes)} sizes, and a law"
    got = f"losses {lengths} and laws for {sorted(laws)}"
    given.must(fits, rule, got, "Try {'short': [[1.2], [1.0], [0.9]]}.")
    empty = [name for name, rows in losses.items() for row in rows if not len(row)]
    rule = "Every size must be > 0 and have a loss"
    got = f"sizes {[*sizes]}, and none for {empty}"
    given.must(min(sizes) > 0 and not empty, rule, got, "Leave out a size that was not run.")


def _say(sizes, losses: Mapping, laws: Laws, floor: float, unit: str) -> str:
    parts = [
        f"{n} {course([*map(np.mean, rows)])}, law with the limit {number(laws[n][0])}"
        for n, rows in losses.items()
    ]
    head = f"Loss in {unit} of models from {number(min(sizes))} to {number(max(sizes))} parameters"
    return f"{head}: {listed(parts)}. The truth: {number(floor)}."
