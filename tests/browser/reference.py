"""What a widget must show: its cell run in the test's own process, and moved in the same way."""

import ast

from helpers.views.widgets import Explorer, stops


def widget_of(source: str) -> Explorer:
    """The widget that a cell ends with. Run it where the notebooks are."""
    *body, last = ast.parse(source).body
    names: dict[str, object] = {}
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def movable(explorer: Explorer) -> list[str]:
    """The names of the controls that a page shows, in order."""
    return [name for name, c in explorer.controls.items() if stops.shape(c) != "hidden"]
