"""Stops: all places of a control as texts, each of which brings it back."""

import ipywidgets
import pytest

from helpers.views.widgets import stops

CONTROLS = {
    "int": (
        ipywidgets.IntSlider(4, min=0, max=8, step=2),
        "slider",
        "4",
        ["0", "2", "4", "6", "8"],
    ),
    "uneven": (ipywidgets.IntSlider(1, min=1, max=6, step=3), "slider", "1", ["1", "4", "6"]),
    "float": (ipywidgets.FloatSlider(0.3, min=0.1, max=0.4, step=0.1), "slider", "0.30", None),
    "log": (ipywidgets.FloatLogSlider(1, min=-1, max=2, step=1), "slider", "1", None),
    "large": (ipywidgets.FloatLogSlider(1e6, min=6, max=7, step=0.5), "slider", "1e6", None),
    "list": (
        ipywidgets.Dropdown(options=[("one", 1), ("two", [2])]),
        "list",
        "one",
        ["one", "two"],
    ),
    "buttons": (
        ipywidgets.ToggleButtons(options=["a", "b"], value="b"),
        "buttons",
        "b",
        ["a", "b"],
    ),
    "chosen": (ipywidgets.SelectionSlider(options=["s", "m"]), "slider", "s", ["s", "m"]),
    "tick": (ipywidgets.Checkbox(value=True), "tick", "yes", ["no", "yes"]),
    "text": (ipywidgets.Textarea("abc"), "text", "abc", ["abc"]),
    "hidden": (stops.hidden("0110"), "hidden", "0110", ["0110"]),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_every_stop_brings_the_control_to_where_it_says(name):
    control, kind, text, every = CONTROLS[name]
    assert (stops.shape(control), stops.text(control)) == (kind, text)
    if every:
        assert list(stops.every(control)) == every
    start = control.value
    for stop in stops.every(control):
        stops.take(control, stop)
        assert stops.text(control) == stop
    stops.take(control, text)
    assert control.value == start


def test_the_numbers_of_a_slider_are_those_that_a_reader_would_type():
    slider = ipywidgets.FloatSlider(0.1, min=0.1, max=1, step=0.1)
    values = []
    for stop in stops.every(slider):
        stops.take(slider, stop)
        values.append(slider.value)
    assert values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_two_stops_never_read_alike():
    fine = ipywidgets.FloatSlider(0.001, min=0, max=0.004, step=0.001)  # .2f would write 0.00
    assert len({*stops.every(fine)}) == 5 and stops.text(fine) == "0.001"


def test_a_slider_between_two_stops_goes_to_the_nearer_one():
    slider = ipywidgets.FloatSlider(0.33, min=0, max=1, step=0.1)
    stops.settle(slider)
    assert slider.value == 0.3
    log = ipywidgets.FloatLogSlider(3.15, min=0, max=1, step=0.5)
    stops.settle(log)
    assert log.value == pytest.approx(10**0.5)


def test_a_stop_that_is_none_is_refused():
    slider = ipywidgets.IntSlider(1, 0, 3, description="layer")
    with pytest.raises(
        ValueError, match="layer must be one of its stops; got '9'. Try one of 0, 1"
    ):
        stops.take(slider, "9")
