"""Controls that follow: what a question or a new choice does to the others."""

import ipywidgets

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer
from helpers.views.widgets.controls import FREE, Follower, Question, asking, choice, questions

ASKED = {FREE: Question({}, "", ""), "how many": Question({"k": 7}, "How many?", "Seven.")}


def draw(**state):
    return Picture(str(state), markup="x")


def test_a_follower_sets_others_only_when_its_controls_have_changed():
    controls = {name: ipywidgets.IntSlider(value=1, max=9) for name in "abc"}
    follow = Follower("a", "b", bring=lambda a, b: {"c": a + b})
    explorer = Explorer(draw, adjust=follow, **controls)
    assert explorer.state["c"] == 1  # as it was built
    controls["a"].value = 3
    assert explorer.state["c"] == 4 and "'c': 4" in explorer.picture.alt
    controls["c"].value = 9  # nobody's business
    assert explorer.state["c"] == 9


def test_a_question_sets_its_controls_and_hides_the_answer():
    controls = questions(ASKED, "curve") | {"k": ipywidgets.IntSlider(value=1, max=9)}
    explorer = Explorer(draw, adjust=asking(ASKED), **controls)
    assert controls["shown"].description == "show the curve and the answer"
    controls["question"].value = "how many"
    assert explorer.state == {"question": "how many", "shown": False, "k": 7}
    controls["question"].value = FREE
    assert explorer.state["shown"] and explorer.state["k"] == 7


def test_a_choice_has_the_value_to_begin_with_in_its_place():
    control = choice(3, (1, 4), "k", "{}!".format)
    assert control.options == (("1!", 1), ("3!", 3), ("4!", 4)) and control.value == 3
