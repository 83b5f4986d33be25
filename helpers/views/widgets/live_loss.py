"""The loss while a model trains, against the floors. Notebook *Train a GPT*."""

import html
from collections.abc import Mapping

from matplotlib.figure import Figure

from helpers.basics.signature import signed
from helpers.views import plots
from helpers.views.drawing import Picture, amounts, show
from helpers.views.plots.losses import UNIT, History
from helpers.views.widgets import shown
from helpers.views.widgets.view import View, bundle

MARGINS = {"left": 0.09, "right": 0.76, "bottom": 0.13, "top": 0.9}


class LiveLoss:
    """A view to display before training and to pass on: `train(..., on_step=view)`.

    It is called after every step and draws only when a new evaluation stands in the history, so
    a step costs nothing. floors: name -> loss in the unit of the history.
    """

    @signed()
    def __init__(
        self, floors: Mapping[str, float], title: str = "Loss during training", unit: str = UNIT
    ):
        self.floors, self.title, self.unit = dict(floors), title, unit
        self.view, self.measured = View(), 0
        self.axes = Figure(figsize=(7.4, 4), facecolor="white").subplots(gridspec_kw=MARGINS)
        self.picture = self._empty()
        self.view.show(self.picture)

    def __call__(self, step: int, history: History) -> None:
        """Draw the history if it has grown since the last call."""
        if len(history.steps) != self.measured:
            self.measured = len(history.steps)
            with self.view.alarmed():
                self._draw(history)

    def _draw(self, history: History) -> None:
        self.axes.clear()
        plots.losses(history, self.floors, self.axes, self.unit, self.title)
        self.picture = show(self.axes)
        self.view.show(self.picture)

    def _empty(self) -> Picture:
        alt = f"{self.title}: drawn here while the model trains."
        alt += f" Floors: {amounts(self.floors)}." if self.floors else ""
        return Picture(alt, markup=f"<p><em>{html.escape(alt)}</em></p>")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        shown.show(self, self.view)
        return bundle(self.view, self.picture)
