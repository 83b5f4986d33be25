"""Every widget of the course in a real JupyterLab: each of its controls is moved by keyboard.

A widget's cell stands in tests/browser/widgets; it is small, and ends with the widget.
"""

from pathlib import Path

import pytest

from helpers.views import widgets
from tests.browser.driving import drive, one_cell, open_and_run, photograph

CELLS = {path.stem: path for path in (Path(__file__).parent / "widgets").glob("*.py")}
NOT_MOVED = {"Explorer", "LiveLoss"}  # the frame of all the others; a picture without controls


def test_every_widget_of_the_course_is_driven():
    assert set(widgets.__all__) - NOT_MOVED == set(CELLS)


@pytest.mark.parametrize("name", sorted(CELLS))
def test_every_control_changes_words_and_drawing(lab, page, name):
    open_and_run(page, lab.url(lab.put(f"{name}.ipynb", one_cell(CELLS[name].read_text()))))
    photograph(page, name)
    assert drive(page) == []
    assert page.faults == []
