"""One pass through a Transformer: what is read, which way it takes, and the shape at each station.

Source: Vaswani et al. 2017, figure 1. Notebook: The Transformer.
"""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.views.drawing import given, listed, spoken
from helpers.views.drawing.diagram import Place, arrow, sheet, write
from helpers.views.drawing.palette import BLUE, GREEN, GRID, INK, ORANGE, QUIET
from helpers.views.drawing.style import MONO, SIZE, SMALL, finish

STEP, WIDE, HIGH, ASIDE = 1.3, 1.7, 0.42, 1.4  # of a sublayer; of a box; from stream to branch
FLOOR = 1.5  # where the first block begins
STREAM = {"width": 3, "zorder": 1}
READS = ("self-attention", "feed-forward")
WRITES = ("masked self-attention", "cross-attention", "feed-forward")
COLOURS = {"attention": ORANGE, "forward": BLUE, "norm": GREEN, "embedding": QUIET, "head": QUIET}


class Stream(NamedTuple):
    """The vertical line of one half of the model: its place, and what branches off to a side."""

    x: float
    side: int  # 1: branches to the right, -1: to the left
    name: str
    sublayers: tuple[str, ...]
    shape: str
    step: float  # from one token to the next

    @property
    def top(self) -> float:
        """Where the last block ends."""
        return FLOOR + STEP * len(self.sublayers)

    @property
    def aside(self) -> float:
        """Where its branches stand."""
        return self.x + self.side * ASIDE


