"""The board of a widget: what a page is told about its controls, and the script that shows it."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

import ipywidgets

from helpers.views.widgets import stops

HERE = Path(__file__).parent
STYLE = f"const STYLE = {json.dumps((HERE / 'front.css').read_text(encoding='utf-8'))};\n"
MODULE = STYLE + (HERE / "front.js").read_text(encoding="utf-8")


def furniture(
    controls: Mapping[str, ipywidgets.Widget], play: Collection[str] = ()
) -> list[dict[str, object]]:
    """The controls in order: name, label, kind, all stops (None for a text field), rows, play.

    play: the names of those that have a button which moves them to their end.
    """
    return [
        {
            "name": name,
            "label": control.description,
            "kind": stops.shape(control),
            "texts": None if isinstance(control, stops.TYPED) else [*stops.every(control)],
            "rows": getattr(control, "rows", 1) or 2,
            "play": name in play,
        }
        for name, control in controls.items()
    ]
