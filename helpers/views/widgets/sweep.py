"""Where a sweep takes a control: its ends, the first and last step, the middle.

A move is (trait, value), say ("value", 3) for a slider or ("index", 0) for a drop-down list.
"""

import ipywidgets

from helpers.views.drawing import given

Move = tuple[str, object]
SELECTION = (ipywidgets.Dropdown, ipywidgets.ToggleButtons, ipywidgets.SelectionSlider)
SELECTION += (ipywidgets.RadioButtons, ipywidgets.Select)
TYPED = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Combobox)


def where(control: ipywidgets.Widget) -> Move:
    """The control's present place, as a move that brings it back."""
    trait = "index" if hasattr(control, "options") and hasattr(control, "index") else "value"
    return trait, getattr(control, trait)


def moves(control: ipywidgets.Widget) -> list[Move]:
    """Where to take the control, in order and without repeats; ValueError for an unknown kind."""
    trait, _ = where(control)
    return [(trait, place) for place in dict.fromkeys(_places(control))]


def _places(control: ipywidgets.Widget) -> list:
    if isinstance(control, SELECTION):
        return _five(len(control.options))
    if isinstance(control, TYPED):
        text = control.value
        return [text, text[: (len(text) + 1) // 2], text[:1]]
    if isinstance(control.value, bool):
        return [False, True]
    return _numbers(control)


def _numbers(control: ipywidgets.Widget) -> list:
    ends = all(hasattr(control, bound) for bound in ("min", "max", "step"))
    ends = ends and isinstance(control.value, (int, float))  # a range has two values
    rule, got = "sweep needs a control with ends, options, text or two states", type(control)
    given.must(ends, rule, f"a {got.__name__}", "Try a slider, or a Bounded text field.")
    low, high, step = control.min, control.max, control.step or 1
    stops = [low + i * step for i in _five(round((high - low) / step) + 1)]
    stops[-1] = high
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [control.base**stop for stop in stops]
    return stops


def _five(count: int) -> list[int]:
    """Both ends, their neighbours and the middle of range(count)."""
    last = count - 1
    return sorted({i for i in (0, 1, last // 2, last - 1, last) if 0 <= i <= last})
