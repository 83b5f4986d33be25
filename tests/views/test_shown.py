"""A cell that runs again frees what it showed, and nothing else."""

import gc
import weakref
from types import SimpleNamespace

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer, LiveLoss, shown
from tests.views.browser import from_browser

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shell(monkeypatch):
    """A shell that says which cell runs, as JupyterLab's kernel does."""
    shell = SimpleNamespace(user_ns={"_oh": {}}, user_ns_hidden={}, parent={})
    shell.get_parent = lambda: shell.parent
    monkeypatch.setattr(shown, "get_ipython", lambda: shell)
    monkeypatch.setattr(shown, "SHOWN", {})
    return shell


def explorer():
    sliders = {"k": ipywidgets.IntSlider(max=9), "n": ipywidgets.FloatSlider()}
    return Explorer(lambda **state: Picture(f"{state}", markup="x"), **sliders)


def run(shell, cell, number, *things):
    """A cell runs, for the so-manieth time in all, and its things are shown."""
    metadata = {"cellId": cell} if cell else {}
    shell.parent = {"metadata": metadata, "header": {"msg_id": f"run {number}"}}
    for thing in things:
        thing._repr_mimebundle_()
        names = {f"_{number}": thing}
        shell.user_ns["_oh"][number] = thing
        shell.user_ns.update(names)
        shell.user_ns_hidden.update(names)


def is_open(thing):
    return [w.comm is not None for w in shown.parts((thing.front, *thing.controls.values()))]


def test_of_a_cell_that_runs_again_and_again_only_the_last_widget_lives(shell):
    seen = weakref.WeakSet()
    for number in range(8):
        thing = explorer()
        seen.add(thing)
        run(shell, "a cell", number, thing)
    gc.collect()
    assert [*seen] == [thing] and all(is_open(thing))
    assert [*shell.user_ns["_oh"]] == [7] and [*shell.user_ns_hidden] == ["_7"]


def test_a_widget_that_another_cell_shows_too_stays(shell):
    one, other = explorer(), explorer()
    run(shell, "first", 1, one)
    run(shell, "second", 2, one)
    run(shell, "first", 3, other)
    assert all(is_open(one)) and all(is_open(other))
    run(shell, "second", 4, other)
    assert not any(is_open(one)) and all(is_open(other))


def test_what_one_run_shows_stays_together_also_the_same_once_more(shell):
    one, other = explorer(), explorer()
    run(shell, "a cell", 1, one, other)
    assert all(is_open(one)) and all(is_open(other))
    run(shell, "a cell", 2, other)
    assert not any(is_open(one)) and all(is_open(other))


def test_a_freed_widget_moves_on_and_can_be_shown_again(shell):
    one = explorer()
    run(shell, "a cell", 1, one)
    run(shell, "a cell", 2, explorer())
    one.controls["k"].value = 5
    assert one.picture.alt == "{'k': 5, 'n': 0.0}"
    run(shell, "another", 3, one)
    assert all(is_open(one)) and one._repr_mimebundle_()[VIEW]["model_id"] == one.front.model_id
    from_browser(one.front, wish={"seq": 1, "moves": {"k": "7"}})
    assert one.front.scene["at"]["k"] == "7"


def test_where_nobody_says_which_cell_runs_nothing_is_freed(shell, monkeypatch):
    one = explorer()
    run(shell, "", 1, one)
    run(shell, "", 2, explorer())
    monkeypatch.setattr(shown, "get_ipython", lambda: None)
    explorer()._repr_mimebundle_()
    assert all(is_open(one)) and shown.SHOWN == {}


def test_the_view_of_a_training_is_freed_too(shell):
    one = LiveLoss({"floor": 0.2})
    run(shell, "a cell", 1, one)
    run(shell, "a cell", 2, LiveLoss({"floor": 0.2}))
    assert one.view.comm is None
