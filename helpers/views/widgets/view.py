"""The part of a widget that is looked at: a picture with its description, or an error."""

import contextlib
import html
from collections.abc import Iterator

import ipywidgets

from helpers.views.drawing.palette import VERMILLION
from helpers.views.drawing.picture import Picture
from helpers.views.drawing.wording import writable

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ALARM = f"border-left:4px solid {VERMILLION};padding:6px 10px;white-space:pre-wrap"


class View(ipywidgets.HTML):
    """HTML that shows a Picture, or an error: no front end shows the error of a callback."""

    def show(self, picture: Picture) -> None:
        """Show the picture in place of what was shown."""
        self.value = picture.html

    @contextlib.contextmanager
    def alarmed(self) -> Iterator[None]:
        """Within: an error is written into the view, for the reader, and raised, for the tests."""
        try:
            yield
        except Exception as error:
            self.warn(f"{type(error).__name__}: {error}")
            raise

    def warn(self, words: str) -> None:
        """Show what went wrong in place of what was shown."""
        self.value = f'<pre role="alert" style="{ALARM}">{html.escape(writable(words))}</pre>'


def bundle(widget: ipywidgets.Widget, static: Picture) -> dict[str, object]:
    """What a notebook stores: the live widget, and a picture for a reader without a kernel.

    The picture is text/html (an <img> with its alt text), not image/png: JupyterLab and nbconvert
    drop a PNG output's description. nbval compares the plain text, which is that description.
    """
    live = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_VIEW: live, "text/html": static.html, "text/plain": static.alt}
