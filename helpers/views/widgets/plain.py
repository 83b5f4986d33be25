"""The page's side of an Explorer where anywidget is missing: ipywidgets' own controls."""

from collections.abc import Callable, Mapping

import ipywidgets

from helpers.views.drawing import palette
from helpers.views.widgets.view import View

WIDE = ipywidgets.Text, ipywidgets.Textarea
FITTED = {"width": "auto"}  # of a button, which else is cut at 148 pixels


class Plain(ipywidgets.VBox):
    """Controls, buttons and a View; the controls are the Explorer's, so it sees them move."""

    def __init__(
        self, controls: Mapping[str, ipywidgets.Widget], actions, click: Callable[[str], None]
    ):
        buttons = [ipywidgets.Button(description=label, layout=FITTED) for label in actions]
        for button in buttons:
            button.on_click(lambda pressed: click(pressed.description))
        for control in controls.values():
            _dress(control)
        self.view = View()
        super().__init__([*controls.values(), ipywidgets.HBox(buttons), self.view])

    def show(self, board: list, at: Mapping[str, str], picture) -> None:
        """Show the picture; the controls stand where they are."""
        self.view.show(picture)

    def warn(self, board: list, at: Mapping[str, str], words: str) -> None:
        """Show what went wrong in place of the picture."""
        self.view.warn(words)


def _dress(control: ipywidgets.Widget) -> None:
    """Room for a control's name, and a comfortable width, unless it has them."""
    if hasattr(control.style, "description_width"):
        control.style.description_width = "initial"
    if hasattr(control.style, "handle_color"):
        control.style.handle_color = palette.BLUE  # JupyterLab's own is white on white
    if control.layout.width is None:
        control.layout.width = "min(760px, 98%)" if isinstance(control, WIDE) else "min(420px, 98%)"
