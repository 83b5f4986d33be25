"""Every notebook as it is stored, opened in a real JupyterLab: pictures, formulas and scripts.

With all its cells run: tests/trials/trial_browser.py.
"""

import nbformat
import pytest
from kernel_environment import ROOT

from tests.browser.driving import book_of

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OPENED = """([cells, formulas]) =>
    document.querySelectorAll('.jp-Notebook .jp-Cell').length === cells
    && document.querySelectorAll('.jp-MarkdownCell mjx-container').length >= formulas"""
PICTURES = ".jp-OutputArea-output img, .jp-MarkdownOutput img"
BROKEN = """pictures => Promise.all(pictures.map(
    picture => picture.decode().then(() => '', () => picture.alt || 'without words')
))"""


def faults_of(page, url, notebook):
    """What a reader would see go wrong in a notebook that is opened, not run."""
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    formulas = sum("$" in source for source in markdown)
    page.goto(url)
    page.wait_for_function(OPENED, arg=[len(notebook.cells), formulas], timeout=60_000)
    broken = page.locator(PICTURES).evaluate_all(BROKEN)
    wrong = page.locator("mjx-merror, .jp-RenderedText[data-mime-type*=stderr]")
    return [*filter(None, broken), *wrong.all_text_contents(), *page.faults]


def pictures_of(notebook):
    """How many pictures the stored outputs of a notebook hold."""
    outputs = [o for c in notebook.cells for o in c.get("outputs", ()) if "data" in o]
    return sum(o["data"].get("text/html", "").count("<img ") for o in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_opens_with_all_its_pictures_and_formulas(lab, page, path):
    notebook = nbformat.read(path, as_version=4)
    assert faults_of(page, lab.url(path.name), notebook) == []
    assert page.locator(PICTURES).count() == pictures_of(notebook) > 0


def test_the_check_above_sees_a_broken_picture_and_a_broken_formula(lab, page):
    notebook = nbformat.reads(book_of("1"), as_version=4)
    notebook.cells[0].outputs = [
        nbformat.v4.new_output(
            "display_data",
            {"text/html": '<img alt="a curve" src="data:image/png;base64,AAAA">'},
        )
    ]
    notebook.cells.append(nbformat.v4.new_markdown_cell("$\\frac{1}$ and $x$"))
    name = lab.put("broken.ipynb", nbformat.writes(notebook))
    faults = faults_of(page, lab.url(name), notebook)
    assert faults[0] == "a curve" and "frac" in faults[1], faults


def test_a_page_collects_what_scripts_raise_and_what_they_log_as_an_error(page):
    page.goto("data:text/html,<script>console.log('fine'); console.error('said'); fail()</script>")
    page.wait_for_timeout(100)
    assert page.faults == ["said", "fail is not defined"]
