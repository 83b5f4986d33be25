"""`pytest --nbval notebooks/` needs no other option, from the root or from notebooks/."""

import os
import re
import runpy
import shutil
import subprocess
import sys

import nbformat
import pytest
from kernel_environment import ROOT
from nbformat import v4

FILES = ["pyproject.toml", "conftest.py", "tools/kernel_environment.py", "tests/nbval_sanitize.cfg"]
PICTURE = '<img alt="a dot" src="data:image/png;base64,{}">'
SHOW = f"""from IPython.display import HTML
import helpers, os
print(helpers.ROOM, os.environ["OMP_NUM_THREADS"])
HTML('{PICTURE.format("AAAA")}')"""


@pytest.fixture
def project(tmp_path):
    """The project's set-up around a house of its own, with one executed notebook."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("ROOM = 'attic'")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


BOOK = '<div data-book="0f2">{}</div><script type="module">\nflip("a <b>")\n</script>'


def store(project, printed="attic 2\n", alt="a dot", book="{}"):
    """Write a notebook as if its cell had printed and shown this."""
    stream = v4.new_output("stream", text=printed)
    markup = book.format(PICTURE.format("BBBB").replace("a dot", alt))
    data = {"text/html": markup, "text/plain": "<IPython.core.display.HTML object>"}
    shown = v4.new_output("execute_result", data, execution_count=1)
    cell = v4.new_code_cell(SHOW, outputs=[stream, shown], execution_count=1)
    nbformat.write(v4.new_notebook(cells=[cell]), project / "notebooks" / "01_a.ipynb")


def nbval(folder, *arguments):
    names = ("PYTHONPATH", "OMP_NUM_THREADS", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER")
    environ = {key: value for key, value in os.environ.items() if key not in names}
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", *arguments]
    environ["CI"] = "true"
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize(("folder", "argument"), [(".", "notebooks/"), ("notebooks", ".")])
def test_a_stored_notebook_passes_from_either_folder(project, folder, argument):
    store(project)
    result = nbval(project / folder, argument)
    assert result.returncode == 0 and "1 passed" in result.stdout, result.stdout


def test_a_stored_flipbook_is_not_compared(project):
    store(project, book=BOOK)
    result = nbval(project, "notebooks/")
    assert result.returncode == 0 and "1 passed" in result.stdout, result.stdout


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ({"printed": "attic 3\n"}, "mismatch 'stdout'"),
        ({"alt": "a line"}, "mismatch 'text/html'"),
        ({"alt": "a line", "book": BOOK}, "mismatch 'text/html'"),
    ],
)
def test_a_difference_is_named_in_the_summary(project, stored, reason):
    store(project, **stored)
    result = nbval(project, "notebooks/")
    (line,) = re.findall("^FAILED .*", result.stdout, re.MULTILINE)
    assert reason in line and "| from IPython.display import HTML" in line


def test_cells_of_a_notebook_stay_together_when_two_run_at_once(project):
    (project / "tests" / "test_sum.py").write_text("def test_sum():\n    assert 1 + 1 == 2\n")
    cells = [v4.new_code_cell(source) for source in ("a = 1", "a += 1", "assert a == 2")]
    for name in ("01_a", "02_b"):
        nbformat.write(v4.new_notebook(cells=cells), project / "notebooks" / f"{name}.ipynb")
    result = nbval(project, "notebooks/", "tests", "-n", "2", "-v")
    assert "7 passed" in result.stdout, result.stdout
    workers = {
        name: set(re.findall(rf"\[(gw\d)\].*_{name}::ipynb", result.stdout)) for name in "ab"
    }
    assert {len(ran) for ran in workers.values()} == {1}, workers


def test_what_is_dealt_out_first_is_there():
    conftest = runpy.run_path(str(ROOT / "conftest.py"))
    for start in (*conftest["LONG"], *conftest["DIVIDED"]):
        assert list(ROOT.glob(f"{start}*")), start
