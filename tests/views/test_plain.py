"""Without anywidget: ipywidgets' own controls, the same pictures."""

import importlib.util

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer
from helpers.views.widgets.plain import Plain
from tests.views.browser import from_browser


@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    def draw(k):
        if k == 9:
            raise ValueError("boom <here>")
        return Picture(f"k is {k}", markup=f"<p>{k}</p>")

    def more(explorer):
        explorer.controls["k"].value += 1

    return Explorer(draw, actions={"more": more}, k=ipywidgets.IntSlider(1, 0, 9))


def click(button):
    content = {"data": {"method": "custom", "content": {"event": "click"}}}
    button._handle_msg({"content": content, "buffers": []})


def test_a_control_that_a_page_moves_changes_the_picture(explorer):
    assert isinstance(explorer.front, Plain)
    from_browser(explorer.controls["k"], value=7)
    assert explorer.front.view.value == explorer.picture.html and "k is 7" in explorer.picture.html


def test_a_button_works_and_an_error_is_shown_escaped_and_raised(explorer):
    _, buttons, view = explorer.front.children
    click(buttons.children[0])
    assert explorer.state == {"k": 2} and "k is 2" in view.value
    with pytest.raises(ValueError, match="boom"):
        from_browser(explorer.controls["k"], value=9)
    assert "boom &lt;here&gt;" in view.value and 'role="alert"' in view.value


def test_controls_have_room_and_a_notebook_stores_picture_and_words(explorer):
    assert explorer.controls["k"].layout.width == "min(420px, 98%)"
    stored = explorer._repr_mimebundle_()
    assert stored["text/plain"] == "[interactive: k = 1] k is 1"
    assert stored["text/html"] == explorer.picture.html
