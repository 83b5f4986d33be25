"""The tool that stores outputs: the same bytes twice, no silent errors, no half files."""

import json

import execute_notebooks
import nbformat
import pytest
from lesson import FOLDED
from nbformat import v4

CALLBACK = """import ipywidgets
button = ipywidgets.Button()
button.on_click(lambda _: 1 / 0)
button.click()"""
MIXED = """import os, sys
from IPython.display import display
import ipywidgets
print("threads", os.environ["OMP_NUM_THREADS"], "seed", os.environ["PYTHONHASHSEED"])
print("and"); sys.stdout.flush(); print("more")
display(ipywidgets.IntSlider())
import helpers"""


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    """`main` asks for flipbooks in this process's own surroundings."""
    monkeypatch.setenv("GPT_PROBABLY_FLIPBOOKS", "")


@pytest.fixture
def notebook(tmp_path):
    """Writes a notebook of some cells, with traces of an earlier life in another front end."""

    def write(*sources, **metadata):
        cells = [v4.new_code_cell(source, metadata=metadata) for source in sources]
        path = tmp_path / "01_a.ipynb"
        book = v4.new_notebook(cells=cells, metadata={"widgets": {}, "toc": {}})
        for cell in book.cells[1:]:
            cell.id = "same"
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return write


def run(path, *options):
    return execute_notebooks.main([*options, str(path)])


def test_a_second_run_changes_no_byte(notebook, capsys):
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    path = notebook(MIXED, "1 + 1", "2 + 2", collapsed=True, tags=["raises-exception"], **folded)
    assert run(path, "--check") == 1 and b'"toc"' in path.read_bytes()
    assert run(path) == 0
    once = path.read_bytes()
    assert run(path, "--check") == 0 and run(path) == 0
    assert path.read_bytes() == once and once.endswith(b"}\n")
    words = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert words == ["would", "changed", "unchanged", "unchanged"]
    check_stored(nbformat.read(path, 4))


def check_stored(book):
    first, second, third = book.cells
    assert set(book.metadata) == {"kernelspec", "language_info"}
    assert book.metadata.language_info == {"name": "python"}
    assert first.metadata == {"tags": ["raises-exception"]} | FOLDED
    assert [cell.execution_count for cell in book.cells] == [1, 2, 3]
    assert len({first.id, second.id, third.id}) == 3 and second.id == "same"
    stream, slider = first.outputs
    assert stream.text == "threads 2 seed 0\nand\nmore\n"
    assert list(slider.data) == ["text/plain"]
    assert third.outputs[0].data["text/plain"] == "4"


@pytest.mark.parametrize(
    ("source", "message"),
    [("raise ValueError('boom')", "cell [2]: ValueError: boom"), (CALLBACK, "ZeroDivisionError")],
)
def test_an_error_is_told_in_one_line_and_the_file_stays(notebook, capsys, source, message):
    path = notebook("1", source)
    before = path.read_bytes()
    assert run(path) == 1
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and message in out and "FAILED" in out


def test_an_error_that_is_the_lesson_is_stored_without_its_traceback(notebook):
    path = notebook("1 / 0", tags=["raises-exception"])
    assert run(path) == 0
    (output,) = nbformat.read(path, 4).cells[0].outputs
    assert (output.ename, output.traceback) == ("ZeroDivisionError", [])


@pytest.mark.parametrize("content", ["", "no JSON", "{}"])
def test_a_file_that_is_no_notebook_is_reported(tmp_path, capsys, content):
    path = tmp_path / "02_b.ipynb"
    path.write_text(content)
    assert run(path) == 1 and path.read_text() == content
    assert "02_b.ipynb: FAILED" in capsys.readouterr().out


def test_ids_are_kept_and_missing_ones_are_always_the_same():
    cells = [{"id": "cell-001"}, {"id": "b"}, {"id": "b"}, {}]
    execute_notebooks.name_cells(cells)
    assert [cell["id"] for cell in cells] == ["cell-001", "b", "cell-002", "cell-003"]


def test_a_progress_bar_is_not_stored_but_everything_else_is(notebook):
    path = notebook("from tqdm.auto import tqdm\nfor i in tqdm(range(3)):\n    pass\nprint(i)")
    assert run(path) == 0
    (cell,) = nbformat.read(path, 4).cells
    assert [output.get("text") for output in cell.outputs] == ["2\n"]


GATHERS = """import pathlib
# from helpers.practice.collected import claims
print("seen" in pathlib.Path("01_a.ipynb").read_text())"""


@pytest.fixture
def summary(notebook):
    """A notebook that reads another, and stands before it."""
    path = notebook(GATHERS)
    return path.rename(path.with_name("00_summary.ipynb"))


def test_the_summary_runs_last_and_whenever_another_one_changed(notebook, summary, capsys):
    other = notebook("print('se' + 'en')")
    assert execute_notebooks.main([str(summary), str(other)]) == 0  # the summary comes last
    assert run(other) == 0  # nothing changed: the summary stays
    assert run(notebook("print('gone')")) == 0  # it changed: the summary runs, too, unasked
    lines = [line.split(" (")[0] for line in capsys.readouterr().out.splitlines()]
    a, b = "01_a.ipynb", "00_summary.ipynb"
    expected = [f"{a}: changed", f"{b}: changed", f"{a}: unchanged", f"{a}: changed"]
    assert lines == [*expected, f"{b}: changed"]
    assert nbformat.read(summary, 4).cells[0].outputs[0].text == "False\n"


def test_a_check_runs_only_what_it_is_asked_to(notebook, summary, capsys):
    assert run(notebook("1"), "--check") == 1
    assert summary.name not in capsys.readouterr().out


def test_the_summary_of_the_course_is_known():
    folder = execute_notebooks.ROOT / "notebooks"
    (found,) = execute_notebooks.gathering([folder / "00_start_here.ipynb"])
    assert found.name.endswith("_summary.ipynb")
