"""How every picture of the course looks: colours, line styles, type sizes, glyphs, wording.

Colours: Okabe & Ito (2008), told apart by colour-blind readers; a line style, marker or hatch
always says the same as the colour. No pyplot: a figure belongs to whoever holds its Axes.
"""

import functools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import MaxNLocator

INK, QUIET, GRID = "#222222", "#5C5C5C", "#E4E4E4"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
)  # fmt: skip
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1.5)), (0, (9, 3)))
SIZE = 10  # points; 14 CSS pixels in a figure shown at 100 CSS pixels per inch
SMALL = 9
POINTS_PER_INCH = 72
PADDING = {"w_pad": 0.1, "h_pad": 0.1}  # inches around the picture
MAP = LinearSegmentedColormap.from_list("weights", [(0, "white"), (0.55, BLUE), (1, "#002A54")])
DUST = 1e-15  # smaller numbers are what rounding left of zero
MONO = "DejaVu Sans Mono"
VISIBLE = {"\n": "↵", " ": "␣", "\t": "⇥", "\r": "←"}
SPOKEN = {"\n": "newline", " ": "space", "\t": "tab", "\r": "carriage return"}


def axes(
    ax: Axes | None = None, size: tuple[float, float] = (7, 4), layout: str = "constrained"
) -> Axes:
    """The given Axes, or new ones on a figure of their own, in the course's quiet style.

    size in inches, 100 CSS pixels each; layout: matplotlib's name for the rule that places Axes.
    """
    if ax is None:
        figure = Figure(figsize=size, facecolor="white", layout=layout)
        figure.get_layout_engine().set(**PADDING)
        ax = figure.add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.tick_params(labelsize=SMALL, color=QUIET, labelcolor=INK)
    ax.set_axisbelow(True)
    return ax


def finish(ax: Axes, alt: str, title: str = "", xlabel: str = "", ylabel: str = "") -> Axes:
    """Write title and axis labels, attach the description, and hand the Axes back."""
    if title:
        ax.set_title(title, loc="left", fontsize=SIZE + 1, color=INK, pad=10)
    ax.set_xlabel(xlabel, fontsize=SIZE, color=INK)
    ax.set_ylabel(ylabel, fontsize=SIZE, color=INK)
    sentence = title if title.endswith(("?", "!", ".")) else f"{title}."
    ax.set_label(f"{sentence} {alt}" if title else alt)
    return ax


def counting() -> MaxNLocator:
    """Ticks for an axis that counts: whole round numbers, about ten."""
    return MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True)


def line_style(i: int, points: int) -> dict:
    """Colour, dashes and marker of the i-th line (they repeat after six), the end point marked."""
    i, every = i % len(PALETTE), max(1, points // 10)
    marked = list(range(points - 1, -1, -every))
    look = {"color": PALETTE[i], "linestyle": DASHES[i], "marker": MARKERS[i]}
    return look | {"lw": 2, "ms": 5, "markevery": marked, "clip_on": False, "zorder": 3}


def array(values: object) -> np.ndarray:
    """Numbers, nested lists or a tensor (on any device, with or without gradient) as floats."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values, dtype=float)


def number(value: float) -> str:
    """A number for a reader, three digits: 4.11, 0.0500, 12,000, 3 -> '3', 1e-16 -> '0'."""
    value = 0.0 if abs(value) < DUST else float(value)
    if not np.isfinite(value):
        return str(value).replace("inf", "∞")
    if value.is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def glyph(token: str) -> str:
    """A character or token as a figure can write it: newline -> '↵', ' ' -> '␣', '中' -> '<4E2D>'.

    Write it with parse_math=False: a token may hold dollar signs.
    """
    return "".join(VISIBLE.get(c) or _drawable(c) for c in token)


@functools.cache
def _drawable(character: str) -> str:
    known = get_font(findfont(MONO)).get_char_index(ord(character))
    return character if known and character.isprintable() else f"<{ord(character):X}>"


def spoken(token: str) -> str:
    """A character or token for a description: '\\n' -> 'newline', 'a' -> "'a'"."""
    return SPOKEN.get(token, repr(token))


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence: 'a', 'a and b', 'a, b and c'."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
