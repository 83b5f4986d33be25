"""Explorer: controls above a picture; every move draws the picture of the new state."""

import math
from collections.abc import Callable, Iterator, Mapping

import ipywidgets

from helpers.views.drawing import Picture, given, palette
from helpers.views.widgets.sweep import moves, where
from helpers.views.widgets.view import View, bundle

WIDE = ipywidgets.Text, ipywidgets.Textarea
FITTED = {"width": "auto"}  # of a button, which else is cut at 148 pixels


class Explorer:
    """Controls above the picture `draw(**state)` of their values.

    draw is a pure function: one keyword for each control, returns a Picture. actions: label ->
    function of this explorer, shown as buttons; an action changes controls, never the view.
    adjust: called before a draw, may set the controls' limits by each other's values; its moves
    draw nothing. An error is shown in the view and raised: a reader and a test both see it.
    """

    def __init__(
        self,
        draw: Callable[..., Picture],
        *,
        actions: Mapping[str, Callable[["Explorer"], None]] | None = None,
        adjust: Callable[["Explorer"], None] | None = None,
        **controls: ipywidgets.Widget,
    ):
        self.draw, self.controls, self.actions = draw, controls, dict(actions or {})
        self.adjust, self._adjusting = adjust or (lambda explorer: None), False
        self.view, self.picture, self._drawn = View(), None, None
        self.buttons = {n: ipywidgets.Button(description=n, layout=FITTED) for n in self.actions}
        for name, control in controls.items():
            _dress(control, name)
            _settle(control)
            control.observe(self._redraw, names="value")
        for button in self.buttons.values():
            button.on_click(self._act)
        row = [ipywidgets.HBox([*self.buttons.values()])] if self.buttons else []
        self.box = ipywidgets.VBox([*controls.values(), *row, self.view])
        self._redraw()

    @property
    def state(self) -> dict[str, object]:
        """The value of every control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _redraw(self, _=None) -> None:
        if self._adjusting:
            return
        with self.view.alarmed():
            self._adjust()
            if self.state != self._drawn:  # one move may be told more than once
                self._drawn = self.state
                self.picture = _checked(self.draw(**self.state))
                self.view.show(self.picture)

    def _adjust(self) -> None:
        self._adjusting = True
        try:
            self.adjust(self)
        finally:
            self._adjusting = False

    def _act(self, button: ipywidgets.Button) -> None:
        with self.view.alarmed():
            self.actions[button.description](self)

    def sweep(self) -> list[str]:
        """Move one control at a time, as a user would, and click every button; then go back.

        Returns one line per place, "control = value: description", for a cell to print. Raises
        whatever a draw raises. Between two controls everything stands at its start again.
        """
        lines = [f"{name} = {place}: {alt}" for name, place, alt in self._moves()]
        return [*lines, *(f"{label}: {alt}" for label, alt in self._clicks())]

    def answers(self) -> dict[str, int]:
        """How many different descriptions each control shows when it is moved alone, as by `sweep`.

        1 says that the control changes nothing. Buttons are not clicked.
        """
        alts = {name: {self.picture.alt} for name in self.controls}
        for name, _, alt in self._moves():
            alts[name].add(alt)
        return {name: len(each) for name, each in alts.items()}

    def _moves(self) -> Iterator[tuple[str, str, str]]:
        start = self._places()
        for name, control in self.controls.items():
            for trait, place in moves(control):
                setattr(control, trait, place)
                yield name, _brief(control.value), self.picture.alt
            self._return_to(start)

    def _clicks(self) -> Iterator[tuple[str, str]]:
        start = self._places()
        for label, button in self.buttons.items():
            button.click()
            yield label, self.picture.alt
            self._return_to(start)

    def _places(self) -> dict[str, tuple[str, object]]:
        return {name: where(control) for name, control in self.controls.items()}

    def _return_to(self, places: Mapping[str, tuple[str, object]]) -> None:
        for _ in range(2):  # a control's limits may follow another control
            for name, (trait, place) in places.items():
                setattr(self.controls[name], trait, place)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        values = ", ".join(f"{name} = {_brief(value)}" for name, value in self.state.items())
        text = {"text/plain": f"[interactive: {values}] {self.picture.alt}"}
        return bundle(self.box, self.picture) | text


def _checked(picture: Picture) -> Picture:
    kind = type(picture).__name__
    given.must(isinstance(picture, Picture), "draw must return a Picture", kind, "Try show(ax).")
    return picture


def _dress(control: ipywidgets.Widget, name: str) -> None:
    """Give a control its name, room for the name, and a comfortable width, unless it has them."""
    control.description = control.description or name.replace("_", " ")
    if hasattr(control.style, "description_width"):
        control.style.description_width = "initial"
    if hasattr(control.style, "handle_color"):
        control.style.handle_color = palette.BLUE  # JupyterLab's own is white on white
    if control.layout.width is None:
        control.layout.width = "min(760px, 98%)" if isinstance(control, WIDE) else "420px"


def _settle(control: ipywidgets.Widget) -> None:
    """Bring a slider to a step, as the page does when it opens: both then draw the same state."""
    log = isinstance(control, ipywidgets.FloatLogSlider)
    if not (log or isinstance(control, ipywidgets.FloatSlider)) or not control.step:
        return
    place = math.log(control.value, control.base) if log else control.value
    steps = (place - control.min) / control.step
    if abs(steps - round(steps)) > 1e-6:  # what stands on a step keeps its digits
        near = control.min + round(steps) * control.step
        control.value = control.base**near if log else near


def _brief(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 40 else f"{text[:36]} …{text[-1]}"
