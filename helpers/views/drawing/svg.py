"""SVG by hand: the few shapes of a picture that must be drawn anew within milliseconds.

matplotlib needs some 40 ms for a picture, a string of SVG less than one. The cells of a heat map
go in as a small PNG that the browser enlarges without smoothing.
"""

import base64
import html
import io
import json
from urllib.parse import quote

import numpy as np
from PIL import Image

from helpers.views.drawing.pages import anchor
from helpers.views.drawing.palette import INK, ORANGE
from helpers.views.drawing.style import MONO

SANS = "DejaVu Sans, Verdana, sans-serif"
QUICKLY = {"compress_level": 1}  # a third larger and several times as fast
PALETTE = 256  # colours of which a PNG stores the number, a byte in place of four
MONO_ADVANCE = 0.602  # of the type size: one character of a monospaced font

HATCHES = (  # the definition stands once in a picture whose shapes are HATCHED
    '<defs><pattern id="h" width="4" height="4" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M0 0V4" stroke="{ORANGE}" stroke-width="2"/>'
    "</pattern></defs>"
)
HATCHED = f'fill="url(#h)" stroke="{ORANGE}"'


def document(width: float, height: float, parts: list[str]) -> str:
    """The parts on a white sheet of so many CSS pixels, as SVG markup."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
    size = f' width="{width:g}" height="{height:g}" font-family="{SANS}">'
    return "".join([head, size, rect(0, 0, width, height, "white"), *parts, "</svg>"])


def touched(shapes: list[str], **stops: object) -> str:
    """Shapes that a reader can touch: a widget then brings these controls to these stops."""
    return f"<g {asks(**stops)}>{''.join(shapes)}</g>"


def link(shapes: list[str], notebook: str, heading: str) -> str:
    """Shapes that lead to a section of another notebook, which a new tab shows."""
    address = html.escape(f"{notebook}.ipynb#{quote(anchor(heading))}")
    return f'<a href="{address}" target="_blank">{"".join(shapes)}</a>'


def asks(**stops: object) -> str:
    """The attribute that says what a touch asks for."""
    asked = json.dumps({name: str(stop) for name, stop in stops.items()}, ensure_ascii=False)
    return f'data-set="{html.escape(asked)}"'


def rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> str:
    """A rectangle; its border is 2 pixels wide."""
    border = f' stroke="{stroke}" stroke-width="2"' if stroke != "none" else ""
    place = f'x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {place} fill="{fill}"{border}/>'


def words(x: float, y: float, text: str, size: float = 13, **look) -> str:
    """A line of text with its baseline at y; look: attributes such as fill, text_anchor."""
    look = {"fill": INK} | look
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())
    place = f'x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" xml:space="preserve"'
    return f"<text {place}{attributes}>{html.escape(text)}</text>"


def mono(x: float, y: float, text: str, size: float = 12, **look) -> str:
    """The same in a monospaced font, exactly MONO_ADVANCE · size pixels for each character."""
    width = f"{len(text) * MONO_ADVANCE * size:.2f}"
    return words(x, y, text, size, font_family=f"{MONO}, monospace", textLength=width, **look)


def upright(x: float, y: float, text: str, size: float, **look) -> str:
    """Monospaced text that runs upwards from (x, y)."""
    return mono(x, y, text, size, transform=f"rotate(-90 {x:.2f} {y:.2f})", **look)


def pixels(x: float, y: float, width: float, height: float, colours: np.ndarray) -> str:
    """A grid of colours, (R, C, 3) of 0 … 255, enlarged to width by height with sharp edges."""
    data = base64.b64encode(_png(np.ascontiguousarray(colours, dtype=np.uint8))).decode()
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none"'
    return f'<image {place} style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'


def _png(colours: np.ndarray) -> bytes:
    """The pixels as a PNG file, exactly; with a palette where they have few colours."""
    file, packed = io.BytesIO(), colours.astype(np.uint32) @ (65536, 256, 1)
    own, number = np.unique(packed, return_inverse=True)
    picture = Image.fromarray(colours)
    if len(own) <= PALETTE and 3 * len(own) < 2 * number.size:  # else a palette is the longer
        picture = Image.fromarray(number.reshape(packed.shape).astype(np.uint8), "P")
        picture.putpalette(np.stack([own >> 16, own >> 8, own], 1).astype(np.uint8).tobytes())
    picture.save(file, "png", **QUICKLY)
    return file.getvalue()
