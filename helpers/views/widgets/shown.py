"""What a cell has shown: when it runs again, the widgets of its last run are freed.

ipywidgets keeps every widget that was ever made, with all that it can reach: a picture, a figure, a
model. JupyterLab says with each run which cell it is; where nobody says so, nothing is freed.
"""

from collections.abc import Iterator
from operator import methodcaller

import ipywidgets
from IPython import get_ipython

REOPEN = methodcaller("open")  # does nothing to a widget that is open
SHOWN: dict[str, tuple[str, list]] = {}  # cell -> its last run, and what that showed


def show(thing, *widgets: ipywidgets.Widget) -> None:
    """Note that the running cell shows a thing made of these widgets, and free what it showed.

    A thing that another cell shows, too, stays. What was freed can be shown again.
    """
    for widget in parts(widgets):
        REOPEN(widget)
    cell, run = running()
    if not cell:
        return
    last, things = SHOWN.get(cell, (run, []))
    now = things if last == run else []
    SHOWN[cell] = run, now
    now.append((thing, widgets))
    for old, its in things if last != run else []:
        if not any(old is other for _, shown in SHOWN.values() for other, _ in shown):
            free(old, its)


def running() -> tuple[str, str]:
    """The cell that runs, and which run of it this is; "" if nobody says."""
    message = getattr(get_ipython(), "get_parent", dict)() or {}
    cell = (message.get("metadata") or {}).get("cellId")
    return (cell, message["header"]["msg_id"]) if cell else ("", "")


def free(thing, widgets: tuple[ipywidgets.Widget, ...]) -> None:
    """Close its widgets, and take it out of IPython's list of results."""
    for widget in parts(widgets):
        widget.close()
    shell = get_ipython()
    results = shell.user_ns.get("_oh", {}) if shell else {}
    for number, result in list(results.items()):
        if result is thing:
            del results[number]
            for names in (shell.user_ns, shell.user_ns_hidden):
                names.pop(f"_{number}", None)


def parts(widgets: tuple[ipywidgets.Widget, ...]) -> Iterator[ipywidgets.Widget]:
    """Widgets with all that they consist of."""
    for widget in widgets:
        inner = [getattr(widget, name, None) for name in ("layout", "style")]
        yield from (each for each in inner if isinstance(each, ipywidgets.Widget))
        yield from parts(getattr(widget, "children", ()))
        yield widget
