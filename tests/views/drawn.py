"""What can be seen on a plot: the colours of its pixels and the places of its labels."""

import io
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.text import Text

from helpers.views.drawing.picture import show

FLOORS = {"uniform": 4.11, "unigram floor": 3.03, "bigram floor": 2.296, "exact floor": 0.327}


def history(*losses, gap=0.1):
    steps = [100 * i for i in range(len(losses))]
    return SimpleNamespace(
        steps=steps, val_loss=list(losses), train_loss=[loss - gap for loss in losses]
    )


def pixels(ax):
    return imread(io.BytesIO(show(ax).png))[..., :3]


def area(picture, colour):
    """How many pixels have this colour."""
    return int((abs(picture - np.array(to_rgb(colour))).max(-1) < 0.02).sum())


def boxes(ax):
    """The labels at the line ends, as drawn: (text, bounding box)."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return [(t.get_text(), text_box(t)) for t in ax.texts if t.get_text()]


def text_box(text):
    """Without the arrow that an annotation counts as its own."""
    return Text.get_window_extent(text)


def overlaps(labels):
    tall = sorted((box.y0, box.y1, text) for text, box in labels)
    return [(a[2], b[2]) for a, b in zip(tall, tall[1:], strict=False) if a[1] > b[0]]
