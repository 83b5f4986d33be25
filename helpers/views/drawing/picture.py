"""A picture is pixels or markup together with the sentence that says the same in words.

Which form reaches a reader was tried in JupyterLab 4.6 and nbconvert 7.17. Both drop the alt text
of an image/png output. An untrusted JupyterLab (a fresh clone) also drops image/svg+xml, <svg>
inside HTML, role and aria-label; it keeps inline styles and <img alt="…" src="data:…">, as
nbconvert does. So every picture is shown as text/html, pixels and SVG as an <img>, and its
text/plain is the description.
"""

import base64
import html
import io
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.basics.signature import signed
from helpers.views.drawing.given import must
from helpers.views.drawing.labels import plain
from helpers.views.drawing.wording import writable

DOTS_PER_INCH = 150
CSS_PIXELS_PER_INCH = 100


@dataclass(frozen=True)
class Picture:
    """What a reader sees (PNG bytes, or HTML or SVG markup), and its description in words.

    width: in CSS pixels, of a PNG or SVG; 0 for its own. ValueError without a description, or
    unless exactly one of png and markup is given. What HTML and SVG cannot hold becomes �.
    """

    alt: str
    png: bytes = b""
    markup: str = ""
    width: int = 0

    def __post_init__(self):
        for name in ("alt", "markup"):
            object.__setattr__(self, name, writable(getattr(self, name)))
        described, one = self.alt.strip(), bool(self.png) != bool(self.markup)
        must(described, "A picture needs a description", "an empty alt", "Try one sentence.")
        got = "both" if self.png else "neither"
        must(one, "A picture has either png or markup", got, "Try one of them.")

    @property
    def html(self) -> str:
        """The picture as HTML; the description is its alt text or its label."""
        if self.png:
            return self._image("png", self.png)
        if self.markup.lstrip().startswith("<svg"):
            return self._image("svg+xml", self.markup.encode())
        return f'<div role="img" aria-label="{_quoted(self.alt)}">{self.markup}</div>'

    @property
    def inline(self) -> str:
        """The same for a page that shows markup as it is: SVG in the colours of the page."""
        return self.markup or self.html

    def _image(self, kind: str, data: bytes) -> str:
        width = f'width="{self.width}" ' if self.width else ""
        source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        return f'<img alt="{_quoted(self.alt)}" {width}style="max-width:100%" src="{source}">'

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def _quoted(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=True)


@signed()
def show(ax: Axes, alt: str | None = None, dpi: int = DOTS_PER_INCH) -> Picture:
    """The whole figure of these Axes as a picture, opaque white, 100 CSS pixels per inch.

    alt: the description; by default what the plots in the figure say about themselves, in order.
    dpi: pixels per inch in the file; more than 100 is crisp on a dense screen. ValueError if
    nothing in the figure describes itself and no alt is given.
    """
    figure, buffer, alt = ax.figure, io.BytesIO(), alt or described(ax.figure)
    plain(figure)
    figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    width = round(figure.get_figwidth() * CSS_PIXELS_PER_INCH)
    return Picture(alt, png=buffer.getvalue(), width=width)


def described(figure: Figure) -> str:
    """What the plots of a figure say about themselves; ValueError if they say nothing."""
    labels = [str(ax.get_label()) for ax in figure.axes]
    alt = " ".join(label for label in labels if label not in ("", "<colorbar>"))  # matplotlib's own
    got = "a figure whose Axes have no label"
    advice = "Try show(ax, alt='…'), or draw with helpers.views.plots, which describes itself."
    must(alt, "A picture needs a description", got, advice)
    return alt
