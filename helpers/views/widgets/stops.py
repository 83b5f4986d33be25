"""The stops of a control: every place where it can stand, each as the text that a reader sees.

A control's text is its whole state: a page sends it, a flipbook stores it, a sweep goes through it.
"""

import functools

import ipywidgets

from helpers.views.drawing import given

TYPED = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Combobox)
LISTS = (ipywidgets.Dropdown, ipywidgets.Select)
BUTTONS = (ipywidgets.ToggleButtons, ipywidgets.RadioButtons)
TICKS = ("no", "yes")


def hidden(value: str) -> ipywidgets.Text:
    """A text that a reader changes by touching the picture, and in no other way."""
    return ipywidgets.Text(value, layout={"display": "none"})


def shape(control: ipywidgets.Widget) -> str:
    """What a page shows it as: "text", "hidden", "list", "buttons", "tick" or "slider".

    ValueError for a control without ends, or with two values.
    """
    if isinstance(control, TYPED):
        return "hidden" if control.layout.display == "none" else "text"
    if isinstance(control, LISTS):
        return "list"
    if isinstance(control, BUTTONS):
        return "buttons"
    if isinstance(control.value, bool):
        return "tick"
    ends = all(hasattr(control, bound) for bound in ("min", "max", "step"))
    ends = ends and isinstance(control.value, (int, float))  # a range has two values
    rule, got = "A control must have ends, options, text or two states", type(control).__name__
    advice = "Try a slider, or a Bounded text field."
    given.must(ends or hasattr(control, "options"), rule, f"a {got}", advice)
    return "slider"


def every(control: ipywidgets.Widget) -> tuple[str, ...]:
    """All its stops in order; of a text field the one it stands at.

    >>> every(ipywidgets.FloatSlider(0, min=0, max=1, step=0.5))
    ('0.00', '0.50', '1.00')
    """
    if isinstance(control, TYPED):
        return (control.value,)
    if shape(control) == "tick":
        return TICKS
    if hasattr(control, "options"):
        return tuple(control._options_labels)
    return tuple(_written(_numbers(*_range(control)), _form(control)))


def text(control: ipywidgets.Widget) -> str:
    """Where it stands."""
    return every(control)[_index(control)]


def take(control: ipywidgets.Widget, stop: str) -> None:
    """Bring it to a stop. ValueError for a text that is none of its stops."""
    if isinstance(control, TYPED):
        control.value = stop
        return
    known = every(control)
    rule, shown = f"{control.description} must be one of its stops", ", ".join(known[:8])
    given.must(stop in known, rule, repr(stop), f"Try one of {shown} …")
    at = known.index(stop)
    if shape(control) == "tick":
        control.value = bool(at)
    elif hasattr(control, "options"):
        control.index = at
    else:
        control.value = _numbers(*_range(control))[at]


def settle(control: ipywidgets.Widget) -> None:
    """Bring a slider that stands between two stops to the nearer one: a page can show no other."""
    if hasattr(control, "min") and shape(control) == "slider":
        numbers, at = _numbers(*_range(control)), _index(control)
        if abs(numbers[at] - control.value) > 1e-6 * abs(control.value):  # else it keeps its digits
            control.value = numbers[at]


def _index(control: ipywidgets.Widget) -> int:
    if isinstance(control, TYPED):
        return 0
    if shape(control) == "tick":
        return int(control.value)
    if hasattr(control, "options"):
        return control.index
    numbers = _numbers(*_range(control))
    return min(range(len(numbers)), key=lambda i: abs(numbers[i] - control.value))


def _range(control: ipywidgets.Widget) -> tuple:
    base = control.base if isinstance(control, ipywidgets.FloatLogSlider) else None
    return control.min, control.max, control.step or 1, base


@functools.lru_cache(256)
def _numbers(low: float, high: float, step: float, base: float | None) -> tuple[float, ...]:
    count = int((high - low) / step + 1e-6) + 1
    stops = [round(low + i * step, 10) for i in range(count)]
    if high - stops[-1] > 1e-6 * step:
        stops.append(high)  # the last stop, though it is less than a step away
    return tuple(stops) if base is None else tuple(base**stop for stop in stops)


@functools.lru_cache(256)
def _written(numbers: tuple[float, ...], form: str) -> list[str]:
    """The numbers in this format, or in ten digits where it would write two of them alike."""
    short = [format(number, form).replace("e+0", "e") for number in numbers]
    return short if len({*short}) == len(short) else [f"{number:.10g}" for number in numbers]


def _form(control: ipywidgets.Widget) -> str:
    return getattr(control, "readout_format", "d" if isinstance(control.value, int) else ".10g")
