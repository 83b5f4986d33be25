"""What a widget must show: its cell run in the test's own process, and moved in the same way."""

import ast
import math
import re

import ipywidgets

from helpers.views.widgets import Explorer


def widget_of(source: str) -> Explorer:
    """The widget that a cell ends with. Run it where the notebooks are."""
    *body, last = ast.parse(source).body
    names: dict[str, object] = {}
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def movable(explorer: Explorer) -> list[ipywidgets.Widget]:
    """Its controls and buttons in the order in which a page shows them."""
    mine = [*explorer.controls.values(), *explorer.buttons.values()]
    return [part for part in _leaves(explorer.box) if part in mine]


def _leaves(box: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    inside = getattr(box, "children", None)
    return [box] if inside is None else [leaf for child in inside for leaf in _leaves(child)]


def shown(control: ipywidgets.Widget) -> str:
    """What a reader sees the control stand at: a readout, a chosen name, a tick, a text."""
    if isinstance(control, ipywidgets.Button):
        return ""
    if hasattr(control, "label"):
        return control.label
    return _readout(control, control.value)


def take(control: ipywidgets.Widget, text: str) -> None:
    """Bring a control to the place that is shown so, or click a button."""
    if isinstance(control, ipywidgets.Button):
        control.click()
    elif hasattr(control, "label"):
        control.label = text
    else:
        control.value = next(v for v in _values(control, text) if _readout(control, v) == text)


def _values(control: ipywidgets.Widget, text: str) -> list:
    """All that the control can be: it is looked up there what a rounded readout stands for."""
    if isinstance(control.value, bool):
        return [False, True]
    if isinstance(control.value, str):
        return [text]
    count = round((control.max - control.min) / control.step)
    places = [control.min + i * control.step for i in range(count + 1)]
    is_log = isinstance(control, ipywidgets.FloatLogSlider)
    return [math.pow(control.base, place) for place in places] if is_log else places


def _readout(control: ipywidgets.Widget, value: object) -> str:
    """A number as the page formats it: like Python's '#', but for the last point and 1e+06."""
    form = getattr(control, "readout_format", None)
    if not form:
        return str(value)
    return re.sub(r"e([+-])0", r"e\1", format(value, f"#{form}").rstrip("."))
