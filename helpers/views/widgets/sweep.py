"""Where a sweep takes a control: its ends, the first and last step, the middle."""

import ipywidgets

from helpers.views.widgets import stops


def moves(control: ipywidgets.Widget) -> list[str]:
    """The stops to take the control to, in order and without repeats; ValueError if it has none."""
    if stops.shape(control) == "hidden":
        return [control.value]
    if stops.shape(control) == "text":
        text = control.value
        return [*dict.fromkeys([text, text[: (len(text) + 1) // 2], text[:1]])]
    every = stops.every(control)
    return [every[i] for i in _five(len(every))]


def _five(count: int) -> list[int]:
    """Both ends, their neighbours and the middle of range(count)."""
    last = count - 1
    return sorted({i for i in (0, 1, last // 2, last - 1, last) if 0 <= i <= last})
