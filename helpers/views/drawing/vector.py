"""A matplotlib figure as compact SVG: it follows a page's colours, and a browser keeps it sharp.

matplotlib's own SVG is written for printers: six digits, and a list of typefaces at every label.
Here a tenth of a point is kept, which nobody sees, and what is the same everywhere is said once.
The words are left as they are.
"""

import io
import re

import matplotlib
from matplotlib.figure import Figure

from helpers.views.drawing.labels import plain
from helpers.views.drawing.palette import INK

CSS_PIXELS_PER_INCH = 100
LETTERS = {"svg.fonttype": "none", "svg.hashsalt": "gpt-probably"}  # words are text, ids are fixed
SANS = "DejaVu Sans, Verdana, sans-serif"
NOTHING = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|(?<=<g) id=\"[^\"]*\"|"
    r" font-family: 'DejaVu Sans'[^;]*;| transform=\"rotate\(-0[^\"]*\"",
    re.DOTALL,
)
SHEET = 'style="fill: #ffffff"'  # under the figure and under each Axes
GEOMETRY = re.compile(r' (?:d|x|y|width|height|transform)="[^"]*"')
NUMBER = re.compile(r"-?\d+\.\d+")
BLANKS = re.compile(r">\s+<")
STEPS = re.compile(r"\s*\n\s*| (?=[MLQCzZ])|(?<=[MLQCzZ]) ")  # blanks that a path does without


def svg(figure: Figure) -> str:
    """The whole figure as SVG markup, 100 CSS pixels per inch, on a white sheet."""
    file = io.StringIO()
    with matplotlib.rc_context(LETTERS):
        plain(figure).savefig(file, format="svg", facecolor="white", metadata={"Date": None})
    head, body = BLANKS.sub("><", NOTHING.sub("", file.getvalue())).strip().split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)[0]
    width, height = (round(inches * CSS_PIXELS_PER_INCH) for inches in figure.get_size_inches())
    look = f'width="{width}" height="{height}" font-family="{SANS}" fill="{INK}"'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    body = GEOMETRY.sub(_short, body.replace(SHEET, 'fill="var(--sheet,white)"'))
    return f"<svg {names} {box} {look}>{body}"


def _short(attribute: re.Match) -> str:
    """An attribute that says where something lies, to a tenth of a point."""
    return " " + NUMBER.sub(_tenth, STEPS.sub("", attribute[0][1:]))


def _tenth(number: re.Match) -> str:
    short = f"{float(number[0]):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short
