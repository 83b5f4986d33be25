"""Colours, and the marks, dashes and hatches that always say the same as a colour.

After Okabe & Ito (2008): told apart by colour-blind readers.
"""

from matplotlib.colors import LinearSegmentedColormap

INK, QUIET, GRID = "#222222", "#5C5C5C", "#E4E4E4"  # on a dark page they are light
PRINT = "#212121"  # on a light colour; it stays as it is
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
)  # fmt: skip
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1.5)), (0, (9, 3)))
HATCHED = {"facecolor": "white", "edgecolor": ORANGE, "hatch": "/////", "linewidth": 1.4}
MAP = LinearSegmentedColormap.from_list("weights", [(0, "white"), (0.55, BLUE), (1, "#002A54")])
SIGNED = LinearSegmentedColormap.from_list(
    "signed", [(0, "#6E2F00"), (0.22, VERMILLION), (0.5, "white"), (0.78, BLUE), (1, "#002A54")]
)


def colour(i: int) -> str:
    """The i-th colour; after the sixth they begin again."""
    return PALETTE[i % len(PALETTE)]


def triple(colour: str) -> str:
    """A colour as CSS writes it in rgb() and rgba(): '#0072B2' -> '0,114,178'.

    >>> triple(BLUE)
    '0,114,178'
    """
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
