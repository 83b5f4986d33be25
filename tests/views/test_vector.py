"""A figure as compact SVG: valid, its words as they are, its lines where matplotlib puts them."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.views.drawing import palette, vector
from tests.views.svg_seen import drawn, said


def figure():
    figure = Figure(figsize=(3, 2), facecolor="white")
    ax = figure.subplots()
    ax.plot([0, 1, 2], [0.616, 3.14159, -2], color=palette.BLUE)
    ax.set_title("loss 0.616 $x$ <b>", color=palette.INK)
    return figure


def test_it_is_valid_and_says_what_the_figure_says():
    markup = vector.svg(figure())
    assert "loss 0.616 $x$ <b>" in said(markup)
    root = ElementTree.fromstring(markup)
    assert (root.get("width"), root.get("height")) == ("300", "200")


def test_its_lines_lie_where_matplotlib_puts_them():
    drawing = figure()
    markup = vector.svg(drawing)
    (line,) = drawn(markup, palette.BLUE)
    ax = drawing.axes[0]
    pixels = ax.transData.transform([(0, 0.616), (1, 3.14159), (2, -2)]) * 72 / drawing.dpi
    assert line == pytest.approx(np.stack([pixels[:, 0], 144 - pixels[:, 1]], 1), abs=0.06)


def test_it_is_a_good_deal_shorter_and_the_same_every_time():
    first, second = vector.svg(figure()), vector.svg(figure())
    assert first == second and "font-family: 'DejaVu Sans'" not in first
    assert not re.search(r"\d\.\d\d+ ", re.sub("<text.*?</text>", "", first))


def test_the_sheet_can_be_taken_away():
    assert vector.svg(figure()).count("var(--sheet,white)") == 2  # under the figure and the Axes
