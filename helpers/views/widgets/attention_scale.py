"""Why scores are divided by √d_k: one query's weights, and the average over many.

Notebook *From RNN to attention*.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from torch import Tensor

from helpers.basics.signature import signed
from helpers.theory.sharpness import Sharpness, random_scores, sharpness
from helpers.views.drawing import Picture, given, number, palette, svg
from helpers.views.drawing.chart import SMALL, Chart, key, sample
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
    bars = Chart(41, 68, 266, 231, (0.2, KEYS + 0.8), (0, 1.02))
    keys, shares = {float(k): str(k) for k in (1, 4, 8, 12, 16)}, {0.0: "0", 0.5: "0.5", 1.0: "1"}
    title = "Weights of one query (dashes: 1/16 each)"
    frame = [*bars.frame(keys, shares, "key", title=title), *_means_frame(shares)]
    even = bars.level(1 / KEYS)

    def draw(width: int, scale: str, query: int) -> Picture:
        weights, place = weights_of(scores, scale), WIDTHS.index(width)
        chosen, means = weights[place, query - 1].tolist(), [sharpness(w) for w in weights]
        look = f'fill="{palette.BLUE}"'
        shown = [bars.bar(k, p, 0.8, look) for k, p in enumerate(chosen, start=1)]
        head = f"Width d_k = {width}, scores times {scale}. {_say_query(chosen, query)}"
        parts = [*frame, *shown, even, *_curves(means, place)]
        alt = f"{head} {_say_means(means[place])}"
        return Picture(alt, markup=svg.document(760, 350, parts))

    return draw


MEANS = Chart(366, 68, 359, 231, (-0.2, len(WIDTHS) - 0.8), (0, 1.02))


def _means_frame(shares: Mapping[float, str]) -> list[str]:
    places = {float(i): str(width) for i, width in enumerate(WIDTHS)}
    looks = [(sample(palette.PALETTE[i], i, i), name) for i, name in enumerate(CURVES)]
    title = svg.words(MEANS.x, 24, f"Means over {DRAWS:,} queries", SMALL)
    return [title, *key(MEANS.x - 30, 46, looks), *MEANS.frame(places, shares, "width d_k")]


def _curves(means: Sequence[Sharpness], place: int) -> list[str]:
    """Three means, one for each width, and a band at the width at this place among WIDTHS."""
    values = [(m.largest, m.entropy / math.log(KEYS), m.gradient) for m in means]
    here = MEANS.band([place - 0.1, place + 0.1], [0, 0], [1.02, 1.02], palette.QUIET, 0.25)
    parts = [MEANS.inside([here])]
    for i, heights in enumerate(zip(*values, strict=True)):
        colour = palette.PALETTE[i]
        parts.append(MEANS.line(range(len(WIDTHS)), heights, colour, i, 2.5))
        parts += [MEANS.mark(*point, colour, i, 4.5) for point in enumerate(heights)]
    return parts


def _say_query(weights: Sequence[float], query: int) -> str:
    order = sorted(range(KEYS), key=lambda i: -weights[i])[:3]
    most = ", ".join(f"key {i + 1} {weights[i]:.2f}" for i in order)
    return f"Query {query} gives most to {most}."


def _say_means(mean: Sharpness) -> str:
    entropy = f"entropy {mean.entropy:.2f} of at most {number(math.log(KEYS))} nats"
    head = f"Means over {DRAWS:,} queries: largest weight {mean.largest:.2f}"
    return f"{head}, {entropy}, {mean.gradient:.0%} of the gradient left."