@signed()
def forward_pass(
    source: Sequence[str],
    target: Sequence[str],
    n_embd: int,
    vocab_size: int,
    n_layer: int,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """The way of one pair through encoder and decoder, from the bottom to the top.

    source: S tokens. target: T + 1 tokens, from <start> to <end>: the first T are read, the last T
    predicted. ValueError if one of them is too short.
    """
    fits = len(source) > 0 and len(target) > 1
    got = f"{len(source)} and {len(target)} tokens"
    given.must(fits, "A pass needs a source and a target of two tokens at least", got, "Try '7'.")
    for name, size in {"n_embd": n_embd, "vocab_size": vocab_size, "n_layer": n_layer}.items():
        whole(name, size)
    S, T = len(source), len(target) - 1
    reading = Stream(0.9, 1, f"encoder, {n_layer} blocks", READS, f"({S}, {n_embd})", _step(source))
    writing = Stream(
        6.3, -1, f"decoder, {n_layer} blocks", WRITES, f"({T}, {n_embd})", _step(target)
    )
    ax = sheet(ax, (7.6, 6.3), (-0.55, 8.4), (-0.55, writing.top + 2.0))
    _half(ax, reading, source)
    _half(ax, writing, target[:-1])
    _memory(ax, reading, writing)
    _head(ax, writing, target[1:], f"logits ({T}, {vocab_size}), softmax")
    return finish(ax, _say(source, target, reading, writing, vocab_size), title)


def _half(ax: Axes, stream: Stream, tokens: Sequence[str]) -> None:
    """Tokens, embedding, and the blocks in a frame, along the line that everything is added to."""
    x, side = stream.x, stream.side
    _tokens(ax, stream, 0, tokens, "reads")
    arrow(ax, (x, 0.2), (x, stream.top + 0.45), head=14, **STREAM)
    _box(ax, (x, 0.62), "embedding · √C + position", 2.4)
    write(ax, (x + 0.15, 1.08), stream.shape, SMALL, ha="left")
    frame = {"boxstyle": "round,pad=0.02,rounding_size=0.12", "facecolor": "#FAFAFA"}
    left, right = sorted((x - side * 0.65, x + side * (ASIDE + WIDE / 2 + 0.15)))
    size = right - left, stream.top - FLOOR + 0.1
    ax.add_patch(FancyBboxPatch((left, FLOOR - 0.2), *size, edgecolor=GRID, zorder=0, **frame))
    middle = x - side * 0.85, (FLOOR + stream.top) / 2
    write(ax, middle, stream.name, SMALL, rotation=90, color=QUIET)
    for i, name in enumerate(stream.sublayers):
        _sublayer(ax, stream, FLOOR + STEP * i, name)


def _sublayer(ax: Axes, stream: Stream, y: float, name: str) -> None:
    """A branch: read from the stream, compute, add; then the sum is normalised."""
    x, aside, plus = stream.x, stream.aside, y + 0.62
    line = {"width": 1.4, "zorder": 2}
    arrow(ax, (x, y - 0.02), (aside, y - 0.02), head=0, **line)
    arrow(ax, (aside, y - 0.02), (aside, plus), head=0, **line)
    arrow(ax, (aside, plus), (x + stream.side * 0.14, plus), **line)
    _box(ax, (aside, y + 0.3), name.replace("masked ", "masked\n"), WIDE)
    ring = {"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": INK, "lw": 1.4}
    write(ax, (x, plus), "+", SIZE, bbox=ring, zorder=4)
    _box(ax, (x, y + 0.98), "norm", 0.9, 0.26)


def _memory(ax: Axes, reading: Stream, writing: Stream) -> None:
    """From the encoder's end to the decoder's cross-attention: what is read in every block."""
    y = FLOOR + STEP * WRITES.index("cross-attention") + 0.3
    start, bend, entry = reading.top + 0.45, writing.aside - 1.35, writing.aside - WIDE / 2
    road = [(reading.x, start), (bend, start), (bend, y), (entry, y)]
    for a, b in zip(road, road[1:], strict=False):
        arrow(ax, a, b, ORANGE, width=2, head=12 if b is road[-1] else 0, zorder=3)
    words = f"memory {reading.shape}: keys, values"
    write(ax, (reading.x + 0.2, start + 0.2), words, SMALL, ha="left")


def _head(ax: Axes, writing: Stream, predicted: Sequence[str], words: str) -> None:
    x, y = writing.x, writing.top + 0.75
    arrow(ax, (x, y - 0.4), (x, y + 0.8), head=14, **STREAM)
    _box(ax, (x, y), "head: the embedding again", 2.4)
    write(ax, (x + 0.15, y + 0.42), words, SMALL, ha="left")
    _tokens(ax, writing, y + 1.0, predicted, "predicts")


def _step(tokens: Sequence[str]) -> float:
    return 0.16 + 0.092 * max(map(len, tokens))


def _tokens(ax: Axes, stream: Stream, y: float, tokens: Sequence[str], label: str) -> None:
    """The tokens in a row, each as wide as the widest; in front of them what is done with them."""
    step = stream.step
    left = min(stream.x - step * (len(tokens) - 1) / 2, 8.2 - step * (len(tokens) - 0.5))
    for t, token in enumerate(tokens):
        write(ax, (left + step * t, y), token, SMALL - 0.5, family=MONO)
    write(ax, (left - step * 0.55, y), f"{label}:", SMALL, color=QUIET, ha="right")


def _box(ax: Axes, middle: Place, name: str, width: float, height: float = HIGH) -> None:
    colour = next(c for part, c in COLOURS.items() if part in name)
    shape = {"boxstyle": "round,pad=0.02,rounding_size=0.08", "facecolor": "white", "lw": 1.6}
    corner = middle[0] - width / 2, middle[1] - height / 2
    ax.add_patch(FancyBboxPatch(corner, width, height, edgecolor=colour, zorder=3, **shape))
    write(ax, middle, name, SMALL - 0.5, zorder=4)


def _say(source, target, reading: Stream, writing: Stream, vocab_size: int) -> str:
    read, said = (listed([spoken(token) for token in tokens]) for tokens in (source, target[1:]))
    halves = [
        f"{s.name}, of {listed([*s.sublayers])}, each added and normalised, {s.shape}"
        for s in (reading, writing)
    ]
    return (
        f"A forward pass from the bottom to the top. Source {read}: {halves[0]}; its result is the "
        f"memory that cross-attention reads. Target from {spoken(target[0])} on: {halves[1]}; then "
        f"logits ({len(target) - 1}, {vocab_size}), which predict {said}."
    )
