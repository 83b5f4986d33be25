"""Explorer: a move shows another picture; an error is seen and raised; a sweep goes everywhere."""

import ipywidgets
import pytest

from helpers.views import plots
from helpers.views.drawing.picture import Picture, show
from helpers.views.widgets import Explorer
from helpers.views.widgets.sweep import moves
from tests.views.browser import from_browser

VIEW = "application/vnd.jupyter.widget-view+json"


def wish(explorer, seq=1, **moves):
    """A page moves controls."""
    from_browser(explorer.front, wish={"seq": seq, "moves": moves})


def press(explorer, label, seq=1):
    """A page presses a button."""
    content = {"data": {"method": "custom", "content": {"click": label, "seq": seq, "moves": {}}}}
    explorer.front._handle_msg({"content": content, "buffers": []})


def draw(**state):
    return Picture(" ".join(f"{k}={v}" for k, v in state.items()), markup="x")


def explore(bad=None):
    def picture(k):
        if k == bad:
            raise ValueError("boom <here>")
        return show(plots.bars({"k": k}))

    return Explorer(picture, k=ipywidgets.IntSlider(value=1, min=0, max=10))


def test_a_wish_of_the_page_is_answered_by_a_scene():
    explorer = explore()
    wish(explorer, seq=4, k="7")
    scene = explorer.front.scene
    assert (scene["seq"], scene["at"], scene["alt"]) == (4, {"k": "7"}, "Bar chart: k 7.")
    assert explorer.state == {"k": 7} and scene["html"] == explorer.picture.inline


def test_a_page_gets_svg_as_it_is_so_that_it_can_follow_the_pages_colours():
    explorer = Explorer(lambda k: Picture("k", markup=f"<svg>{k}</svg>"), k=ipywidgets.IntSlider())
    assert explorer.front.scene["html"] == "<svg>0</svg>"


def test_a_wish_that_moves_nothing_or_is_late_is_answered_too():
    explorer = explore()
    wish(explorer, seq=2, k="1")
    assert explorer.front.scene["seq"] == 2
    wish(explorer, seq=3, k="11")  # a stop that the slider does not have
    assert explorer.front.scene["seq"] == 3 and explorer.state == {"k": 1}


def test_an_error_is_seen_and_raised_and_the_next_move_works():
    explorer = explore(bad=10)
    with pytest.raises(ValueError, match="boom"):
        wish(explorer, seq=1, k="10")
    assert explorer.front.scene["alarm"] == "ValueError: boom <here>"
    assert explorer.front.scene["at"] == {"k": "10"} and "html" not in explorer.front.scene
    wish(explorer, seq=2, k="2")
    assert explorer.front.scene["alt"] == "Bar chart: k 2." and "alarm" not in explorer.front.scene


def test_a_value_set_in_python_is_seen_on_the_page():
    explorer = explore()
    explorer.controls["k"].value = 5
    assert explorer.front.scene["at"] == {"k": "5"} and explorer.front.scene["seq"] == 0


def test_the_code_of_a_state_brings_another_widget_to_it():
    explorer = explore()
    explorer.controls["k"].value = 8
    assert explorer.code() == ".at(k=8)"
    assert eval(f"explore(){explorer.code()}").picture == explorer.picture
    with pytest.raises(ValueError, match="one of this widget's; got .'size'.. Try .'k'"):
        explore().at(size=3)


@pytest.mark.parametrize("bad", [0, 5, 10])
def test_a_sweep_meets_the_error_at_an_end_or_in_the_middle(bad):
    with pytest.raises(ValueError, match="boom"):
        explore(bad).sweep()


def test_a_draw_that_returns_no_picture_is_refused():
    with pytest.raises(ValueError, match="must return a Picture; got Axes. Try show"):
        Explorer(lambda: plots.bars({"a": 1}))


def test_a_notebook_stores_the_widget_its_picture_and_its_words():
    explorer = explore()
    stored = explorer._repr_mimebundle_()
    assert set(stored) == {VIEW, "text/html", "text/plain"}
    assert stored[VIEW]["model_id"] == explorer.front.model_id
    assert stored["text/html"] == explorer.picture.html
    assert stored["text/plain"] == "[interactive: k = 1] Bar chart: k 1."


