"""The Transformer as boxes, and what BERT and GPT leave away.

After figure 1 of Vaswani et al. 2017, drawn anew: without the additions and norms after each box.
"""

from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.basics.signature import signed
from helpers.views.drawing.diagram import arrow, sheet, write
from helpers.views.drawing.palette import BLUE, GREEN, ORANGE, QUIET
from helpers.views.drawing.style import SIZE, SMALL, finish
from helpers.views.drawing.wording import listed

WIDTH, HEIGHT, STEP = 1.5, 0.42, 0.62
LEFT, RIGHT, MODEL = 0.0, 1.75, 3.9  # of the encoder, of the decoder, of the next model
ENCODER = ("embedding + position", "self-attention", "feed-forward")
DECODER = ("embedding + position", "masked self-attention", "cross-attention", "feed-forward")
HEAD = "softmax"
ARROW = {"width": 1.1, "head": 9, "gap": 1}
COLOURS = {"attention": ORANGE, "feed": BLUE, "embed": QUIET, "softmax": GREEN}


class Model(NamedTuple):
    """What one of the three models keeps of the two stacks, from the bottom to the top."""

    encoder: tuple[str, ...]
    decoder: tuple[str, ...]


MODELS = {
    "Transformer: P(Y | X)": Model(ENCODER, (*DECODER, HEAD)),
    "BERT: P(hidden | seen)": Model((*ENCODER, HEAD), ()),
    "GPT: P(X)": Model((), (*(box for box in DECODER if box != "cross-attention"), HEAD)),
}


@signed()
def architectures(title: str = "", ax: Axes | None = None) -> Axes:
    """The three architectures side by side; what is left away is dotted and empty."""
    right, rows = 2 * MODEL + RIGHT + WIDTH, _rows(DECODER)
    ax = sheet(ax, (7.6, 2.9), (-0.15, right + 0.15), (-0.15, 3.4))
    for i, (name, model) in enumerate(MODELS.items()):
        x = i * MODEL
        write(ax, (x + (RIGHT + WIDTH) / 2, 3.15), name, SIZE + 1, va="baseline")
        _stack(ax, x + LEFT, (*ENCODER, HEAD), model.encoder, _rows(ENCODER))
        _stack(ax, x + RIGHT, (*DECODER, HEAD), model.decoder, rows)
        if "cross-attention" in model.decoder:  # it looks at the top of the encoder
            top, into = (rows[box] + HEIGHT / 2 for box in ("feed-forward", "cross-attention"))
            arrow(ax, (x + LEFT + WIDTH, top), (x + RIGHT, into), **ARROW)
    return finish(ax, _say(), title)


def _rows(boxes: tuple[str, ...]) -> dict[str, float]:
    """The height of each box; the encoder has nothing beside the decoder's cross-attention."""
    order = [*DECODER, HEAD]
    return {box: STEP * (order.index(box) if box in order else 1) for box in (*boxes, HEAD)}


def _stack(ax: Axes, x: float, boxes, kept: tuple[str, ...], rows: dict[str, float]) -> None:
    shown = [box for box in boxes if box in kept or box != HEAD]
    for box in shown:
        _box(ax, x, rows[box], box, box in kept)
    for below, above in zip(kept, kept[1:], strict=False):
        ends = (x + WIDTH / 2, rows[below] + HEIGHT), (x + WIDTH / 2, rows[above])
        arrow(ax, *ends, **ARROW)


def _box(ax: Axes, x: float, y: float, text: str, kept: bool) -> None:
    colour = next(c for part, c in COLOURS.items() if part in text)
    look = {"facecolor": "white", "edgecolor": colour if kept else "#BBBBBB"}
    look |= {"lw": 1.6 if kept else 1.0, "linestyle": "-" if kept else ":"}
    shape = {"boxstyle": "round,pad=0.02,rounding_size=0.08"}
    ax.add_patch(FancyBboxPatch((x, y), WIDTH, HEIGHT, **shape, **look))
    if kept:
        lines = text.replace(" + ", " +\n").replace("masked self-", "masked\nself-")
        write(ax, (x + WIDTH / 2, y + HEIGHT / 2), lines, SMALL - 1.5)


def _say() -> str:
    parts = [f"{name} has {listed([*_stacks(model)])}." for name, model in MODELS.items()]
    return "Three models as boxes. " + " ".join(parts)


def _stacks(model: Model):
    for name, boxes in (("an encoder", model.encoder), ("a decoder", model.decoder)):
        if boxes:
            yield f"{name} ({', '.join(boxes)})"
