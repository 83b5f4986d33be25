"""Why scores are divided by √d_k: one query's weights, and the average over many.

Notebook *From RNN to attention*.
"""

import math
from collections.abc import Callable, Sequence

import ipywidgets
from matplotlib.axes import Axes
from torch import Tensor

from helpers.basics.signature import signed
from helpers.theory.sharpness import Sharpness, random_scores, sharpness
from helpers.views.drawing import Picture, given, number, palette
from helpers.views.drawing.style import SMALL, line_style
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

WIDTHS = tuple(2**i for i in range(10))
KEYS, DRAWS, QUERIES = 16, 1000, 12  # keys of a query, queries averaged, queries to choose from
SEED = 2  # its first query is like the mean
HEADS = 6  # C = 6 d_k, as in the lecture's final model: 384 = 6 · 64
SCALES: dict[str, Callable[[int], float]] = {
    "1 (no scale)": lambda width: 1.0,
    "1/√d_k": lambda width: width**-0.5,
    "1/d_k": lambda width: 1 / width,
    "1/√C, C = 6 d_k": lambda width: (HEADS * width) ** -0.5,
}
CURVES = ("largest weight", "entropy / ln 16", "gradient left")


@signed()
def attention_scale(width: int = 64, scale: str = "1 (no scale)", query: int = 1) -> Explorer:
    """Independent normal queries and keys: how their width and the scale sharpen the weights.

    width: d_k, a power of two up to 512. scale: a name in SCALES, what scores are multiplied by.
    query: which of 12 random queries shows its 16 weights. ValueError for another start.
    """
    fits = width in WIDTHS and scale in SCALES and query in range(1, QUERIES + 1)
    rule = f"The widget starts at a width in {WIDTHS}, a scale in {[*SCALES]} and a query from 1 "
    got = f"{width!r}, {scale!r} and {query!r}"
    given.must(fits, f"{rule}to {QUERIES}", got, "Try attention_scale().")
    controls = {
        "width": ipywidgets.SelectionSlider(options=WIDTHS, value=width, description="width d_k"),
        "scale": ipywidgets.Dropdown(options=[*SCALES], value=scale, description="scores times"),
        "query": ipywidgets.IntSlider(query, min=1, max=QUERIES),
    }
    draw = _drawing(random_scores([*WIDTHS], KEYS, DRAWS, SEED))
    return Explorer(draw, pairs=[("width", "scale")], **controls)


def weights_of(scores: Tensor, scale: str) -> Tensor:
    """The weights at every width: scores (widths, draws, keys) -> as many, rows sum to 1."""
    factors = scores.new_tensor([SCALES[scale](width) for width in WIDTHS])
    return (scores * factors[:, None, None]).softmax(-1)


def _drawing(scores: Tensor) -> Callable[..., Picture]:
    figure = live.figure(7.4, 3.5)
    bars = _bars(figure.add_axes((0.055, 0.145, 0.36, 0.66)))
    curves = Curves(figure.add_axes((0.495, 0.145, 0.485, 0.66)))

    def draw(width: int, scale: str, query: int) -> Picture:
        weights, place = weights_of(scores, scale), WIDTHS.index(width)
        chosen, means = weights[place, query - 1].tolist(), [sharpness(w) for w in weights]
        live.lift(bars, chosen)
        curves.move(means, place)
        head = f"Width d_k = {width}, scores times {scale}. {_say_query(chosen, query)}"
        return live.picture(curves.ax, f"{head} {_say_means(means[place])}")

    return draw


def _bars(ax: Axes) -> Sequence:
    """Sixteen bars to be moved, and the line of equal weights."""
    live.panel(ax, "Weights of one query (dashes: 1/16 each)", "key")
    ax.set(ylim=(0, 1.02), yticks=(0, 0.5, 1), xticks=(1, 4, 8, 12, 16), xlim=(0.2, KEYS + 0.8))
    ax.axhline(1 / KEYS, color=palette.QUIET, lw=1.2, ls=(0, (4, 3)), zorder=4)
    return ax.bar(range(1, KEYS + 1), [0] * KEYS, width=0.8, color=palette.BLUE, zorder=3).patches


class Curves:
    """Three means against the width, to be moved, with a mark at the present width."""

    def __init__(self, ax: Axes):
        self.ax, places = ax, range(len(WIDTHS))
        live.panel(ax, f"Means over {DRAWS:,} queries", "width d_k", pad=22)
        ax.set(ylim=(0, 1.02), yticks=(0, 0.5, 1), xlim=(-0.2, len(WIDTHS) - 0.8))
        ax.set_xticks(places, WIDTHS)
        self.here = ax.axvline(0, color=palette.QUIET, lw=8, alpha=0.25, zorder=1)
        self.lines, flat = [], [0] * len(WIDTHS)
        for i, name in enumerate(CURVES):
            self.lines += ax.plot(places, flat, label=name, **line_style(i, len(flat)))
        ax.legend(frameon=False, fontsize=SMALL - 0.5, loc=(-0.03, 1.0), labelcolor=palette.INK,
                  ncols=3, handlelength=2.0, columnspacing=0.9, handletextpad=0.4)  # fmt: skip

    def move(self, means: Sequence[Sharpness], place: int) -> None:
        """Draw the means, one for each width, and mark the width at this place among WIDTHS."""
        values = [(m.largest, m.entropy / math.log(KEYS), m.gradient) for m in means]
        for line, heights in zip(self.lines, zip(*values, strict=True), strict=True):
            line.set_ydata(heights)
        self.here.set_xdata([place, place])


def _say_query(weights: Sequence[float], query: int) -> str:
    order = sorted(range(KEYS), key=lambda i: -weights[i])[:3]
    most = ", ".join(f"key {i + 1} {weights[i]:.2f}" for i in order)
    return f"Query {query} gives most to {most}."


def _say_means(mean: Sharpness) -> str:
    entropy = f"entropy {mean.entropy:.2f} of at most {number(math.log(KEYS))} nats"
    head = f"Means over {DRAWS:,} queries: largest weight {mean.largest:.2f}"
    return f"{head}, {entropy}, {mean.gradient:.0%} of the gradient left."
