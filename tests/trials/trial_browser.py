"""Every notebook in a real JupyterLab in a real browser: Run All, and every widget is there.

    pytest tests/trials/trial_browser.py

Copies of the notebooks are run. At every change each is opened, and each kind of widget moved
(tests/browser).
"""

import nbformat
import pytest
from kernel_environment import ROOT
from playwright.sync_api import expect

from tests.browser.driving import open_and_run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIVE = ".picture"  # what a widget shows
LOSS = ".jp-OutputArea-output .widget-html:has(img)"  # the loss of a training
PATIENCE = 400  # seconds for the cells of one notebook


def widgets_of(notebook) -> int:
    """How many cells of a notebook show a widget, by its stored outputs and its code."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    texts = [o["data"].get("text/plain", "") for c in code for o in c.outputs if "data" in o]
    live = sum("LiveLoss(" in cell.source for cell in code)
    return live + sum(text.startswith("[interactive: ") for text in texts)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_all_cells_run_and_every_widget_shows_a_picture(lab, page, path):
    open_and_run(page, lab.url(path.name), PATIENCE)
    views = page.locator(f"{LIVE}, {LOSS}")
    expect(views).to_have_count(widgets_of(nbformat.read(path, as_version=4)), timeout=20_000)
    assert all(view.bounding_box()["height"] > 100 for view in views.all())
    assert page.faults == []
    lab.stop_kernels()
