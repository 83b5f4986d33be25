"""Explorer: controls above a picture; every move draws the picture of the new state."""

import contextlib
import importlib.util
import os
from collections.abc import Callable, Collection, Iterator, Mapping

import ipywidgets

from helpers.views.drawing import Picture, given
from helpers.views.widgets import board, flipbook, shown, stops
from helpers.views.widgets.sweep import moves
from helpers.views.widgets.view import bundle


class Explorer:
    """Controls above the picture `draw(**state)` of their values.

    draw is a pure function: one keyword for each control, returns a Picture. actions: label ->
    function of this explorer, shown as buttons; an action changes controls, never the view.
    adjust: called before a draw, may set the controls' limits by each other's values; its moves
    draw nothing. play: the names of sliders that a process runs along. pairs: names of two controls
    that a flipbook moves together. An error is shown beside the picture and raised: a reader and a
    test both see it.
    """

    def __init__(
        self,
        draw: Callable[..., Picture],
        *,
        actions: Mapping[str, Callable[["Explorer"], None]] | None = None,
        adjust: Callable[["Explorer"], None] | None = None,
        play: Collection[str] = (),
        pairs: Collection[tuple[str, str]] = (),
        **controls: ipywidgets.Widget,
    ):
        self.draw, self.controls, self.actions = draw, controls, dict(actions or {})
        self.adjust, self.play, self.pairs = adjust or (lambda explorer: None), play, pairs
        self.picture, self._drawn, self._busy = None, None, False
        for name, control in controls.items():
            control.description = control.description or name.replace("_", " ")
            control.observe(self._redraw, names="value")
        self.front = _front(self)
        self._redraw()

    @property
    def state(self) -> dict[str, object]:
        """The value of every control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def stops(self) -> dict[str, str]:
        """Where every control stands, as a reader sees it."""
        return {name: stops.text(control) for name, control in self.controls.items()}

    def at(self, **values: object) -> "Explorer":
        """This explorer with controls brought to these values, as `code` writes them.

        ValueError for a control that it does not have.
        """
        unknown, advice = sorted(values.keys() - self.controls.keys()), f"Try {[*self.controls]}."
        given.must(not unknown, "A control must be one of this widget's", unknown, advice)
        for name, value in values.items():
            self.controls[name].value = value
        return self

    def code(self) -> str:
        """The call that brings the same widget to this state, to be shown to somebody else."""
        return f".at({', '.join(f'{name}={value!r}' for name, value in self.state.items())})"

    def click(self, label: str) -> None:
        """Do what the button of this name does."""
        with self._alarmed():
            self.actions[label](self)
        self._tell()

    def _redraw(self, _=None) -> None:
        if self._busy:
            return
        with self._alarmed():
            with self._undisturbed():
                for control in self.controls.values():
                    stops.settle(control)
                self.adjust(self)
            if self.state != self._drawn:  # one move may be told more than once
                self._drawn = self.state
                self.picture = _checked(self.draw(**self.state))
        self._tell()

    def bring(self, wished: Mapping[str, str]) -> None:
        """Bring controls to these stops, by name; a stop that is gone by now is passed over."""
        for name, stop in wished.items():
            control = self.controls[name]
            if isinstance(control, stops.TYPED) or stop in stops.every(control):
                stops.take(control, stop)
        self._tell()

    def _tell(self) -> None:
        self.front.show(self.board(), self.stops, self.picture)

    def board(self) -> list[dict[str, object]]:
        """The controls as a page builds them."""
        return board.furniture(self.controls, self.play)

    @contextlib.contextmanager
    def _alarmed(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            self.front.warn(self.board(), self.stops, words)
            raise

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Within: a control that moves draws nothing."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

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
        start = self.stops
        for name, control in self.controls.items():
            for stop in moves(control):
                stops.take(control, stop)
                yield name, _brief(control.value), self.picture.alt
            self._return_to(start)

    def _clicks(self) -> Iterator[tuple[str, str]]:
        start = self.stops
        for label in self.actions:
            self.click(label)
            yield label, self.picture.alt
            self._return_to(start)

    def _return_to(self, start: Mapping[str, str]) -> None:
        for _ in range(2):  # a control's limits may follow another control
            self.bring(start)

    def flipbook(self) -> "Explorer":
        """This explorer with pictures stored in it: in a saved notebook it moves without a kernel.

        Stored are the states that each control reaches alone from here, and the chosen pairs.
        """
        self.front.book = flipbook.record(self, self.pairs)
        return self

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        if os.environ.get("GPT_PROBABLY_FLIPBOOKS"):  # as notebooks are stored
            self.flipbook()
        shown.show(self, self.front, *self.controls.values())
        values = ", ".join(f"{name} = {_brief(value)}" for name, value in self.state.items())
        words = {"text/plain": f"[interactive: {values}] {self.picture.alt}"}
        book = getattr(self.front, "book", "")
        stored = {"text/html": flipbook.page(self.picture, book)} if book else {}
        return bundle(self.front, self.picture) | stored | words


def _front(explorer: Explorer):
    if importlib.util.find_spec("anywidget"):
        from helpers.views.widgets.front import Front

        return Front([*explorer.actions], explorer.bring, explorer.click)
    from helpers.views.widgets.plain import Plain

    return Plain(explorer.controls, explorer.actions, explorer.click)


def _checked(picture: Picture) -> Picture:
    kind = type(picture).__name__
    given.must(isinstance(picture, Picture), "draw must return a Picture", kind, "Try show(ax).")
    return picture


def _brief(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 40 else f"{text[:36]} …{text[-1]}"
