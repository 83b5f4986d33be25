"""What can be seen on an SVG picture: its words, its shapes, the cells of its heat maps."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
from matplotlib.image import imread

NAME = "{http://www.w3.org/2000/svg}"


def shapes(markup, kind):
    """All elements of a kind, in order: 'text', 'rect', 'image'. Fails unless it is valid XML."""
    return list(ElementTree.fromstring(markup).iter(NAME + kind))


def said(markup):
    return [shape.text or "" for shape in shapes(markup, "text")]


def cells(image):
    """The colours of a heat map: (R, C, 3) of 0 … 255."""
    data = image.get("href").removeprefix("data:image/png;base64,")
    pixels = imread(io.BytesIO(base64.b64decode(data)), format="png")[..., :3]
    return (pixels * 255).round().astype(np.uint8)


def box(shape):
    return [float(shape.get(name)) for name in ("x", "y", "width", "height")]


def drawn(markup, colour):
    """The points (n, 2) of every path of a figure that is filled or stroked in this colour."""
    paths = [p for p in shapes(markup, "path") if colour.lower() in p.get("style", "")]
    numbers = [re.findall(r"-?\d+\.?\d*", path.get("d")) for path in paths]
    return [np.array(found, dtype=float).reshape(-1, 2) for found in numbers]


def lines(markup, colour):
    """The points (n, 2) of every line of a hand-written chart in this colour, but for its key's."""
    paths = [p for p in shapes(markup, "path") if p.get("stroke") == colour]
    numbers = [re.findall(r"-?\d+\.?\d*", path.get("d")) for path in paths]
    found = [np.array(each, dtype=float).reshape(-1, 2) for each in numbers]
    return [points for points in found if len(points) > 2]


def bars(markup, fill):
    """How high the bars with this fill are: rectangles as wide as bars of a chart."""
    return [box(r)[3] for r in shapes(markup, "rect") if r.get("fill") == fill]
