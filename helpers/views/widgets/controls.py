"""Controls that several widgets need: chosen numbers, questions to predict, followers."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import ipywidgets

from helpers.views.widgets.explorer import Explorer

FREE = "none: I move the controls myself"


class Question(NamedTuple):
    """The controls it is asked at, something to predict, and what comes out."""

    at: dict[str, object]
    asked: str
    answer: str


class Follower:
    """When the named controls have new values, other controls are set by them.

    bring: the values -> {name of a control: its value}. The first call only remembers: it is made
    while the widget is built.
    """

    def __init__(self, *names: str, bring: Callable[..., Mapping[str, object]]):
        self.names, self.bring, self.last = names, bring, None

    def __call__(self, explorer: Explorer) -> None:
        """Look at the controls, as Explorer's `adjust`."""
        now = tuple(explorer.controls[name].value for name in self.names)
        before, self.last = self.last, now
        if before not in (None, now):
            for name, value in self.bring(*now).items():
                explorer.controls[name].value = value


def questions(asked: Mapping[str, Question], what: str) -> dict[str, ipywidgets.Widget]:
    """A list to choose a question from, and a box to show the `what` and the answer."""
    return {
        "question": ipywidgets.Dropdown(options=list(asked), description="predict first"),
        "shown": ipywidgets.Checkbox(value=True, description=f"show the {what} and the answer"),
    }


def asking(asked: Mapping[str, Question]) -> Follower:
    """A new question sets the controls it is asked at, and hides what would answer it."""
    return Follower("question", bring=lambda q: {"shown": q == FREE, **asked[q].at})


def choice(
    value: float, usual: Collection[float], description: str, spell: Callable[[float], str]
) -> ipywidgets.SelectionSlider:
    """A slider over chosen numbers, evenly spaced, among them the value to begin with."""
    options = [(spell(x), x) for x in sorted({*usual, value})]
    return ipywidgets.SelectionSlider(options=options, value=value, description=description)