CONTROLS = {
    "int": (ipywidgets.IntSlider(value=4, min=0, max=8, step=2), [0, 2, 4, 6, 8]),
    "uneven": (ipywidgets.IntSlider(value=1, min=1, max=6, step=3), [1, 4, 6]),
    "float": (ipywidgets.FloatSlider(value=0.5, min=0, max=2, step=0.5), [0, 0.5, 1, 1.5, 2]),
    "log": (ipywidgets.FloatLogSlider(value=1, min=-2, max=2, step=1), [0.01, 0.1, 1, 10, 100]),
    "bounded": (ipywidgets.BoundedIntText(value=1, min=1, max=2), [1, 2]),
    "text": (ipywidgets.Text("abcd"), ["abcd", "ab", "a"]),
    "area": (ipywidgets.Textarea(""), [""]),
    "list": (ipywidgets.Dropdown(options=[("one", 1), ("two", [2])], value=1), [1, [2]]),
    "toggles": (ipywidgets.ToggleButtons(options="abcdefg", value="c"), list("abdfg")),
    "stops": (ipywidgets.SelectionSlider(options=["s", "m", "l"], value="m"), ["s", "m", "l"]),
    "radio": (ipywidgets.RadioButtons(options=["x"]), ["x"]),
    "check": (ipywidgets.Checkbox(value=True), [False, True]),
}


@pytest.mark.parametrize("kind", CONTROLS)
def test_a_sweep_takes_each_kind_to_its_ends_and_middle_and_back(kind):
    control, places = CONTROLS[kind]
    start, seen = control.value, []

    def note(value):
        seen.append(value)
        return draw(value=value)

    lines = Explorer(note, value=control).sweep()
    assert control.value == start and len(lines) == len(moves(control)) == len(places)
    assert all(place in seen for place in places)


def test_a_sweep_moves_one_control_at_a_time_and_says_where_it_was():
    controls = {"a": ipywidgets.IntSlider(min=0, max=1), "b": ipywidgets.Checkbox(value=False)}
    assert Explorer(draw, **controls).sweep() == [
        "a = 0: a=0 b=False",
        "a = 1: a=1 b=False",
        "b = False: a=0 b=False",
        "b = True: a=0 b=True",
    ]


@pytest.mark.parametrize(
    "control", [ipywidgets.FloatText(1.0), ipywidgets.IntRangeSlider(value=(1, 3))]
)
def test_a_control_without_ends_or_with_two_values_is_refused(control):
    with pytest.raises(ValueError, match=f"got a {type(control).__name__}. Try a slider"):
        Explorer(draw, x=control)


def test_a_button_acts_from_the_browser_and_in_a_sweep_which_undoes_it():
    def one_more(explorer):
        explorer.controls["k"].value += 1

    explorer = Explorer(draw, actions={"one more": one_more}, k=ipywidgets.IntSlider(1, 0, 9))
    press(explorer, "one more", seq=3)
    assert explorer.state == {"k": 2} and explorer.front.scene["alt"] == "k=2"
    assert (explorer.front.scene["seq"], explorer.front.scene["epoch"]) == (3, 1)
    assert explorer.sweep()[-1] == "one more: k=3" and explorer.state == {"k": 2}


def test_an_error_of_a_button_is_seen_and_raised():
    explorer = Explorer(draw, actions={"fail": lambda explorer: 1 / 0}, k=ipywidgets.IntSlider())
    with pytest.raises(ZeroDivisionError):
        press(explorer, "fail")
    assert "ZeroDivisionError" in explorer.front.scene["alarm"]


def test_adjusting_limits_draws_once_and_before_the_picture():
    text, place, drawn = ipywidgets.Text("abcdef"), ipywidgets.IntSlider(6, 1, 6), []

    def note(text, place):
        drawn.append((text, place))
        return draw(text=text[:place])

    def follow(explorer):
        place.max = max(1, len(text.value))

    explorer = Explorer(note, adjust=follow, text=text, place=place)
    from_browser(text, value="ab")
    assert drawn == [("abcdef", 6), ("ab", 2)] and place.max == 2
    text.value, place.value = "abcdef", 6
    explorer.sweep()
    assert explorer.state == {"text": "abcdef", "place": 6} and place.max == 6


def test_controls_get_their_name():
    controls = {
        "block_size": ipywidgets.IntSlider(),
        "other": ipywidgets.IntSlider(description="own name"),
    }
    explorer = Explorer(draw, play=["other"], **controls)
    seen = [(c["name"], c["label"], c["play"]) for c in explorer.front.board]
    assert seen == [("block_size", "block size", False), ("other", "own name", True)]


def test_a_control_that_changes_nothing_has_one_answer():
    controls = {"a": ipywidgets.IntSlider(min=0, max=1), "idle": ipywidgets.Checkbox(value=False)}
    explorer = Explorer(lambda a, idle: draw(a=a), actions={"fail": lambda _: 1 / 0}, **controls)
    assert explorer.answers() == {"a": 2, "idle": 1}
    assert explorer.state == {"a": 0, "idle": False}
